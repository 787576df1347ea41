"""When an owner changes when they want to be asked: what is kept of them, and the check-ins that follow, in the turn's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rollout.calendar import WorkingTime, local_time, next_open, to_utc
from bot.rollout.checkins import FIRST_EXTRA, PLANNED_ANEW, Rollout, Rollouts, own_time, preferred_time, spread_of, zone_of
from bot.rollout.digests import Digests
from bot.rollout.own_time import OwnTime, as_json, from_json
from bot.rollout.plan import PlannedCheckin, PlannedPhase, checkins_for, move_phase
from bot.storage.tables import CheckIn, Person

#: Why a check-in no longer comes: another day took its place.
CHANGED = "schedule changed"
_REPLACED = (CHANGED, PLANNED_ANEW)
#: Where the phase has no day of the owner's rhythm left, one is looked for this much further.
_FURTHER = timedelta(days=100)


async def change(session: AsyncSession, rollouts: Rollouts, person: Person, own: OwnTime, now: datetime) -> None:
    """Keep what the owner wants from now on, remember what was, and move everything that is planned."""
    person.time_before = as_json(own_time(person))
    await _follow(session, rollouts, person, own, now)


async def undo(session: AsyncSession, rollouts: Rollouts, person: Person, now: datetime) -> bool:
    """Go back to what was before the last change; False when there is nothing to go back to."""
    if person.time_before is None:
        return False
    await _follow(session, rollouts, person, from_json(person.time_before), now)
    person.time_before = None
    return True


async def _follow(session: AsyncSession, rollouts: Rollouts, person: Person, own: OwnTime, now: datetime) -> None:
    _keep(person, own)
    await reschedule(session, rollouts, person, now)
    await Digests(rollouts).move(session, person, now)


def _keep(person: Person, own: OwnTime) -> None:
    kept = as_json(own)
    person.time_zone, person.country, person.weekdays, person.seasons = own.zone, own.country, kept["weekdays"], kept["seasons"]
    person.checkin_hour, person.checkin_minute = own.at.hour, own.at.minute
    person.opens, person.closes = kept["opens"], kept["closes"]
    person.checkin_rule, person.checkin_rule_from = own.rule, own.rule_from


async def reschedule(session: AsyncSession, rollouts: Rollouts, person: Person, now: datetime) -> None:
    """Make the check-ins of every phase under way again from what is kept of the owner."""
    for rollout in await rollouts.active(session, person):
        if rollout.planned is not None:
            await _reschedule_phase(session, rollouts, person, rollout, rollout.planned, now)


async def _reschedule_phase(
    session: AsyncSession, rollouts: Rollouts, person: Person, rollout: Rollout, planned: PlannedPhase, now: datetime
) -> None:
    of_phase = select(CheckIn).where(CheckIn.initiative_id == rollout.initiative.id, CheckIn.phase == planned.number)
    rows = list(await session.scalars(of_phase.order_by(CheckIn.due_at)))
    taken = _move_asked_for(rollouts, rows, person, now)
    wanted = {each.occurrence: each for each in _planned(rollouts, person, rollout, planned, now) if each.due_local.date() not in taken}
    for row in rows:
        _fit(rollouts, row, wanted.pop(row.occurrence, None), person, now)
    for each in wanted.values():
        rollouts.add_checkin(session, person, rollout, each)
    await session.flush()


def _planned(rollouts: Rollouts, person: Person, rollout: Rollout, planned: PlannedPhase, now: datetime) -> list[PlannedCheckin]:
    """What is still to come of the phase by its own rhythm or the owner's."""
    phase, working = rollout.phase(planned.number), rollouts.hours(person, now)
    days = _own_days(own_time(person), planned, local_time(now, zone_of(person)).date())
    checkins = checkins_for(phase, planned, working, preferred_time(person), spread_of(person), days)
    return [each for each in checkins if each.due_at > now]


def _own_days(own: OwnTime, planned: PlannedPhase, today: date) -> list[date] | None:
    """The days of the owner's rhythm that are left of the phase; the first one after it when none is."""
    tomorrow = max(planned.starts_on, today + timedelta(days=1))
    within = own.rule_days(tomorrow, planned.ends_on) if tomorrow <= planned.ends_on else own.rule_days(tomorrow, tomorrow)
    if within is None or within:
        return within
    return (own.rule_days(tomorrow, tomorrow + _FURTHER) or [])[:1]


def _move_asked_for(rollouts: Rollouts, rows: Iterable[CheckIn], person: Person, now: datetime) -> set[date]:
    """Check-ins that the owner put off or asked for keep their day and time where that is open; returns their days."""
    taken: set[date] = set()
    working = rollouts.hours(person, now)
    for row in rows:
        if row.state == "pending" and _is_asked_for(row) and row.due_at > now:
            rollouts.put_on(person, row, _still_open(row, person, working, now))
            taken.add(local_time(row.due_at, zone_of(person)).date())
    return taken


def _is_asked_for(row: CheckIn) -> bool:
    return row.snoozes > 0 or row.occurrence >= FIRST_EXTRA


def _still_open(row: CheckIn, person: Person, working: WorkingTime, now: datetime) -> datetime:
    promised = datetime.fromisoformat(row.due_local)
    due_at = next_open(to_utc(promised.date(), preferred_time(person), working.time_zone), working)
    return due_at if due_at > now else next_open(now + timedelta(minutes=1), working)


def _fit(rollouts: Rollouts, row: CheckIn, wanted: PlannedCheckin | None, person: Person, now: datetime) -> None:
    """Move a planned check-in to where it now belongs, bring one back, or say why it no longer comes."""
    if _is_asked_for(row) or not _is_open_to_change(row, now):
        return
    if wanted is None:
        row.state, row.reason = "superseded", CHANGED
    else:
        row.state, row.reason = "pending", None
        rollouts.put_on(person, row, wanted.due_at)


def _is_open_to_change(row: CheckIn, now: datetime) -> bool:
    return (row.state == "pending" and row.due_at > now) or (row.state == "superseded" and row.asked_at is None and row.reason in _REPLACED)


async def move_start(
    session: AsyncSession, rollouts: Rollouts, person: Person, rollout: Rollout, number: int, day: date, now: datetime
) -> None:
    """Let phase `number` begin on `day`; what lies behind moves along, and so do the check-ins. Raises MoveRefused."""
    today = local_time(now, zone_of(person)).date()
    moved = move_phase(rollout.plan, number, today, rollouts.hours(person, now), new_start=day)
    rollouts.keep_dates(rollout, moved)
    await session.flush()
    await reschedule(session, rollouts, person, now)
