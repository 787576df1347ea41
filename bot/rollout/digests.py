"""The weekly summary of an owner who wished for one: when it comes, and what it tells.

Its row is the summary, as a check-in's row is the check-in: the bell (`ringing.py`) puts it into the inbox, the turn decides here whether
it is sent, and sets the next day in the same transaction. However long the machine was down, there is one row, so one summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rollout.calendar import NoOpenDay, WorkingTime, local_time
from bot.rollout.checkins import Rollout, Rollouts, preferred_time
from bot.rollout.ladder import until_free
from bot.rollout.plan import snooze
from bot.storage.tables import CheckIn, Digest, Initiative, Person, PhaseRow

WEEK = timedelta(days=7)
#: Monday: what comes next is of more use at the beginning of a week than at its end.
DEFAULT_WEEKDAY = 0
#: Nothing is sent; `held`: until the owner wants to hear from us again.
OFF, HELD = "off", "held"
#: A note of the owner's is told again as far as this.
LONGEST_NOTE = 80
#: So many notes of one plan are told again, the newest ones.
MOST_NOTES = 3


@dataclass(frozen=True)
class Told:
    """What is told of one plan: numbers of the phases finished, the owner's own notes, why it is stuck, and what comes next."""

    rollout: Rollout
    finished: tuple[int, ...]
    notes: tuple[str, ...]
    #: money | people | vendor | technology | time | unclear; None: not stuck
    obstacle: str | None
    #: The check-in whose question stands.
    waiting: CheckIn | None
    coming: CheckIn | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing new was told in this time."""
        return not self.finished and not self.notes


class Digests:
    """Weekly summaries in the database. The words are the caller's."""

    def __init__(self, rollouts: Rollouts) -> None:
        self._rollouts = rollouts

    async def of(self, session: AsyncSession, person: Person) -> Digest | None:
        """The summary that a person gets; None when they want none."""
        found = await self._row(session, person)
        return found if found is not None and found.state not in (OFF, HELD) else None

    async def _row(self, session: AsyncSession, person: Person) -> Digest | None:
        return (await session.scalars(select(Digest).where(Digest.person_id == person.id))).first()

    async def start(self, session: AsyncSession, person: Person, weekday: int | None, at: time | None, now: datetime) -> Digest:
        """Send one from now on, on `weekday` (Monday = 0) at `at`; None: as before, else Monday at the owner's hour. Raises NoOpenDay."""
        row = await self._row(session, person)
        if row is None:
            row = Digest(person_id=person.id, rings=0, weekday=DEFAULT_WEEKDAY, state=OFF)
            session.add(row)
        row.weekday = row.weekday if weekday is None else weekday
        row.at = row.at if at is None else at.isoformat(timespec="minutes")
        if row.state in (OFF, HELD):
            row.told_until = None
        row.state, row.due_at = "pending", self._next(person, row, now)
        await session.flush()
        return row

    async def stop(self, session: AsyncSession, person: Person) -> bool:
        """Send none any more, not even one that has rung already; False when there was none."""
        row = await self._row(session, person)
        if row is None or row.state == OFF:
            return False
        row.state = OFF
        return True

    async def hold(self, session: AsyncSession, person: Person) -> None:
        """The owner wants no messages for now."""
        row = await self.of(session, person)
        if row is not None:
            row.state = HELD

    async def release(self, session: AsyncSession, person: Person, now: datetime) -> None:
        """The owner wants messages again."""
        row = await self._row(session, person)
        if row is not None and row.state == HELD:
            row.state, row.due_at = "pending", self._next_or_week(person, row, now)

    async def move(self, session: AsyncSession, person: Person, now: datetime) -> None:
        """The owner's hours or days have changed."""
        row = await self.of(session, person)
        if row is not None and row.state == "pending" and row.due_at > now:
            row.due_at = self._next_or_week(person, row, now)

    async def step(self, session: AsyncSession, person: Person, row: Digest, now: datetime) -> datetime | None:
        """From when on a summary that has rung tells, the next one being set for that; None when nothing is to be said now."""
        if row.state != "rung":
            return None
        later = await until_free(session, person, self._hours(person, row, now), now)
        if later is not None:
            row.state, row.due_at = "pending", later
            return None
        since = row.told_until or now - WEEK
        row.state, row.told_until, row.due_at = "pending", now, self._next_or_week(person, row, now)
        return since

    def _next_or_week(self, person: Person, row: Digest, now: datetime) -> datetime:
        try:
            return self._next(person, row, now)
        except NoOpenDay:
            return now + WEEK

    def _next(self, person: Person, row: Digest, now: datetime) -> datetime:
        """The next such day, or the next open day behind it."""
        working = self._hours(person, row, now)
        days = (row.weekday - local_time(now, working.time_zone).weekday()) % 7 or 7
        return snooze(now, days, working, time.fromisoformat(row.at) if row.at else preferred_time(person))

    def _hours(self, person: Person, row: Digest, now: datetime) -> WorkingTime:
        """The owner's hours; the day that they chose is meant even where the firm is usually closed, a public holiday is not."""
        working = self._rollouts.hours(person, now)
        return replace(working, weekdays=working.weekdays | {row.weekday})

    # --- what it tells --------------------------------------------------------------------------------------------------------

    async def told(self, session: AsyncSession, person: Person, since: datetime) -> list[Told]:
        """Every plan under way, and those that ended since, with what happened since."""
        ended = select(PhaseRow.initiative_id).where(PhaseRow.done_at >= since)
        shown = or_(Initiative.state == "active", (Initiative.state == "done") & Initiative.id.in_(ended))
        mine = select(Initiative).where(Initiative.person_id == person.id, shown).order_by(Initiative.id)
        found = [Rollout(each, self._rollouts.phases) for each in await session.scalars(mine)]
        return [await self._of_plan(session, each, since, is_asked=not person.checkins_paused) for each in found]

    async def _of_plan(self, session: AsyncSession, rollout: Rollout, since: datetime, is_asked: bool) -> Told:
        rows = select(CheckIn).where(CheckIn.initiative_id == rollout.initiative.id, CheckIn.asked_at.is_not(None)).order_by(CheckIn.id)
        checkins = list(await session.scalars(rows))
        finished = tuple(row.number for row in rollout.initiative.phases if row.done_at and row.done_at >= since)
        notes = [row.note for row in checkins if row.note and row.answered_at and row.answered_at >= since]
        return Told(
            rollout=rollout,
            finished=finished,
            notes=tuple(_shortened(note) for note in notes[-MOST_NOTES:]),
            obstacle=_obstacle(rollout, checkins),
            waiting=next((row for row in reversed(checkins) if row.state in ("asked", "rung") and row.awaiting is None), None),
            coming=await self._rollouts.next_checkin(session, rollout) if rollout.is_active and is_asked else None,
        )


def _obstacle(rollout: Rollout, checkins: Sequence[CheckIn]) -> str | None:
    """Why the current phase is stuck, by the last answer about it."""
    answered = [row for row in checkins if row.answer and rollout.is_current(row.phase) and row.answered_at]
    last = max(answered, key=lambda row: row.answered_at, default=None)  # type: ignore[arg-type, return-value]
    return (last.obstacle or "unclear") if last is not None and last.answer == "blocked" else None


def _shortened(note: str) -> str:
    line = " ".join(note.split())
    return line if len(line) <= LONGEST_NOTE else f"{line[: LONGEST_NOTE - 1]}…"
