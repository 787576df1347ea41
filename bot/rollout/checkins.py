"""Rollouts and their check-ins in the database: begin, ask, and let the answer change the plan.

Ringing stands in `ringing.py`, what happens when nobody answers in `ladder.py`, the figures in `ledgers.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.profiles import Defaults
from bot.rollout.calendar import WorkingTime, local_time, valid_time_zone
from bot.rollout.own_time import OwnTime, Season
from bot.rollout.phases import Phase
from bot.rollout.plan import (
    PlannedCheckin,
    PlannedPhase,
    checkins_for,
    current_phase,
    extend_plan,
    make_plan,
    move_phase,
    replan,
    snooze,
)
from bot.storage.tables import CheckIn, Initiative, Person, PhaseRow

log = logging.getLogger(__name__)

DEFAULT_HOUR = 10
#: Owners of one zone are not all written to in the same second.
SPREAD_MINUTES = 20
#: A stuck phase is asked about again after this many days, sooner than its rhythm.
ASK_STUCK_AFTER_DAYS = 3
OPEN_STATES = ("pending", "rung", "asked")
#: A phase without a rhythm of its own is asked about again after this many days.
ASK_AGAIN_AFTER_DAYS = 7
#: Check-ins outside the rhythm of their phase are numbered from here.
FIRST_EXTRA = 1000
#: Why a check-in stands outside its rhythm: the owner did not answer, so one a month.
MONTHLY = "monthly"
#: Why a check-in no longer comes: the plan was made again.
PLANNED_ANEW = "planned anew"
#: Why a check-in of the rhythm does not come: the owner has put the phase off beyond it.
PUT_OFF = "put off"
#: A question that is not answered comes up again after this many days.
PATIENCE_DAYS = 2


def own_time(person: Person) -> OwnTime:
    """How a person wants to be written to, as far as they have said."""
    return OwnTime(
        zone=zone_of(person),
        at=preferred_time(person),
        opens=time.fromisoformat(person.opens) if person.opens else None,
        closes=time.fromisoformat(person.closes) if person.closes else None,
        weekdays=None if person.weekdays is None else frozenset(person.weekdays),
        country=person.country,
        seasons=tuple(Season(date.fromisoformat(first), date.fromisoformat(last), yearly) for first, last, yearly in person.seasons or ()),
        rule=person.checkin_rule,
        rule_from=person.checkin_rule_from,
    )


def working_time(person: Person, now: datetime) -> WorkingTime:
    """The hours in which a person may be written to, with the public holidays of their country and their own days off."""
    own = own_time(person)
    return own.working(local_time(now, own.zone).date())


def zone_of(person: Person) -> str:
    """The owner's time zone; the default one when theirs does not exist (any more), since a check-in must not fail for that."""
    if valid_time_zone(person.time_zone):
        return person.time_zone
    log.warning("an owner's time zone does not exist", extra={"action": "unknown_time_zone", "person_id": person.id})
    return Defaults().time_zone


def preferred_time(person: Person) -> time:
    """The wall-clock time of a person's check-ins."""
    return time(person.checkin_hour if person.checkin_hour is not None else DEFAULT_HOUR, person.checkin_minute or 0)


def spread_of(person: Person) -> int:
    """By how many minutes a person's check-ins come after their time."""
    return person.id % SPREAD_MINUTES


class Refusal(StrEnum):
    """Why there is nothing that an answer could answer."""

    NONE_OPEN = "none_open"
    ALREADY = "already"
    OVER = "over"
    WHICH = "which"


@dataclass(slots=True)
class Rollout:
    """An initiative with its plan, as loaded for one turn. Phases that the content has lost since are passed over."""

    initiative: Initiative
    phases: Sequence[Phase]

    @property
    def plan(self) -> tuple[PlannedPhase, ...]:
        """The dates of its phases."""
        known = {phase.number for phase in self.phases}
        return tuple(PlannedPhase(row.number, row.starts_on, row.ends_on) for row in self.initiative.phases if row.number in known)

    @property
    def done(self) -> frozenset[int]:
        """Numbers of the finished phases."""
        return frozenset(row.number for row in self.initiative.phases if row.done_at)

    @property
    def planned(self) -> PlannedPhase | None:
        """The current phase's dates; None when all are done."""
        return current_phase(self.plan, self.done)

    @property
    def is_active(self) -> bool:
        """Whether it is under way."""
        return self.initiative.state == "active"

    def phase(self, number: int) -> Phase:
        """What phase `number` is about. Raises KeyError for one that the content does not have."""
        return {phase.number: phase for phase in self.phases}[number]

    def is_current(self, number: int) -> bool:
        """Whether phase `number` is the one that is worked on."""
        planned = self.planned
        return self.is_active and planned is not None and planned.number == number

# Built once, since they run in every turn.
_ACTIVE = select(Initiative).where(Initiative.person_id == bindparam("person"), Initiative.state == "active").order_by(Initiative.id)
_STANDING = select(CheckIn).where(CheckIn.person_id == bindparam("person"), CheckIn.state.in_(("asked", "rung")))
_STANDING = _STANDING.where(CheckIn.asked_at.is_not(None)).order_by(CheckIn.asked_at.desc(), CheckIn.id.desc()).limit(1)


class Rollouts:
    """Everything that happens to rollouts and check-ins."""

    def __init__(self, phases: Sequence[Phase], hours: Callable[[Person, datetime], WorkingTime] = working_time) -> None:
        self.phases = tuple(phases)
        self.hours = hours

    # --- plans ------------------------------------------------------------------------------------------------------------

    async def active(self, session: AsyncSession, person: Person) -> list[Rollout]:
        """The rollouts under way, oldest first."""
        return [Rollout(initiative, self.phases) for initiative in await session.scalars(_ACTIVE, {"person": person.id})]

    async def rollout(self, session: AsyncSession, person: Person, initiative_id: int | None) -> Rollout | None:
        """The person's rollout of this id; None when it is not theirs."""
        initiative = await session.get(Initiative, initiative_id) if initiative_id is not None else None
        return Rollout(initiative, self.phases) if initiative is not None and initiative.person_id == person.id else None

    async def start(self, session: AsyncSession, person: Person, action: str, level: int | None, now: datetime) -> Rollout:
        """Begin an action today: eight phases with dates, and the check-ins of the first. Raises NoOpenDay."""
        working = self.hours(person, now)
        plan = make_plan(self.phases, local_time(now, working.time_zone).date(), person.size or None, level, working)
        rows = [PhaseRow(number=each.number, starts_on=each.starts_on, ends_on=each.ends_on) for each in plan]
        initiative = Initiative(person_id=person.id, action=action, state="active", started_at=now, phases=rows)
        session.add(initiative)
        await session.flush()
        rollout = Rollout(initiative, self.phases)
        await self.schedule(session, person, rollout, now)
        return rollout

    async def move(self, session: AsyncSession, person: Person, rollout: Rollout, number: int, end: date, now: datetime) -> PlannedPhase:
        """Let phase `number` end on `end`, or on the next business day; later phases and the check-ins of the current one move along.

        Returns the phase's new dates. Raises MoveRefused with the earliest date that would do, ValueError for a phase that is not in
        the plan, NoOpenDay.
        """
        working = self.hours(person, now)
        today = local_time(now, working.time_zone).date()
        self.keep_dates(rollout, move_phase(rollout.plan, number, today, working, new_end=end))
        if rollout.is_current(number):
            await self.schedule(session, person, rollout, now)
        return next(each for each in rollout.plan if each.number == number)

    def keep_dates(self, rollout: Rollout, plan: Sequence[PlannedPhase]) -> None:
        """Write the dates of a plan that was made again."""
        dates = {each.number: each for each in plan}
        for row in rollout.initiative.phases:
            if row.number in dates:
                row.starts_on, row.ends_on = dates[row.number].starts_on, dates[row.number].ends_on

    async def stop(self, session: AsyncSession, rollout: Rollout) -> None:
        """The owner gives the rollout up; its check-ins are cancelled."""
        rollout.initiative.state = "stopped"
        await self.end_open(session, rollout, "cancelled", "rollout stopped")

    async def close_phase(self, session: AsyncSession, person: Person, rollout: Rollout, now: datetime) -> PlannedPhase | None:
        """The current phase is done today: the next opens, dates move along, its check-ins are written. Returns the next phase's dates."""
        planned = rollout.planned
        if planned is None:
            return None
        working = self.hours(person, now)
        self._add_missing(rollout, person, working)
        self.keep_dates(rollout, replan(rollout.plan, planned.number, local_time(now, working.time_zone).date(), working))
        next(row for row in rollout.initiative.phases if row.number == planned.number).done_at = now
        await self.end_open(session, rollout, "superseded", "phase done")
        following = rollout.planned
        if following is None:
            rollout.initiative.state = "done"
        else:
            await self.schedule(session, person, rollout, now)
        return following

    def _add_missing(self, rollout: Rollout, person: Person, working: WorkingTime) -> None:
        """Phases that the content has added since the plan was made go behind its last one."""
        known = {row.number for row in rollout.initiative.phases}
        extended = extend_plan(rollout.plan, self.phases, person.size or None, None, working)
        rollout.initiative.phases += [
            PhaseRow(number=each.number, starts_on=each.starts_on, ends_on=each.ends_on) for each in extended if each.number not in known
        ]

    # --- scheduling -------------------------------------------------------------------------------------------------------

    async def schedule(self, session: AsyncSession, person: Person, rollout: Rollout, now: datetime) -> None:
        """Write the check-ins of the current phase by its rhythm; what they replace is superseded in the same transaction.

        A check-in's number is its place in the rhythm, so a plan that is made again moves rows and never doubles them.
        """
        planned = rollout.planned
        if planned is None:
            return
        rows = await self._rows(session, rollout, planned.number)
        phase, days = rollout.phase(planned.number), own_time(person).rule_days(planned.starts_on, planned.ends_on)
        wanted = checkins_for(phase, planned, self.hours(person, now), preferred_time(person), spread_of(person), days)
        kept = {each.occurrence for each in wanted if each.due_at > now}
        for row in rows:
            if row.state == "pending" and row.occurrence not in kept and _is_replaced(row):
                row.state, row.reason = "superseded", PLANNED_ANEW
        occurrences = {row.occurrence: row for row in rows}
        for each in (each for each in wanted if each.due_at > now):
            known = occurrences.get(each.occurrence)
            if known is None:
                session.add(self._new(person, rollout, planned.number, each.occurrence, each.due_at))
            elif known.state == "pending" or (known.state == "superseded" and known.asked_at is None):
                known.state, known.reason = "pending", None
                self.put_on(person, known, each.due_at)
        await session.flush()
        if not any(row.state in OPEN_STATES for row in await self._rows(session, rollout, planned.number)):
            await self.add_extra(session, person, rollout, snooze(now, 1, self.hours(person, now), preferred_time(person)), now)

    async def _rows(self, session: AsyncSession, rollout: Rollout, phase: int) -> list[CheckIn]:
        rows = select(CheckIn).where(CheckIn.initiative_id == rollout.initiative.id, CheckIn.phase == phase)
        return list(await session.scalars(rows))

    def _new(self, person: Person, rollout: Rollout, phase: int, occurrence: int, due_at: datetime) -> CheckIn:
        row = CheckIn(person_id=person.id, initiative_id=rollout.initiative.id, phase=phase, occurrence=occurrence)
        row.state, row.snoozes, row.rings, row.misses = "pending", 0, 0, 0
        self.put_on(person, row, due_at)
        return row

    def put_on(self, person: Person, checkin: CheckIn, due_at: datetime) -> None:
        """Promise a check-in for the moment `due_at`."""
        zone = zone_of(person)
        checkin.due_at, checkin.due_local, checkin.time_zone = due_at, _local(due_at, zone), zone

    def add_checkin(self, session: AsyncSession, person: Person, rollout: Rollout, planned: PlannedCheckin) -> None:
        """Write a planned check-in."""
        session.add(self._new(person, rollout, planned.phase, planned.occurrence, planned.due_at))

    async def add_extra(self, session: AsyncSession, person: Person, rollout: Rollout, due_at: datetime, now: datetime) -> CheckIn | None:
        """A check-in of the current phase outside its rhythm; None when the rollout is over."""
        planned = rollout.planned
        if planned is None:
            return None
        mine = CheckIn.initiative_id == rollout.initiative.id, CheckIn.phase == planned.number
        highest = await session.scalar(select(func.max(CheckIn.occurrence)).where(*mine))
        row = self._new(person, rollout, planned.number, max((highest or 0) + 1, FIRST_EXTRA), due_at)
        session.add(row)
        await session.flush()
        return row

    async def end_open(self, session: AsyncSession, rollout: Rollout, state: str, reason: str) -> None:
        """All check-ins of a rollout that are not over end in `state`."""
        mine = CheckIn.initiative_id == rollout.initiative.id, CheckIn.state.in_(OPEN_STATES)
        await session.execute(update(CheckIn).where(*mine).values(state=state, reason=reason))

    async def next_checkin(self, session: AsyncSession, rollout: Rollout) -> CheckIn | None:
        """The check-in of a rollout that comes due first."""
        pending = select(CheckIn).where(CheckIn.initiative_id == rollout.initiative.id, CheckIn.state == "pending")
        return (await session.scalars(pending.order_by(CheckIn.due_at).limit(1))).first()

    async def ask_again(self, session: AsyncSession, person: Person, checkin: CheckIn, days: int, now: datetime) -> datetime:
        """Make sure that the phase is asked about in `days` days, or on the owner's next open day; returns the moment."""
        due_at = snooze(now, days, self.hours(person, now), preferred_time(person))
        rollout = await self.rollout_of(session, checkin)
        pending = await self.next_checkin(session, rollout)
        # One of the rhythm on that very day, later by its spread, is the same to the owner.
        if pending is not None and pending.phase == checkin.phase and pending.due_at <= due_at + timedelta(minutes=SPREAD_MINUTES):
            return pending.due_at
        await self.add_extra(session, person, rollout, due_at, now)
        return due_at

    async def put_off(self, session: AsyncSession, person: Person, checkin: CheckIn, days: int, now: datetime) -> datetime:
        """Ask the same check-in again in `days` days (1-60), or on the owner's next open day; returns the moment."""
        due_at = snooze(now, max(1, min(60, days)), self.hours(person, now), preferred_time(person))
        await self.put_off_to(session, person, checkin, due_at)
        return due_at

    async def put_off_to(self, session: AsyncSession, person: Person, checkin: CheckIn, due_at: datetime) -> None:
        """Ask the same check-in again at a moment that the owner chose, and nothing else of its phase before that."""
        self.put_on(person, checkin, due_at)
        sooner = CheckIn.initiative_id == checkin.initiative_id, CheckIn.phase == checkin.phase, CheckIn.id != checkin.id
        overtaken = update(CheckIn).where(*sooner, CheckIn.state == "pending", CheckIn.due_at <= due_at)
        await session.execute(overtaken.values(state="superseded", reason=PUT_OFF))
        checkin.state, checkin.asked_at, checkin.snoozes = "pending", None, checkin.snoozes + 1
        person.checkins_monthly = False

    # --- asking and answering ---------------------------------------------------------------------------------------------

    async def standing(self, session: AsyncSession, person: Person) -> CheckIn | None:
        """The check-in whose question stands on the owner's screen, answered in part or not at all."""
        return (await session.scalars(_STANDING, {"person": person.id})).first()

    async def open_checkin(self, session: AsyncSession, person: Person, checkin_id: int | None) -> CheckIn | None:
        """The check-in that an answer means: the named one if it is the person's, else the one that stands."""
        if checkin_id is None:
            return await self.standing(session, person)
        row = await session.get(CheckIn, checkin_id)
        return row if row is not None and row.person_id == person.id else None

    async def rollout_of(self, session: AsyncSession, checkin: CheckIn) -> Rollout:
        """The rollout that a check-in belongs to."""
        return Rollout(await session.get_one(Initiative, checkin.initiative_id), self.phases)

    async def to_answer(
        self, session: AsyncSession, person: Person, checkin_id: int | None, initiative_id: int | None, answer: str, now: datetime
    ) -> CheckIn | Refusal:
        """The check-in that `answer` (done, in_progress, blocked) is for, or why there is none.

        An owner may answer late, change an answer while its phase lasts, and tell how it goes without having been asked.
        """
        row = await self.open_checkin(session, person, checkin_id)
        if row is None:
            return Refusal.NONE_OPEN if checkin_id is not None else await self._unasked(session, person, initiative_id, now)
        if not (await self.rollout_of(session, row)).is_current(row.phase):
            return Refusal.ALREADY if row.state == "answered" else Refusal.OVER
        repeated = row.answer == answer and (row.state == "answered" or row.awaiting is not None)
        return Refusal.ALREADY if repeated else row

    async def _unasked(self, session: AsyncSession, person: Person, initiative_id: int | None, now: datetime) -> CheckIn | Refusal:
        running = [each for each in await self.active(session, person) if initiative_id in (None, each.initiative.id)]
        if len(running) != 1:
            return Refusal.WHICH if running else Refusal.NONE_OPEN
        row = await self.add_extra(session, person, running[0], now, now)
        if row is None:
            return Refusal.NONE_OPEN
        self.ask(person, row, now)
        return row

    def ask(self, person: Person, checkin: CheckIn, now: datetime, awaiting: str | None = None) -> None:
        """A question stands in the owner's conversation: the check-in's own, or the short one behind its answer (`awaiting`)."""
        checkin.state, checkin.awaiting = "asked", awaiting
        if awaiting is None:
            checkin.asked_at, checkin.answer = now, None
        checkin.asked_at = checkin.asked_at or now
        checkin.due_at = snooze(now, PATIENCE_DAYS, self.hours(person, now), preferred_time(person))

    async def answer(self, session: AsyncSession, person: Person, checkin: CheckIn, answer: str, now: datetime) -> None:
        """Note what the owner answered: done, in_progress or blocked. Whoever answers again is asked in the usual rhythm again."""
        checkin.state, checkin.answer, checkin.answered_at, checkin.awaiting = "answered", answer, now, None
        checkin.asked_at, checkin.misses = checkin.asked_at or now, 0
        if person.checkins_monthly:
            await self.resume_rhythm(session, person, now)

    async def resume_rhythm(self, session: AsyncSession, person: Person, now: datetime) -> None:
        """After a time of one check-in a month, every rollout goes back to the rhythm of its phase."""
        person.checkins_monthly = False
        for rollout in await self.active(session, person):
            await self.schedule(session, person, rollout, now)

    async def was_stuck_before(self, session: AsyncSession, checkin: CheckIn) -> bool:
        """Whether an earlier check-in of the same phase was answered with "stuck"."""
        others = CheckIn.initiative_id == checkin.initiative_id, CheckIn.phase == checkin.phase, CheckIn.id != checkin.id
        return await session.scalar(select(CheckIn.id).where(*others, CheckIn.answer == "blocked").limit(1)) is not None

    def again_after(self, phase: Phase) -> int:
        """After how many days a phase that is under way is asked about again: its own rhythm."""
        return phase.checkins.then_every_days or ASK_AGAIN_AFTER_DAYS


def _is_replaced(row: CheckIn) -> bool:
    """Whether a new rhythm replaces a pending row: what the owner put off, or was promised besides, stays."""
    return row.reason == MONTHLY if row.occurrence >= FIRST_EXTRA else row.snoozes == 0


def _local(moment: datetime, zone: str) -> str:
    return local_time(moment, zone).replace(tzinfo=None).isoformat(timespec="seconds")
