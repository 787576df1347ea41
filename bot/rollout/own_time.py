"""How one owner wants to be written to: zone, hours, weekdays, holidays, busy seasons and rhythm; and what a wish changes in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr

from bot.rollout.calendar import NoOpenDay, WorkingTime, add_business_days, country_of_zone, default_working_time
from bot.rollout.wishes.makers import RFC_DAYS
from bot.rollout.wishes.wish import Kind, Wish

DEFAULT_AT = time(10)
#: "Before" or "after" an hour without the other bound: a window of this length.
_WINDOW_HOURS = 3
#: Slower and faster rhythms, one step at a time.
_RHYTHMS = ("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=3")
_USUAL_RHYTHM = 1
#: Japan's New Year holiday, 29 December to 3 January: custom, not law, and nobody wants to be asked about a phase in it.
_NEW_YEAR_IN_JAPAN = ((12, 29), (1, 3))
_TWO_MONTHS = timedelta(days=62)
#: A month's day that every month has.
_LAST_COMMON_DAY = 28


@dataclass(frozen=True)
class Season:
    """Days without check-ins, both ends included; `yearly`: the same days every year."""

    first: date
    last: date
    yearly: bool = False

    def days(self, year: int) -> Iterator[date]:
        """Its days; a yearly one's in `year` and the two years after it."""
        years = range(-1, 3) if self.yearly else (None,)
        for each in years:
            first, last = (self.first, self.last) if each is None else self._in_year(year + each)
            yield from (first + timedelta(days=n) for n in range((last - first).days + 1))

    def _in_year(self, year: int) -> tuple[date, date]:
        first = _in_year(self.first, year)
        return first, first + (self.last - self.first)


def _in_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, _LAST_COMMON_DAY) if day.month == 2 else day.day)


@dataclass(frozen=True)
class OwnTime:
    """What an owner has said about time; None where they have said nothing.

    `country`: ISO 3166 code whose public holidays are days off, "" for none. `rule` (RFC 5545) counts from `rule_from`.
    """

    zone: str
    at: time = DEFAULT_AT
    opens: time | None = None
    closes: time | None = None
    weekdays: frozenset[int] | None = None
    country: str | None = None
    seasons: tuple[Season, ...] = ()
    rule: str | None = None
    rule_from: date | None = None

    def working(self, today: date) -> WorkingTime:
        """The hours in which the owner may be written to, seen from their `today`."""
        country = (country_of_zone(self.zone) if self.country is None else self.country) or None
        usual = default_working_time(self.zone, country)
        closed = {day for season in self._seasons(country) for day in season.days(today.year)}
        return replace(
            usual,
            opens=usual.opens if self.opens is None else self.opens,
            closes=usual.closes if self.closes is None else self.closes,
            weekdays=usual.weekdays if self.weekdays is None else self.weekdays,
            closed_dates=frozenset(closed),
        )

    def _seasons(self, country: str | None) -> tuple[Season, ...]:
        if country != "JP":
            return self.seasons
        (month, day), (last_month, last_day) = _NEW_YEAR_IN_JAPAN
        return (*self.seasons, Season(date(2000, month, day), date(2001, last_month, last_day), yearly=True))

    def rule_days(self, first: date, last: date) -> list[date] | None:
        """The days from `first` to `last` on which the owner wants to be asked; None when they have said nothing of it."""
        if self.rule is None:
            return None
        begin = self.rule_from or first
        rule = rrulestr(_dated(self.rule, begin), dtstart=datetime.combine(begin, time()))
        found = rule.between(datetime.combine(first, time()), datetime.combine(last, time()), inc=True)
        return [moment.date() for moment in found]


def weekday_of_rule(rule: str | None) -> int | None:
    """The first day of the week (Monday = 0) that a recurrence names; None when it names none."""
    _, _, named = (rule or "").partition("BYDAY=")
    days = [index for index, day in enumerate(RFC_DAYS) if day in named.partition(";")[0].split(",")]
    return days[0] if days else None


def _dated(rule: str, begin: date) -> str:
    """A monthly rule without a day falls on the day on which it began, or on the 28th: every month has that one."""
    bare = rule.startswith("FREQ=MONTHLY") and "BY" not in rule
    return f"{rule};BYMONTHDAY={min(begin.day, _LAST_COMMON_DAY)}" if bare else rule


def followed(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    """`own` as the wish would have it, whether or not that leaves an open day: ask :func:`opens_again` before keeping it."""
    change = _CHANGES.get(wish.kind)
    return change(_without_past(own, today), wish, today) if change else own


def _without_past(own: OwnTime, today: date) -> OwnTime:
    return replace(own, seasons=tuple(season for season in own.seasons if season.yearly or season.last >= today))


def opens_again(own: OwnTime, today: date) -> bool:
    """Whether there is a day within reach on which the owner may be written to."""
    try:
        add_business_days(today, 1, own.working(today))
    except NoOpenDay:
        return False
    return True


def _with_hours(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    own = replace(own, weekdays=_weekdays(own, wish), country=own.country if wish.holidays is None else _country(own, wish.holidays))
    if wish.opens is not None or wish.closes is not None:
        opens, closes = _window(wish, own, today)
        own = replace(own, opens=opens, closes=closes)
    return _at(own, wish, today)


def _weekdays(own: OwnTime, wish: Wish) -> frozenset[int] | None:
    if wish.weekdays is None and wish.closed is None:
        return own.weekdays
    kept = wish.weekdays if wish.weekdays is not None else own.weekdays if own.weekdays is not None else frozenset(range(5))
    return kept - (wish.closed or frozenset())


def _country(own: OwnTime, holidays_off: bool) -> str | None:
    return None if holidays_off else ""


def _window(wish: Wish, own: OwnTime, today: date) -> tuple[time, time]:
    working = own.working(today)
    if wish.opens is not None and wish.closes is not None:
        return wish.opens, wish.closes
    if wish.opens is not None:
        later = time(min(23, wish.opens.hour + _WINDOW_HOURS), wish.opens.minute)
        return wish.opens, working.closes if working.closes > wish.opens else max(later, time(wish.opens.hour, 59))
    closes = wish.closes if wish.closes is not None else working.closes
    return (working.opens if working.opens < closes else time(max(0, closes.hour - _WINDOW_HOURS))), closes


def _at(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    """The time of the check-ins, and hours that hold it."""
    at = wish.at if wish.at is not None else own.at
    if wish.at is not None:
        working = holding(own.working(today), wish.at)
        own = replace(own, opens=working.opens, closes=working.closes)
    working = own.working(today)
    inside = working.opens <= at < working.closes if working.opens < working.closes else True
    return replace(own, at=at if inside else working.opens)


def holding(working: WorkingTime, at: time) -> WorkingTime:
    """The working time, wide enough that `at` lies inside."""
    if working.opens >= working.closes or working.opens <= at < working.closes:
        return working
    if at < working.opens:
        return replace(working, opens=at)
    return replace(working, closes=time(at.hour + 1, at.minute) if at.hour < 23 else time(0))


def _with_rule(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    named = frozenset(day for day, name in enumerate(RFC_DAYS) if name in (wish.rule or "").partition("BYDAY=")[2])
    usual = own.weekdays if own.weekdays is not None else frozenset(range(5))
    weekdays = usual | named if named - usual else own.weekdays
    own = replace(own, rule=wish.rule, rule_from=_first_day(wish.rule or "", wish.day or today), weekdays=weekdays)
    return _at(own, wish, today) if wish.at is not None else own


def _first_day(rule: str, begin: date) -> date:
    """The first day of a rule from `begin`, as if it came every time: "every other Monday" begins with the next Monday."""
    every_time = replace(OwnTime("UTC"), rule=re.sub(r";INTERVAL=\d+", "", rule), rule_from=begin)
    return next(iter(every_time.rule_days(begin, begin + _TWO_MONTHS) or ()), begin)


def _with_season(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    first, last = wish.day or today, wish.until or wish.day or today
    return replace(own, seasons=(*own.seasons, Season(first, last, wish.yearly)))


def _not_before(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    if wish.day is None or wish.day <= today:
        return own
    return replace(own, seasons=(*own.seasons, Season(today, wish.day - timedelta(days=1))))


def _with_frequency(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    rhythm = (own.rule or "").partition(";BY")[0]
    step = _RHYTHMS.index(rhythm) if rhythm in _RHYTHMS else _USUAL_RHYTHM
    slower = _RHYTHMS[max(0, min(len(_RHYTHMS) - 1, step + (-1 if wish.more else 1)))]
    return replace(own, rule=slower, rule_from=today)


def _with_zone(own: OwnTime, wish: Wish, today: date) -> OwnTime:
    return replace(own, zone=wish.zone or own.zone, country=own.country if own.country == "" else None)


_CHANGES = {
    Kind.HOURS: _with_hours,
    Kind.RECURRING: _with_rule,
    Kind.SEASON: _with_season,
    Kind.NOT_BEFORE: _not_before,
    Kind.FREQUENCY: _with_frequency,
    Kind.ZONE: _with_zone,
}


def as_json(own: OwnTime) -> dict[str, Any]:
    """As plain values, to be kept."""
    return {
        "zone": own.zone,
        "at": f"{own.at:%H:%M}",
        "opens": own.opens and f"{own.opens:%H:%M}",
        "closes": own.closes and f"{own.closes:%H:%M}",
        "weekdays": None if own.weekdays is None else sorted(own.weekdays),
        "country": own.country,
        "seasons": [[season.first.isoformat(), season.last.isoformat(), season.yearly] for season in own.seasons],
        "rule": own.rule,
        "rule_from": own.rule_from and own.rule_from.isoformat(),
    }


def from_json(kept: dict[str, Any]) -> OwnTime:
    """The reverse of :func:`as_json`."""
    return OwnTime(
        zone=kept["zone"],
        at=time.fromisoformat(kept["at"]),
        opens=time.fromisoformat(kept["opens"]) if kept["opens"] else None,
        closes=time.fromisoformat(kept["closes"]) if kept["closes"] else None,
        weekdays=None if kept["weekdays"] is None else frozenset(kept["weekdays"]),
        country=kept["country"],
        seasons=tuple(Season(date.fromisoformat(first), date.fromisoformat(last), yearly) for first, last, yearly in kept["seasons"]),
        rule=kept["rule"],
        rule_from=date.fromisoformat(kept["rule_from"]) if kept["rule_from"] else None,
    )
