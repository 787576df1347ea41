"""A wish becomes a moment: in the future, and when the owner may be written to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.rollout.calendar import NoOpenDay, WorkingTime, is_open, local_time
from bot.rollout.wishes.deciding import About
from bot.rollout.wishes.placing import hours_for, place
from bot.rollout.wishes.wish import Kind, Wish
from tests.unit.rollout.wishes.reading_words import phrases, reader
from tests.unit.rollout.working_times import make_working, moments, working_times

WORDS = st.sampled_from([row["text"] for language in ("ja", "en") for row in phrases(language)])
USUAL = time(10)
#: Wednesday, 10:00 in Tokyo.
MORNING = datetime(2026, 11, 25, 1, tzinfo=UTC)


def placed(wish: Wish, working: WorkingTime) -> datetime:
    return local_time(place(wish, MORNING, working, USUAL), working.time_zone)


@given(WORDS, moments(), working_times())
@settings(max_examples=250, deadline=None)
def test_every_understood_day_lies_ahead_and_within_working_time(text: str, now: datetime, working: WorkingTime) -> None:
    wish = reader().read(text, local_time(now, working.time_zone), About.ONCE)
    assume(wish.kind in (Kind.ONCE, Kind.NOT_BEFORE))
    try:
        moment = place(wish, now, working, USUAL)
    except NoOpenDay:
        return
    assert moment > now
    assert is_open(moment, hours_for(wish, working))


def test_a_day_off_moves_to_the_next_business_day_at_the_usual_time() -> None:
    wish = Wish(Kind.ONCE, day=date(2026, 11, 28))
    assert placed(wish, make_working()) == datetime(2026, 11, 30, 10)  # noqa: DTZ001


def test_a_weekday_that_is_named_is_meant_even_when_the_firm_is_closed() -> None:
    wish = Wish(Kind.ONCE, day=date(2026, 11, 28), named_day=True)
    assert placed(wish, make_working()) == datetime(2026, 11, 28, 10)  # noqa: DTZ001


@pytest.mark.parametrize("at", [time(6, 30), time(20), time(23, 30)])
def test_an_hour_that_is_named_is_meant_even_outside_the_hours(at: time) -> None:
    wish = Wish(Kind.ONCE, day=date(2026, 11, 26), at=at)
    assert placed(wish, make_working()) == datetime.combine(date(2026, 11, 26), at)


def test_a_public_holiday_moves_even_when_it_is_named() -> None:
    wish = Wish(Kind.ONCE, day=date(2027, 1, 11), named_day=True)
    assert placed(wish, make_working(country="JP")) == datetime(2027, 1, 12, 10)  # noqa: DTZ001


def test_a_time_that_the_clock_skips_moves_forward() -> None:
    wish = Wish(Kind.ONCE, day=date(2027, 3, 28), at=time(2, 30), named_day=True)
    working = make_working("Europe/Berlin", opens=time(0), closes=time(23))
    assert place(wish, MORNING, working, USUAL) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    wish = Wish(Kind.ONCE, day=date(2027, 10, 31), at=time(2, 30), named_day=True)
    working = make_working("Europe/Berlin", opens=time(0), closes=time(23))
    assert place(wish, MORNING, working, USUAL) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_wish_without_a_day_has_no_moment() -> None:
    with pytest.raises(ValueError, match="with a day"):
        place(Wish(Kind.HOURS), MORNING, make_working(), USUAL)


def test_today_after_the_usual_time_is_tomorrow_and_never_the_past() -> None:
    wish = Wish(Kind.ONCE, day=date(2026, 11, 25))
    assert placed(wish, make_working()) == datetime(2026, 11, 26, 10)  # noqa: DTZ001
