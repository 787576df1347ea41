"""Builders and strategies for working times; the zones are those whose clocks do something unusual, and two whose clocks do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from hypothesis import strategies as st

from bot.rollout.calendar import WorkingTime

EVERY_DAY = frozenset(range(7))
MONDAY_TO_FRIDAY = frozenset(range(5))
ZONES = (
    "Asia/Tokyo",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
)


def make_working(
    zone: str = "Asia/Tokyo",
    opens: time = time(9),
    closes: time = time(18),
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
    country: str | None = None,
    closed_dates: frozenset[date] = frozenset(),
) -> WorkingTime:
    return WorkingTime(zone, opens, closes, weekdays, country, closed_dates)


def whole_minutes() -> st.SearchStrategy[time]:
    return st.builds(time, st.integers(0, 23), st.integers(0, 59))


def working_times() -> st.SearchStrategy[WorkingTime]:
    return st.builds(
        WorkingTime,
        st.sampled_from(ZONES),
        whole_minutes(),
        whole_minutes(),
        st.frozensets(st.integers(0, 6), min_size=1),
        st.sampled_from([None, "JP", "DE", "US"]),
        st.frozensets(st.dates(date(2010, 1, 1), date(2030, 12, 31)), max_size=5),
    )


def moments() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
