"""When an owner may be written to: time zones, opening hours, public holidays and the days on which clocks change.

Everything here is pure. A moment is always an aware ``datetime``; results are in UTC. The owner's zone is used nowhere else in
the project, so a question such as "which half past two, if there are two?" has one answer, and it is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import holidays

#: How far ahead an open day is looked for, in days. A calendar without one for so long is a mistake, not a long holiday.
SEARCH_DAYS = 400

_DAY = timedelta(days=1)
_NOON = time(12)
#: Names that the zone database of a machine may offer but that say nothing about where the owner is.
_NOT_A_PLACE = frozenset({"Factory", "localtime", "posixrules"})


class NoOpenDay(Exception):
    """There is no open day within 400 days; look at the weekdays and closed dates of the working time."""

    def __init__(self, near: date) -> None:
        super().__init__(f"no open day within {SEARCH_DAYS} days of {near.isoformat()}: check the weekdays and closed dates")
        self.near = near


@dataclass(frozen=True)
class WorkingTime:
    """The hours in which a firm may be disturbed, in its own wall-clock time.

    The window belongs to the day on which it opens. It may pass midnight (``closes`` before ``opens``: Friday 22:00 to Saturday
    02:00 is Friday's), and equal times mean 24 hours. ``weekdays`` counts from Monday = 0. ``country`` (ISO 3166, such as "JP")
    brings that country's public holidays; None brings none. ``closed_dates`` are the firm's own: Japan's New Year holiday
    (29 December to 3 January) is custom rather than law but for 1 January, so whoever closes then lists the days here.

    Raises ValueError for an unknown zone or country, a weekday outside 0-6, or a time with a zone of its own.
    """

    time_zone: str
    opens: time
    closes: time
    weekdays: frozenset[int]
    country: str | None = None
    closed_dates: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not valid_time_zone(self.time_zone):
            raise ValueError(f"unknown time zone {self.time_zone!r}: use an IANA name such as 'Asia/Tokyo'")
        if self.country is not None and not has_public_holidays(self.country):
            raise ValueError(f"no public holidays are known for country {self.country!r}: use an ISO 3166 code such as 'JP', or None")
        if not self.weekdays <= frozenset(range(7)):
            raise ValueError("weekdays are numbers from 0 (Monday) to 6 (Sunday)")
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise ValueError("opening hours are wall-clock times and carry no time zone")


def default_working_time(time_zone: str, country: str | None) -> WorkingTime:
    """Office hours for a firm that has told us nothing: 09:00 to 18:00, Monday to Friday, without public holidays.

    Raises ValueError for an unknown zone or country.
    """
    return WorkingTime(time_zone, opens=time(9), closes=time(18), weekdays=frozenset(range(5)), country=country)


@lru_cache(maxsize=1)
def _place_names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NOT_A_PLACE


def valid_time_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone, spelled exactly as the zone database does."""
    return name in _place_names()


@lru_cache(maxsize=256)
def has_public_holidays(country: str) -> bool:
    """Whether the public holidays of `country` (ISO 3166 code) are known."""
    try:
        holidays.country_holidays(country)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """The country of every zone, from the table that comes with the zone database."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in lines}


def country_of_zone(zone: str) -> str | None:
    """The country (ISO 3166) that a zone lies in, if its public holidays are known; None for "UTC" and the like."""
    country = _countries().get(zone)
    return country if country is not None and has_public_holidays(country) else None


@lru_cache(maxsize=1024)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    # The library's own objects grow while they are read; a frozen year may be shared by threads.
    return frozenset(holidays.country_holidays(country, years=year))


def local_time(moment: datetime, zone: str) -> datetime:
    """The aware `moment` as the wall clock of `zone` shows it, without a zone. Raises ValueError for a naive moment."""
    return _in_zone(moment, zone).replace(tzinfo=None, fold=0)


def to_utc(day: date, at: time, zone: str, not_before: datetime | None = None) -> datetime:
    """The moment, in UTC, at which the wall clock of `zone` shows `at` on `day`.

    A time that the clock skips moves forward by the size of the gap (02:30 becomes 03:30). Of a time that comes twice the first
    is meant, unless it lies before the aware moment `not_before` and the second does not.
    """
    first = _instant(day, at, zone, fold=0)
    if not_before is None or first >= not_before:
        return first
    second = _instant(day, at, zone, fold=1)
    return second if second >= not_before else first


def _instant(day: date, at: time, zone: str, fold: int) -> datetime:
    return datetime.combine(day, at.replace(fold=fold), ZoneInfo(zone)).astimezone(UTC)


def _in_zone(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(ZoneInfo(zone))


def is_business_day(day: date, working: WorkingTime) -> bool:
    """Whether the firm works on `day`: its weekday, neither a public holiday nor closed, and a day that its zone has.

    A zone can lack a day: Samoa went from 29 to 31 December 2011.
    """
    if day.weekday() not in working.weekdays or day in working.closed_dates:
        return False
    if working.country is not None and day in _public_holidays(working.country, day.year):
        return False
    return local_time(to_utc(day, _NOON, working.time_zone), working.time_zone).date() == day


def is_open(moment: datetime, working: WorkingTime) -> bool:
    """Whether the firm may be disturbed at the aware `moment`. The opening time is inside, the closing time is not.

    A window is one unbroken stretch of time, also on the day on which the clock repeats an hour.
    """
    today = _in_zone(moment, working.time_zone).date()
    # Two days back: across a day that does not exist, a night's window ends on the second date after it opened.
    return any(_covers(today - _DAY * n, moment, working) for n in range(3))


def _covers(day: date, moment: datetime, working: WorkingTime) -> bool:
    if not is_business_day(day, working):
        return False
    opens, closes = _window(day, working)
    return opens <= moment < closes


def _window(day: date, working: WorkingTime) -> tuple[datetime, datetime]:
    last_day = day if working.opens < working.closes else day + _DAY
    return to_utc(day, working.opens, working.time_zone), to_utc(last_day, working.closes, working.time_zone)


def next_open(moment: datetime, working: WorkingTime) -> datetime:
    """The first open moment, in UTC, that is not before the aware `moment`; `moment` itself when the firm is open.

    Raises NoOpenDay when there is none within 400 days.
    """
    if is_open(moment, working):
        return moment.astimezone(UTC)
    today = _in_zone(moment, working.time_zone).date()
    for n in range(SEARCH_DAYS + 1):
        day = today + _DAY * n
        opens = to_utc(day, working.opens, working.time_zone)
        if opens >= moment and _covers(day, opens, working):
            return opens
    raise NoOpenDay(today)


def add_business_days(day: date, n: int, working: WorkingTime) -> date:
    """The `n`-th business day after `day`, or before it when `n` is negative. `n` = 0: `day`, or the first business day after it.

    Raises NoOpenDay when two business days in a row would be more than 400 days apart.
    """
    if n == 0:
        return _first_business_day(day, working, _DAY)
    step = _DAY if n > 0 else -_DAY
    for _ in range(abs(n)):
        day = _first_business_day(day + step, working, step)
    return day


def _first_business_day(day: date, working: WorkingTime, step: timedelta) -> date:
    for n in range(SEARCH_DAYS + 1):
        if is_business_day(day + step * n, working):
            return day + step * n
    raise NoOpenDay(day)


def count_business_days(after: date, until: date, working: WorkingTime) -> int:
    """How many business days lie after `after`, up to and including `until`; 0 when `until` is not later."""
    return sum(is_business_day(after + _DAY * n, working) for n in range(1, (until - after).days + 1))
