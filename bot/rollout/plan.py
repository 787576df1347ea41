"""The dates of a rollout: when each of the eight phases runs and when the advisor asks how it goes.

Pure: dates and moments are arguments, results are values. Dates are days of the owner's own calendar; moments are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.rollout.calendar import WorkingTime, add_business_days, count_business_days, is_open, local_time, next_open, to_utc
from bot.rollout.phases import Days, Phase

#: Quarters of the way from the default length to the shortest (-4) or the longest (+4), by the size of the firm. Fewer people have
#: fewer to persuade and less to move.
_QUARTERS_BY_SIZE = {"1": -4, "2-5": -2, "6-20": 0, "21-100": 2, "101+": 4}
#: The same by maturity level: beginners meet more for the first time.
_QUARTERS_BY_LEVEL = {1: 1, 2: 1, 3: 0, 4: -1, 5: -1}

_DEFAULT_AT = time(10)


class MoveRefused(ValueError):
    """A phase cannot be moved to the wished date; `earliest` is the first date that would do."""

    def __init__(self, wished: date, earliest: date) -> None:
        super().__init__(f"{wished.isoformat()} is too early: choose {earliest.isoformat()} or later")
        self.wished = wished
        self.earliest = earliest


class DateInPast(MoveRefused):
    """The wished date lies before today."""


class OutOfOrder(MoveRefused):
    """The phase would start before the one in front of it has ended, or end before it starts. Move that other date first."""


@dataclass(frozen=True)
class PlannedPhase:
    """One phase in the owner's calendar; it includes both days."""

    number: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class PlannedCheckin:
    """One check-in of a phase.

    `occurrence` counts from 0 and belongs to its place in the rhythm (or, below 0, to its day in the owner's own rhythm), so it names the
    same check-in when a plan is made again; a number is missing where two would have met on one day. `due_local` is the wall-clock time
    that is promised (no zone) and `due_at` the moment in UTC that follows from it.
    """

    phase: int
    occurrence: int
    due_local: datetime
    due_at: datetime


def make_plan(phases: Sequence[Phase], start: date, size: str | None, level: int | None, working: WorkingTime) -> tuple[PlannedPhase, ...]:
    """Lay the phases one after the other, the first on the first business day from `start`.

    Every phase starts and ends on a business day; it ends its number of calendar days after its start, or on the next business day.
    Smaller firms (`size` as in the profile: "1", "2-5", "6-20", "21-100", "101+") get shorter phases, beginners (`level` 1-2 of 5)
    slightly longer ones; None means not known yet and counts as the middle. Raises ValueError for another size or level, NoOpenDay
    when the calendar has no business days.
    """
    quarters = _quarters(size, level)
    plan: list[PlannedPhase] = []
    starts_on = add_business_days(start, 0, working)
    for phase in phases:
        ends_on = add_business_days(starts_on + timedelta(days=scaled_days(phase.days, quarters)), 0, working)
        plan.append(PlannedPhase(phase.number, starts_on, ends_on))
        starts_on = add_business_days(ends_on, 1, working)
    return tuple(plan)


def extend_plan(
    plan: Sequence[PlannedPhase], phases: Sequence[Phase], size: str | None, level: int | None, working: WorkingTime
) -> tuple[PlannedPhase, ...]:
    """The plan with what the content has added since it was made: the phases behind its last one, laid one after the other.

    A phase that the content has lost keeps its dates; whoever reads the plan passes it over. Raises NoOpenDay like `make_plan`.
    """
    added = [phase for phase in phases if not plan or phase.number > plan[-1].number]
    if not plan or not added:
        return tuple(plan)
    return (*plan, *make_plan(added, add_business_days(plan[-1].ends_on, 1, working), size, level, working))


def _quarters(size: str | None, level: int | None) -> int:
    if size is not None and size not in _QUARTERS_BY_SIZE:
        raise ValueError(f"unknown size {size!r}: use one of {', '.join(_QUARTERS_BY_SIZE)}")
    if level is not None and level not in _QUARTERS_BY_LEVEL:
        raise ValueError(f"unknown level {level!r}: use 1 to 5")
    quarters = _QUARTERS_BY_SIZE[size or "6-20"] + _QUARTERS_BY_LEVEL[level or 3]
    return max(-4, min(4, quarters))


def scaled_days(days: Days, quarters: int) -> int:
    """A length in calendar days, `quarters` (-4 to 4) of the way from the default to the shortest or the longest; half days up."""
    span = days.max - days.default if quarters > 0 else days.default - days.min
    return days.default + (quarters * span + 2) // 4


def checkins_for(
    phase: Phase,
    planned: PlannedPhase,
    working: WorkingTime,
    at: time = _DEFAULT_AT,
    spread_minutes: int = 0,
    own_days: Sequence[date] | None = None,
) -> tuple[PlannedCheckin, ...]:
    """The check-ins of one phase, in order, at most one a day and at least one.

    They follow the phase's rhythm as far as its last day, and a rhythm that repeats closes with one on the last day when at least half
    a turn is left. A day off moves one to the next business day. Each is due at wall-clock time `at`, or at the next open moment, which
    can lie after the last day when `at` is outside the opening hours. `spread_minutes` (0 or more) is added where the firm is still
    open by then, so that the owners of one zone are not all written to in one second. `own_days` are the days of the owner's own
    rhythm, which goes before the phase's; none of them: the last day. Raises ValueError for a negative spread, NoOpenDay when the firm
    never opens.
    """
    if spread_minutes < 0:
        raise ValueError("spread_minutes must not be negative")
    spread = timedelta(minutes=spread_minutes)
    days = _checkin_days(phase, planned) if own_days is None else _numbered_days(own_days, planned)
    due = ((n, _due_at(day, at, spread, working)) for n, day in days)
    checkins = (PlannedCheckin(planned.number, n, local_time(moment, working.time_zone), moment) for n, moment in due)
    return tuple(_one_a_day(checkins))


def _numbered_days(own_days: Sequence[date], planned: PlannedPhase) -> list[tuple[int, date]]:
    """Days of the owner's own rhythm; the number is the day itself, below 0, so that it always means the same day."""
    return [(-day.toordinal(), day) for day in own_days or (planned.ends_on,)]


def _checkin_days(phase: Phase, planned: PlannedPhase) -> list[tuple[int, date]]:
    length = (planned.ends_on - planned.starts_on).days
    days = [n for n in phase.checkins.first_after_days if n <= length]
    every = phase.checkins.then_every_days
    if every is not None:
        days += range(phase.checkins.first_after_days[-1] + every, length + 1, every)
    # A moved phase can be a few days shorter than its rhythm; its last reading must not fall away for that.
    if not days or (every is not None and 2 * (length - days[-1]) >= every):
        days.append(length)
    return [(number, planned.starts_on + timedelta(days=n)) for number, n in enumerate(days)]


def _due_at(day: date, at: time, spread: timedelta, working: WorkingTime) -> datetime:
    due_at = _open_from(day, at, working)
    # Added on the wall clock, so that the moment can be worked out again from the local time that is kept.
    spread_local = local_time(due_at, working.time_zone) + spread
    spread_at = to_utc(spread_local.date(), spread_local.time(), working.time_zone)
    return spread_at if is_open(spread_at, working) else due_at


def _open_from(day: date, at: time, working: WorkingTime) -> datetime:
    # The day first, then the hour: after a holiday the question still comes at the hour that the owner chose, not at opening time.
    day = add_business_days(day, 0, working)
    return next_open(to_utc(day, at, working.time_zone), working)


def _one_a_day(checkins: Iterable[PlannedCheckin]) -> Iterator[PlannedCheckin]:
    last: date | None = None
    for checkin in checkins:
        if last is None or checkin.due_local.date() > last:
            yield checkin
            last = checkin.due_local.date()


def replan(plan: Sequence[PlannedPhase], finished_phase: int, finished_on: date, working: WorkingTime) -> tuple[PlannedPhase, ...]:
    """The plan after phase number `finished_phase` was done on `finished_on`, early or late.

    That phase ends on the day, also when it is not a business day, and no phase before it ends later. The next one starts on the next
    business day; the rest moves along and keeps its lengths and pauses, counted in business days. Raises ValueError for a phase that
    is not in the plan.
    """
    index = _index_of(plan, finished_phase)
    history = tuple(_cut(phase, finished_on) for phase in plan[:index])
    finished = replace(_cut(plan[index], finished_on), ends_on=finished_on)
    rest = plan[index + 1 :]
    if not rest:
        return (*history, finished)
    following = _start_at(rest[0], add_business_days(finished_on, 1, working), working)
    return (*history, finished, following, *_move_along(rest, following.ends_on, working))


def _cut(phase: PlannedPhase, day: date) -> PlannedPhase:
    return replace(phase, starts_on=min(phase.starts_on, day), ends_on=min(phase.ends_on, day))


def _index_of(plan: Sequence[PlannedPhase], number: int) -> int:
    for index, phase in enumerate(plan):
        if phase.number == number:
            return index
    raise ValueError(f"phase {number} is not in the plan")


def _start_at(phase: PlannedPhase, starts_on: date, working: WorkingTime) -> PlannedPhase:
    # In business days: a length in calendar days would grow by a weekend or a holiday at every move.
    length = count_business_days(phase.starts_on, phase.ends_on, working)
    return replace(phase, starts_on=starts_on, ends_on=add_business_days(starts_on, length, working))


def _move_along(phases: Sequence[PlannedPhase], ends_on: date, working: WorkingTime) -> Iterator[PlannedPhase]:
    """The phases after the first of `phases`, whose end has moved to `ends_on`."""
    for before, phase in pairwise(phases):
        # At least one: a start that has since become a day off would count none and meet the phase in front.
        pause = max(1, count_business_days(before.ends_on, phase.starts_on, working))
        moved = _start_at(phase, add_business_days(ends_on, pause, working), working)
        ends_on = moved.ends_on
        yield moved


def move_phase(
    plan: Sequence[PlannedPhase],
    number: int,
    today: date,
    working: WorkingTime,
    *,
    new_start: date | None = None,
    new_end: date | None = None,
) -> tuple[PlannedPhase, ...]:
    """Move phase `number` to start on `new_start`, keeping its length, or to end on `new_end`, keeping its start.

    A date that is not a business day moves forward to the next one. The phases behind move along and keep their lengths and pauses,
    counted in business days; the phases in front stay. `today` is the owner's date. Raises DateInPast for a date before `today`,
    OutOfOrder for one that would break the order (both carry the earliest date that would do), TypeError unless exactly one date is
    given, ValueError for a phase that is not in the plan.
    """
    index = _index_of(plan, number)
    if new_start is not None and new_end is None:
        moved = _move_start(plan, index, new_start, today, working)
    elif new_end is not None and new_start is None:
        moved = _move_end(plan[index], new_end, today, working)
    else:
        raise TypeError("give either new_start or new_end")
    return (*plan[:index], moved, *_move_along(plan[index:], moved.ends_on, working))


def _move_start(plan: Sequence[PlannedPhase], index: int, wished: date, today: date, working: WorkingTime) -> PlannedPhase:
    after_previous = plan[index - 1].ends_on + timedelta(days=1) if index else today
    starts_on = _allowed(wished, today, after_previous, working)
    return _start_at(plan[index], starts_on, working)


def _move_end(phase: PlannedPhase, wished: date, today: date, working: WorkingTime) -> PlannedPhase:
    return replace(phase, ends_on=_allowed(wished, today, phase.starts_on, working))


def _allowed(wished: date, today: date, in_order_from: date, working: WorkingTime) -> date:
    earliest = add_business_days(max(today, in_order_from), 0, working)
    if wished < today:
        raise DateInPast(wished, earliest)
    if wished < in_order_from:
        raise OutOfOrder(wished, earliest)
    return add_business_days(wished, 0, working)


def snooze(now: datetime, days: int, working: WorkingTime, at: time = _DEFAULT_AT) -> datetime:
    """When to ask again, in UTC: `days` (1 or more) calendar days after the aware moment `now`, or on the next business day; at
    wall-clock time `at`, or at the next open moment after it.

    Raises ValueError for a naive moment or less than one day, NoOpenDay when the firm never opens.
    """
    if days < 1:
        raise ValueError("a check-in is put off by at least one day")
    day = local_time(now, working.time_zone).date() + timedelta(days=days)
    return _open_from(day, at, working)


def current_phase(plan: Sequence[PlannedPhase], done: Collection[int]) -> PlannedPhase | None:
    """The first phase whose number is not in `done`; None when all are."""
    return next((phase for phase in plan if phase.number not in done), None)
