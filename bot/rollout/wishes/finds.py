"""What is found in an owner's words: days, stretches of days, clock times, parts of a day, lengths and rules, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from bot.rollout.wishes.wish import Problem


@dataclass(frozen=True)
class Day:
    """One day. `named`: by its weekday or its date, not by counting; `other`: the second-best reading."""

    day: date
    named: bool = True
    other: date | None = None


@dataclass(frozen=True)
class Moment:
    """A time counted in hours or minutes from now, or "tonight"."""

    day: date
    at: time | None = None
    part: str | None = None


@dataclass(frozen=True)
class Stretch:
    """A week, a month, a holiday, or days from one to another. `starts_on` is the day meant when it is said as a day.

    `back_on`: the first day after it; `yearly`: it comes every year by its nature; `explicit`: said as "from ... to ...".
    """

    first: date
    last: date
    starts_on: date
    back_on: date
    yearly: bool = False
    explicit: bool = False


@dataclass(frozen=True)
class Weekdays:
    """Days of the week without a date. `many`: said as a habit ("Fridays", "weekdays", "Monday to Friday")."""

    days: frozenset[int]
    many: bool = False


@dataclass(frozen=True)
class Clock:
    """A clock time; `certain` when the half of the day is clear."""

    hour: int
    minute: int
    certain: bool = False


@dataclass(frozen=True)
class Part:
    """A part of the day; `many`: said as a habit ("mornings")."""

    name: str
    many: bool = False


@dataclass(frozen=True)
class Window:
    """From one clock time to another."""

    opens: Clock
    closes: Clock


@dataclass(frozen=True)
class Length:
    """A number of days or months, not yet tied to anything."""

    day: date


@dataclass(frozen=True)
class Rule:
    """A recurrence: frequency, interval and, where named, the days."""

    unit: str
    every: int = 1
    by: str = ""


@dataclass(frozen=True)
class MonthDays:
    """Days of any month: 1 to 31, -1 for the last."""

    days: tuple[int, ...]


@dataclass(frozen=True)
class Mark:
    """A word that says something about the whole: always, public holidays, ..."""

    name: str


@dataclass(frozen=True)
class Wrong:
    """A date or time that cannot be."""

    problem: Problem


Thing = Day | Moment | Stretch | Weekdays | Clock | Part | Window | Length | Rule | MonthDays | Mark | Wrong


@dataclass(frozen=True)
class Find:
    """A thing and its place in the folded text."""

    start: int
    end: int
    thing: Thing
    words: str = field(default="", compare=False)
