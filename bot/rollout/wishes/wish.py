"""What an owner can wish about time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Any


class Kind(Enum):
    """What a wish is about."""

    #: Once, on a day or at a time.
    ONCE = "once"
    #: Nothing before a day; then again as always.
    NOT_BEFORE = "not_before"
    #: Again and again, by a rule.
    RECURRING = "recurring"
    #: Hours, days of the week and public holidays on which one may write.
    HOURS = "hours"
    #: A stretch of days without messages, once or every year.
    SEASON = "season"
    #: Fewer or more than now.
    FREQUENCY = "frequency"
    STOP = "stop"
    RESUME = "resume"
    ZONE = "zone"
    #: Not understood, or impossible; `problem` says why.
    UNCLEAR = "unclear"


class Problem(Enum):
    """Why a wish cannot be followed."""

    NO_TIME = "no_time"
    IMPOSSIBLE_DATE = "impossible_date"
    IMPOSSIBLE_TIME = "impossible_time"
    PAST = "past"
    #: More than a year ahead.
    TOO_FAR = "too_far"
    SEASON_DATES = "season_dates"
    ZONE_UNKNOWN = "zone_unknown"


@dataclass(frozen=True)
class Wish:
    """What was understood; only the fields of its kind are set.

    Dates and times are those of the owner's wall. `part` is the part of the day that was named instead of a clock time. `rule` is an
    RFC 5545 recurrence rule. `until` is the last day of a season. `opens` and `closes` bound the hours (each may be None: no wish);
    `weekdays` are those that remain, `closed` those that fall away, Monday = 0. `holidays` True: public holidays are days off.
    `other` is the second-best reading of an ambiguous day, `said` the words of an impossible one.
    """

    kind: Kind
    day: date | None = None
    at: time | None = None
    part: str | None = None
    rule: str | None = None
    opens: time | None = None
    closes: time | None = None
    weekdays: frozenset[int] | None = None
    closed: frozenset[int] | None = None
    holidays: bool | None = None
    until: date | None = None
    yearly: bool = False
    more: bool | None = None
    zone: str | None = None
    problem: Problem | None = None
    #: The day was named by its weekday or date, so it is meant even where the firm is usually closed.
    named_day: bool = False
    other: date | None = None
    said: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The meaning as plain values, for measuring: a named part of the day stands instead of its time."""
        return {name: value for name, value in self._values() if value is not None}

    def _values(self) -> list[tuple[str, Any]]:
        if self.kind is Kind.SEASON:
            return [("from", _text(self.day)), ("to", _text(self.until)), ("yearly", self.yearly)]
        return [
            ("day", _text(self.day)),
            ("time", None if self.part else _clock(self.at)),
            ("part", self.part),
            ("rule", self.rule),
            ("from", None if self.part else _clock(self.opens)),
            ("to", None if self.part else _clock(self.closes)),
            ("weekdays", _numbers(self.weekdays)),
            ("closed", _numbers(self.closed)),
            ("holidays", None if self.holidays is None else "off" if self.holidays else "on"),
            ("change", None if self.more is None else "more" if self.more else "less"),
            ("zone", self.zone),
            ("problem", self.problem.value if self.problem else None),
        ]


def unclear(problem: Problem, said: str = "") -> Wish:
    """Nothing that can be followed."""
    return Wish(Kind.UNCLEAR, problem=problem, said=said)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _clock(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at is not None else None


def _numbers(days: frozenset[int] | None) -> list[int] | None:
    return sorted(days) if days is not None else None
