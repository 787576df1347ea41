"""The calendar file: whole days for phases, moments for check-ins, and ids that last."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from bot.reports.calendar_file import Course, agenda, render
from tests.unit.reports.builders import make_plan_from, material

MADE_AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
ASKED_AT = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


def read(language: str = "ja", *courses: Course) -> Calendar:
    """What a calendar program reads."""
    return Calendar.from_ical(render(agenda(material(), courses, language, MADE_AT)))


def make_course(initiative: int = 7) -> Course:
    """Eight phases from a Wednesday, and one check-in."""
    return Course(initiative, "link-till-accounting", make_plan_from(date(2026, 11, 25)).phases, ((31, ASKED_AT),))


@pytest.mark.parametrize(
    ("language", "phase", "checkin"),
    [
        (
            "ja",
            "1. 今を知り、目標を決める(レジや予約の数字を会計へ自動で送る)",
            "アドバイザーからの声かけ(レジや予約の数字を会計へ自動で送る)",
        ),
        (
            "en",
            "1. Know where you stand (Let till and booking figures flow into your accounts)",
            "Check-in with the advisor (Let till and booking figures flow into your accounts)",
        ),
    ],
)
def test_phases_are_whole_days_and_checkins_are_moments(language: str, phase: str, checkin: str) -> None:
    course = make_course()
    events = read(language, course).events
    assert len(events) == 9
    assert str(events[0]["summary"]) == phase
    assert events[0]["dtstart"].dt == date(2026, 11, 25)
    assert (events[0]["dtend"].dt - course.phases[0].ends_on).days == 1
    assert str(events[-1]["summary"]) == checkin
    assert events[-1]["dtstart"].dt == ASKED_AT


def test_ids_are_unique_and_the_same_when_made_again() -> None:
    first, second = (read("ja", make_course(7), make_course(8)) for _ in range(2))
    uids = [str(event["uid"]) for event in first.events]
    assert len(set(uids)) == len(uids) - 1  # both courses name the check-in 31 here; in the database its number is unique
    assert uids == [str(event["uid"]) for event in second.events]


def test_without_a_rollout_the_calendar_is_empty_and_still_one() -> None:
    assert read("en").events == []
