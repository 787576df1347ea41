"""Which time of the day is meant: clock times, parts of the day, and hours from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from bot.rollout.wishes.clauses import Clause, Role
from bot.rollout.wishes.finds import Clock, Moment, Part, Window
from bot.rollout.wishes.words import WishWords

#: "At four" is in the afternoon: nobody is written to before seven unless they say so.
_FIRST_MORNING_HOUR = 7
_LATER_PARTS = ("afternoon", "late_afternoon", "evening")


def time_of(clauses: Sequence[Clause], words: WishWords) -> tuple[time | None, str | None]:
    """The time that is meant and, when only a part of the day was named, that part."""
    part = _part(clauses)
    windows = [clause.thing for clause in clauses if isinstance(clause.thing, Window) and clause.meant]
    clocks = [clause.thing for clause in clauses if isinstance(clause.thing, Clock) and not clause.avoided]
    if clocks:
        return resolved(clocks[-1], part), None
    if windows:
        return hours_of(windows[-1], part)[0], None
    return (words.parts[part].at, part) if part else (None, None)


def _part(clauses: Sequence[Clause]) -> str | None:
    named = [clause.thing.name for clause in clauses if isinstance(clause.thing, Part) and clause.meant]
    moments = [clause.thing.part for clause in clauses if isinstance(clause.thing, Moment) and clause.thing.part]
    return next(reversed(named or moments), None)


def resolved(clock: Clock, part: str | None) -> time:
    """The half of the day that is meant: as the part of the day says, else within working hours."""
    hour = clock.hour
    if not clock.certain and 0 < hour < 12:
        afternoon = part in _LATER_PARTS or ((part is None or part == "noon") and hour < _FIRST_MORNING_HOUR)
        hour += 12 if afternoon else 0
    return time(hour, clock.minute)


def hours_of(window: Window, part: str | None) -> tuple[time, time]:
    """From and to; the end lies after the beginning where that can be."""
    opens = resolved(window.opens, part)
    closes = resolved(window.closes, None if part in ("morning", "early_morning") else part)
    if part in ("morning", "early_morning") and not window.closes.certain and opens < time(window.closes.hour, window.closes.minute):
        closes = time(window.closes.hour, window.closes.minute)
    if closes <= opens and 0 < closes.hour < 12 and not window.closes.certain:
        closes = closes.replace(hour=closes.hour + 12)
    return opens, closes


def bounds_of(clauses: Sequence[Clause], words: WishWords) -> tuple[time | None, time | None]:
    """The hours in which one may write, as far as they are said: both, one or none."""
    part = _part(clauses)
    windows = [clause.thing for clause in clauses if isinstance(clause.thing, Window) and clause.meant]
    if windows:
        return hours_of(windows[-1], part)
    opens: time | None = None
    closes: time | None = None
    clocked = any(isinstance(clause.thing, Clock) and clause.meant for clause in clauses)
    for clause in clauses:
        if isinstance(clause.thing, Clock) and clause.role in (Role.FROM, Role.AFTER):
            opens = resolved(clause.thing, part)
        elif isinstance(clause.thing, Clock) and clause.role in (Role.UNTIL, Role.BEFORE, Role.THROUGH):
            closes = resolved(clause.thing, part)
        elif isinstance(clause.thing, Part) and clause.role is Role.BEFORE:
            closes = words.parts[clause.thing.name].opens
        elif isinstance(clause.thing, Part) and clause.avoided and not clocked:
            opens, closes = _without(clause.thing.name, opens, closes, words)
    return opens, closes


def _without(part: str, opens: time | None, closes: time | None, words: WishWords) -> tuple[time | None, time | None]:
    """The hours when a part of the day falls away: what lies before an afternoon, what lies behind a morning."""
    if part in _LATER_PARTS:
        return opens, words.parts[part].opens
    return (opens or words.parts[part].closes), closes
