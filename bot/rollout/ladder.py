"""What the clock does with a check-in whose time has come: ask, wait, ask more softly, make the step smaller, and at last leave in peace.

    due         -> ask, unless another question stands, the owner is closed or answering the assessment: then later
    no answer   -> one softer message -> a smaller step, or a person -> one check-in a month, and said so

Several that came due together (the machine was down) are asked once. Every end is a state with a reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rollout.calendar import WorkingTime, is_open, next_open
from bot.rollout.checkins import MONTHLY, Rollout, Rollouts, preferred_time
from bot.rollout.plan import snooze
from bot.storage.tables import Assessment, CheckIn, Person, Vendor

#: An owner who is answering the assessment, or scoring quotes, is not interrupted; one who left it for this long is not answering any more.
ASSESSMENT_GOES_STALE = timedelta(minutes=30)
MONTH_DAYS = 28


class Rung(StrEnum):
    """What is to be said now."""

    ASK = "ask"
    SOFTER = "softer"
    SMALLER = "smaller"
    MONTHLY = "monthly"
    #: The phase was told to be finished and the question behind it was left open: it is finished.
    CLOSE = "close"


_LADDER = {1: Rung.SOFTER, 2: Rung.SMALLER, 3: Rung.MONTHLY}


async def until_free(session: AsyncSession, person: Person, working: WorkingTime, now: datetime) -> datetime | None:
    """When to try again if the owner is not to be disturbed now; None when they may be written to."""
    answering = Assessment.person_id == person.id, Assessment.is_open, Assessment.touched_at > now - ASSESSMENT_GOES_STALE
    comparing = Vendor.person_id == person.id, Vendor.touched_at > now - ASSESSMENT_GOES_STALE
    touched = await session.scalar(select(Assessment.touched_at).where(*answering).limit(1))
    touched = touched or await session.scalar(select(func.max(Vendor.touched_at)).where(*comparing))
    if touched is not None:
        return touched + ASSESSMENT_GOES_STALE
    return None if is_open(now, working) else next_open(now, working)


class Ladder:
    """Decides on a check-in that has rung. The words are the caller's."""

    def __init__(self, rollouts: Rollouts) -> None:
        self._rollouts = rollouts

    async def step(self, session: AsyncSession, person: Person, checkin: CheckIn, now: datetime) -> Rung | None:
        """What to say about `checkin`, its state being changed for that; None when there is nothing to say now."""
        if checkin.state != "rung":
            return None
        rollout = await self._rollouts.rollout_of(session, checkin)
        if not rollout.is_current(checkin.phase):
            await self._leave_behind(session, person, checkin, rollout, now)
            return None
        # The bell passes over paused owners, so "now" is soon enough for them.
        later = now if person.checkins_paused else await until_free(session, person, self._rollouts.hours(person, now), now)
        if later is not None:
            checkin.state, checkin.due_at = ("asked" if checkin.asked_at else "pending"), later
            return None
        if checkin.asked_at is None:
            return await self._ask(session, person, checkin, now)
        return await self._unanswered(session, person, checkin, now)

    async def _leave_behind(self, session: AsyncSession, person: Person, checkin: CheckIn, rollout: Rollout, now: datetime) -> None:
        """The phase is over, or the content has lost it: the rollout goes on with its current phase."""
        checkin.state, checkin.reason = "superseded", "phase over"
        if rollout.is_active and rollout.planned is None:
            rollout.initiative.state = "done"
        elif rollout.is_active:
            await self._rollouts.schedule(session, person, rollout, now)

    async def _ask(self, session: AsyncSession, person: Person, checkin: CheckIn, now: datetime) -> Rung | None:
        standing = await self._rollouts.standing(session, person)
        if standing is not None and standing.initiative_id == checkin.initiative_id:
            checkin.state, checkin.reason = "superseded", f"merged into {standing.id}"
            return None
        if standing is not None:
            checkin.state, checkin.reason = "pending", "another question stood"
            checkin.due_at = snooze(now, 1, self._rollouts.hours(person, now), preferred_time(person))
            return None
        await self._merge(session, checkin, now)
        self._rollouts.ask(person, checkin, now)
        return Rung.ASK

    async def _merge(self, session: AsyncSession, checkin: CheckIn, now: datetime) -> None:
        """Whatever else of this rollout is due by now is asked with this one."""
        others = CheckIn.initiative_id == checkin.initiative_id, CheckIn.id != checkin.id, CheckIn.asked_at.is_(None)
        due = CheckIn.state.in_(("pending", "rung")), CheckIn.due_at <= now
        await session.execute(update(CheckIn).where(*others, *due).values(state="superseded", reason=f"merged into {checkin.id}"))

    async def _unanswered(self, session: AsyncSession, person: Person, checkin: CheckIn, now: datetime) -> Rung | None:
        if checkin.awaiting == "evidence":
            return Rung.CLOSE
        if checkin.awaiting is not None:  # the answer itself is there; the short question behind it is let go
            checkin.state, checkin.awaiting = "answered", None
            return None
        checkin.misses += 1
        rung = Rung.MONTHLY if person.checkins_monthly else _LADDER.get(checkin.misses, Rung.MONTHLY)
        if rung is not Rung.MONTHLY:
            checkin.state = "asked"
            checkin.due_at = snooze(now, 2, self._rollouts.hours(person, now), preferred_time(person))
            return rung
        said_before = person.checkins_monthly
        await self._go_monthly(session, person, checkin, now)
        return None if said_before else rung

    async def _go_monthly(self, session: AsyncSession, person: Person, checkin: CheckIn, now: datetime) -> None:
        """One check-in a month for each rollout, on days of their own."""
        checkin.state, checkin.reason, checkin.answered_at = "missed", f"no answer to {checkin.misses} messages", None
        waiting = CheckIn.person_id == person.id, CheckIn.state.in_(("pending", "rung")), CheckIn.asked_at.is_(None)
        first = not person.checkins_monthly
        person.checkins_monthly = True
        if first:
            await session.execute(update(CheckIn).where(*waiting).values(state="superseded", reason=MONTHLY))
        running = await self._rollouts.active(session, person)
        for place, rollout in enumerate(running):
            if await self._rollouts.next_checkin(session, rollout) is not None:
                continue
            due_at = snooze(now, MONTH_DAYS + place, self._rollouts.hours(person, now), preferred_time(person))
            extra = await self._rollouts.add_extra(session, person, rollout, due_at, now)
            if extra is not None:
                extra.reason = MONTHLY
