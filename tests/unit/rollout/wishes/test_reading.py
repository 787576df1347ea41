"""What an owner's words about time mean."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.operations.evaluating_schedule import evaluate_schedule
from bot.rollout.wishes.deciding import About
from bot.rollout.wishes.wish import Kind, Problem
from tests.unit.rollout.wishes.reading_words import NOW, phrases, reader

FLOOR = 0.95


@pytest.mark.parametrize("language", ["ja", "en"])
def test_phrases_of_owners_are_understood(language: str) -> None:
    rows = phrases(language)
    assert len(rows) >= 150
    report, wrong = evaluate_schedule(reader(), rows)
    assert report["understood"] >= FLOOR, wrong


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("2月30日に", Problem.IMPOSSIBLE_DATE),
        ("on 31 June", Problem.IMPOSSIBLE_DATE),
        ("13月1日", Problem.IMPOSSIBLE_DATE),
        ("29 February", Problem.IMPOSSIBLE_DATE),
        ("26時に", Problem.IMPOSSIBLE_TIME),
        ("at 10:75", Problem.IMPOSSIBLE_TIME),
        ("先週の金曜", Problem.PAST),
        ("2025年1月5日", Problem.PAST),
        ("今日の9時", Problem.PAST),
        ("2030年1月5日", Problem.TOO_FAR),
        ("in 90 weeks", Problem.TOO_FAR),
        ("Europe/Atlantis", Problem.ZONE_UNKNOWN),
        ("繁忙期は休みたい", Problem.SEASON_DATES),
        ("あとで", Problem.NO_TIME),
        ("", Problem.NO_TIME),
        ("😀", Problem.NO_TIME),
    ],
)
def test_what_cannot_be_followed_says_why(said: str, problem: Problem) -> None:
    assert reader().read(said, NOW).problem is problem


def test_a_leap_day_is_real_in_a_leap_year() -> None:
    assert reader().read("2月29日", datetime(2027, 11, 25, 10)).day == date(2028, 2, 29)  # noqa: DTZ001


@pytest.mark.parametrize("said", ["金曜の4時", "金曜の１６時", "金曜の午後四時", "ｷﾝﾖｳ 16:00", "friday at four", "Friday 4 PM"])
def test_the_same_time_in_every_guise(said: str) -> None:
    wish = reader().read(said.replace("ｷﾝﾖｳ", "金曜"), NOW)
    assert (wish.day, f"{wish.at:%H:%M}") == (date(2026, 11, 27), "16:00")


def test_a_weekday_means_the_nearest_one_and_never_today() -> None:
    assert reader().read("水曜に", NOW).day == date(2026, 12, 2)
    assert reader().read("thursday", NOW).day == date(2026, 11, 26)


def test_next_friday_has_a_second_reading() -> None:
    wish = reader().read("next friday", NOW)
    assert (wish.day, wish.other) == (date(2026, 12, 4), date(2026, 11, 27))


def test_a_bare_part_of_the_day_is_once_for_a_checkin_and_a_habit_for_a_schedule() -> None:
    assert reader().read("夕方に", NOW, About.ONCE).kind is Kind.ONCE
    assert reader().read("夕方に", NOW, About.HABIT).kind is Kind.HOURS


def test_a_morning_that_has_passed_is_tomorrows() -> None:
    late = NOW.replace(hour=13)
    assert reader().read("朝に", late, About.ONCE).day == date(2026, 11, 26)


def test_a_pause_without_an_end_stops() -> None:
    assert reader().read("もう少し静かにしてほしい", NOW, About.PAUSE).kind is Kind.STOP


def test_a_pause_on_days_of_the_week_takes_those_days_only() -> None:
    wish = reader().read("火曜定休なので送らないで", NOW, About.PAUSE)
    assert (wish.kind, wish.closed) == (Kind.HOURS, {1})


WORDS = st.sampled_from([row["text"] for language in ("ja", "en") for row in phrases(language)])
NOWS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(st.text(max_size=60) | st.lists(WORDS, min_size=1, max_size=3).map(" ".join), NOWS, st.sampled_from([None, *About]))
@example("2月29日", datetime(2027, 3, 1), None)  # noqa: DTZ001
@example("31日", datetime(2027, 1, 31), None)  # noqa: DTZ001
@settings(max_examples=250, deadline=None)
def test_no_words_make_the_reader_fail_and_no_day_lies_behind(text: str, now: datetime, about: About | None) -> None:
    wish = reader().read(text, now, about)
    if wish.day is not None and wish.kind in (Kind.ONCE, Kind.NOT_BEFORE):
        assert now.date() <= wish.day <= now.date() + timedelta(days=2 * 366)


@pytest.mark.parametrize("piece", ["毎週金曜の16時と", "9", "a week ", "月・", "1日", "every ", "から", "\0"])
def test_a_hundred_thousand_characters_take_less_than_a_second(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    reader().read("x", NOW)
    started = time.perf_counter()
    reader().read(text, NOW)
    assert time.perf_counter() - started < 1
