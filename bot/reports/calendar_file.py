"""A plan as a calendar (RFC 5545): the phases as all-day events, the check-ins at their hour. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.reports.facts import Material
from bot.reports.picturing import Say, say_in
from bot.rollout.plan import PlannedPhase

if TYPE_CHECKING:
    from icalendar import Event

CHECKIN_LASTS = timedelta(minutes=15)
PRODUCT = "-//advisor//plan//JA"


@dataclass(frozen=True)
class Entry:
    """One event. A day (both included) or a moment in UTC; `uid` names it for good, so that a changed one replaces the old."""

    uid: str
    title: str
    note: str
    first_day: date | None = None
    last_day: date | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Agenda:
    """A calendar: its name, its entries, and the moment (UTC) at which it was true."""

    name: str
    entries: tuple[Entry, ...]
    made_at: datetime


@dataclass(frozen=True)
class Course:
    """One rollout: its row id, its action, the open phases, and the moments (UTC) of its check-ins with their row ids."""

    id: int
    action: str
    phases: tuple[PlannedPhase, ...]
    checkins: tuple[tuple[int, datetime], ...]


def agenda(material: Material, courses: Sequence[Course], language: str, made_at: datetime) -> Agenda:
    """The calendar of the rollouts under way."""
    say = say_in(material, language)
    entries = tuple(entry for course in courses for entry in _entries(material, course, say))
    return Agenda(say("calendar_name"), entries, made_at)


def _entries(material: Material, course: Course, say: Say) -> Iterator[Entry]:
    action = material.action(course.action)
    title = action.title.get(say.language) if action else course.action
    for each in course.phases:
        phase = material.phases[each.number - 1]
        name = say("calendar_phase", number=each.number, name=phase.name.get(say.language), action=title)
        note = say("calendar_phase_note", goal=phase.goal.get(say.language), done_when=phase.done_when.get(say.language))
        yield Entry(f"phase-{course.id}-{each.number}@advisor", name, note, each.starts_on, each.ends_on)
    for checkin, at in course.checkins:
        yield Entry(f"checkin-{checkin}@advisor", say("calendar_checkin", action=title), "", at=at)


def render(shown: Agenda) -> bytes:
    """The calendar as a file."""
    from icalendar import Calendar  # noqa: PLC0415 - a fifth of a second that a start should not pay

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", shown.name)
    for event in _events(shown.entries, shown.made_at):
        calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data


def _events(entries: Iterable[Entry], made_at: datetime) -> Iterator[Event]:
    from icalendar import Event  # noqa: PLC0415

    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", made_at)
        event.add("summary", entry.title)
        if entry.note:
            event.add("description", entry.note)
        if entry.at is not None:
            event.add("dtstart", entry.at)
            event.add("dtend", entry.at + CHECKIN_LASTS)
        elif entry.first_day is not None and entry.last_day is not None:
            event.add("dtstart", entry.first_day)
            event.add("dtend", entry.last_day + timedelta(days=1))  # RFC 5545: the day after the last
            event.add("transp", "TRANSPARENT")
        yield event
