"""Rollouts and their check-ins in the database: begin, ring, ask, and let the answer change the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging import inbox
from bot.messaging.message import Incoming
from bot.people.profiles import conversation_for_checkins
from bot.rollout.calendar import WorkingTime, local_time
from bot.rollout.own_time import OwnTime, Season
from bot.rollout.phases import Phase
from bot.rollout.plan import PlannedCheckin, PlannedPhase, checkins_for, current_phase, make_plan, replan, snooze
from bot.storage.database import Database
from bot.storage.tables import Assessment, CheckIn, Initiative, Person, PhaseRow

DEFAULT_HOUR = 10
#: An owner who is answering the assessment is not interrupted; one who left it for this long is not answering any more.
ASSESSMENT_GOES_STALE = timedelta(minutes=30)
#: Owners of one zone are not all written to in the same second.
SPREAD_MINUTES = 20
#: A stuck phase is asked about again after this many days, sooner than its rhythm.
ASK_STUCK_AFTER_DAYS = 3
OPEN_STATES = ("pending", "rung", "asked")


def own_time(person: Person) -> OwnTime:
    """How a person wants to be written to, as far as they have said."""
    return OwnTime(
        zone=person.time_zone,
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
    return own_time(person).working(local_time(now, person.time_zone).date())


def preferred_time(person: Person) -> time:
    """The wall-clock time of a person's check-ins."""
    return time(person.checkin_hour if person.checkin_hour is not None else DEFAULT_HOUR, person.checkin_minute or 0)


def spread_of(person: Person) -> int:
    """By how many minutes a person's check-ins come after their time."""
    return person.id % SPREAD_MINUTES


@dataclass(slots=True)
class Rollout:
    """An initiative with its plan, as loaded for one turn."""

    initiative: Initiative
    phases: Sequence[Phase]

    @property
    def plan(self) -> tuple[PlannedPhase, ...]:
        """The dates of its phases."""
        return tuple(PlannedPhase(row.number, row.starts_on, row.ends_on) for row in self.initiative.phases)

    @property
    def done(self) -> frozenset[int]:
        """Numbers of the finished phases."""
        return frozenset(row.number for row in self.initiative.phases if row.done_at)

    @property
    def planned(self) -> PlannedPhase | None:
        """The current phase's dates; None when all are done."""
        return current_phase(self.plan, self.done)

    def phase(self, number: int) -> Phase:
        """What phase `number` is about."""
        return self.phases[number - 1]


class Rollouts:
    """Everything that happens to rollouts and check-ins."""

    def __init__(self, phases: Sequence[Phase]) -> None:
        self.phases = tuple(phases)

    async def active(self, session: AsyncSession, person: Person) -> list[Rollout]:
        """The rollouts under way, oldest first."""
        rows = select(Initiative).where(Initiative.person_id == person.id, Initiative.state == "active").order_by(Initiative.id)
        return [Rollout(initiative, self.phases) for initiative in await session.scalars(rows)]

    async def start(self, session: AsyncSession, person: Person, action: str, level: int | None, now: datetime) -> Rollout:
        """Begin an action today: eight phases with dates, and the check-ins of the first."""
        working = working_time(person, now)
        plan = make_plan(self.phases, local_time(now, person.time_zone).date(), person.size or None, level, working)
        rows = [PhaseRow(number=each.number, starts_on=each.starts_on, ends_on=each.ends_on) for each in plan]
        initiative = Initiative(person_id=person.id, action=action, state="active", started_at=now, phases=rows)
        session.add(initiative)
        await session.flush()
        rollout = Rollout(initiative, self.phases)
        await self._schedule(session, person, rollout, plan[0], now)
        return rollout

    async def _schedule(self, session: AsyncSession, person: Person, rollout: Rollout, planned: PlannedPhase, now: datetime) -> None:
        """Write the check-ins of one phase; its number and place in the rhythm make each row unique."""
        phase = rollout.phase(planned.number)
        days = own_time(person).rule_days(planned.starts_on, planned.ends_on)
        for each in checkins_for(phase, planned, working_time(person, now), preferred_time(person), spread_of(person), days):
            if each.due_at > now:
                self.add_checkin(session, person, rollout, each)
        await session.flush()

    def add_checkin(self, session: AsyncSession, person: Person, rollout: Rollout, planned: PlannedCheckin) -> None:
        """Write a planned check-in."""
        self._add(session, person, rollout, planned.phase, planned.occurrence, planned.due_at)

    def _add(self, session: AsyncSession, person: Person, rollout: Rollout, phase: int, occurrence: int, due_at: datetime) -> None:
        session.add(
            CheckIn(
                person_id=person.id,
                initiative_id=rollout.initiative.id,
                phase=phase,
                occurrence=occurrence,
                due_local=_local(due_at, person.time_zone),
                time_zone=person.time_zone,
                due_at=due_at,
            )
        )

    async def next_checkin(self, session: AsyncSession, rollout: Rollout) -> CheckIn | None:
        """The check-in of a rollout that comes due first."""
        pending = select(CheckIn).where(CheckIn.initiative_id == rollout.initiative.id, CheckIn.state == "pending")
        return (await session.scalars(pending.order_by(CheckIn.due_at).limit(1))).first()

    async def open_checkin(self, session: AsyncSession, person: Person, checkin_id: int | None) -> CheckIn | None:
        """The check-in that an answer means: the named one if it is the person's, else the last one asked."""
        if checkin_id is not None:
            row = await session.get(CheckIn, checkin_id)
            return row if row is not None and row.person_id == person.id else None
        asked = select(CheckIn).where(CheckIn.person_id == person.id, CheckIn.state == "asked")
        return (await session.scalars(asked.order_by(CheckIn.asked_at.desc()).limit(1))).first()

    async def rollout_of(self, session: AsyncSession, checkin: CheckIn) -> Rollout:
        """The rollout that a check-in belongs to."""
        return Rollout(await session.get_one(Initiative, checkin.initiative_id), self.phases)

    def ask(self, checkin: CheckIn, now: datetime) -> None:
        """The question stands in the owner's conversation."""
        checkin.state, checkin.asked_at = "asked", now

    def answer(self, checkin: CheckIn, answer: str, now: datetime) -> None:
        """Note what the owner answered: done, in_progress or blocked."""
        checkin.state, checkin.answer, checkin.answered_at = "answered", answer, now

    async def close_phase(self, session: AsyncSession, person: Person, rollout: Rollout, now: datetime) -> PlannedPhase | None:
        """The current phase is done today: the next opens, dates move along, its check-ins are written. Returns the next phase's dates."""
        planned = rollout.planned
        if planned is None:
            return None
        today = local_time(now, person.time_zone).date()
        moved = {each.number: each for each in replan(rollout.plan, planned.number, today, working_time(person, now))}
        for row in rollout.initiative.phases:
            row.starts_on, row.ends_on = moved[row.number].starts_on, moved[row.number].ends_on
            if row.number == planned.number:
                row.done_at = now
        await self._drop_pending(session, rollout, planned.number, "phase done")
        following = rollout.planned
        if following is None:
            rollout.initiative.state = "done"
        else:
            await self._schedule(session, person, rollout, following, now)
        return following

    async def _drop_pending(self, session: AsyncSession, rollout: Rollout, phase: int, reason: str) -> None:
        mine = CheckIn.initiative_id == rollout.initiative.id, CheckIn.phase == phase, CheckIn.state.in_(OPEN_STATES)
        await session.execute(update(CheckIn).where(*mine).values(state="superseded", reason=reason))

    async def ask_again(self, session: AsyncSession, person: Person, checkin: CheckIn, days: int, now: datetime) -> datetime:
        """Make sure that the phase is asked about in `days` days, or on the owner's next open day; returns the moment."""
        due_at = snooze(now, days, working_time(person, now), preferred_time(person))
        rollout = await self.rollout_of(session, checkin)
        pending = await self.next_checkin(session, rollout)
        if pending is not None and pending.phase == checkin.phase and pending.due_at <= due_at:
            return pending.due_at
        highest = select(CheckIn.occurrence).where(CheckIn.initiative_id == checkin.initiative_id, CheckIn.phase == checkin.phase)
        occurrence = max(await session.scalars(highest), default=0) + 1
        self._add(session, person, rollout, checkin.phase, max(occurrence, 1000), due_at)
        await session.flush()
        return due_at

    def put_off(self, person: Person, checkin: CheckIn, days: int, now: datetime) -> datetime:
        """Ask the same check-in again in `days` days (1-60), or on the owner's next open day; returns the moment."""
        due_at = snooze(now, max(1, min(60, days)), working_time(person, now), preferred_time(person))
        self.put_off_to(person, checkin, due_at)
        return due_at

    def put_off_to(self, person: Person, checkin: CheckIn, due_at: datetime) -> None:
        """Ask the same check-in again at a moment that the owner chose."""
        move(checkin, due_at, person.time_zone)
        checkin.state, checkin.asked_at, checkin.snoozes = "pending", None, checkin.snoozes + 1


def move(checkin: CheckIn, due_at: datetime, zone: str) -> None:
    """Promise a check-in for another moment."""
    checkin.due_at, checkin.due_local, checkin.time_zone = due_at, _local(due_at, zone), zone


def _local(moment: datetime, zone: str) -> str:
    return local_time(moment, zone).isoformat(timespec="seconds")


async def ring_due(database: Database, session: AsyncSession, now: datetime, limit: int = 100) -> int:
    """Put every due check-in into the inbox; returns how many.

    Two schedulers, or one that runs twice, still ring once: the inbox is unique on the check-in's id, and the row moves to `rung` in the
    same transaction. Owners who paused check-ins, or who are answering the assessment, are rung when that is over.
    """
    answering = select(Assessment.person_id).where(Assessment.is_open, Assessment.touched_at > now - ASSESSMENT_GOES_STALE)
    due = (
        select(CheckIn)
        .join(Person, Person.id == CheckIn.person_id)
        .where(CheckIn.state == "pending", CheckIn.due_at <= now, Person.checkins_paused.is_(False), CheckIn.person_id.not_in(answering))
        .order_by(CheckIn.due_at)
        .limit(limit)
        .with_for_update(of=CheckIn, skip_locked=True)
    )
    rung = 0
    for checkin in await session.scalars(due):
        conversation = await conversation_for_checkins(session, checkin.person_id)
        if conversation is None:  # nowhere to reach the owner; due again when they come back
            continue
        checkin.state = "rung"
        key = f"checkin:{checkin.id}:{checkin.snoozes}"
        await inbox.store(database, session, Incoming("clock", key, conversation.id, checkin=checkin.id), now)
        rung += 1
    return rung
