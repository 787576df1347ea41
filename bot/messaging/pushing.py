"""Pushing what the advisor said: claim -> intent -> send -> mark.

Every step is a short committed transaction, fenced by the attempt number and a lease, so that a crash before the intent is always safe to
repeat, and a crash after it is recorded as the one ambiguous case and sent once more. Every try stays on record (`delivery_attempt`).
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.messaging import outbox, rates
from bot.messaging.message import Delivery, Reply
from bot.messaging.outbox import CLOSED
from bot.messaging.rates import Rate
from bot.storage.database import Database
from bot.storage.tables import Conversation, DeliveryAttempt, OutboxRow

LEASE = timedelta(seconds=60)
#: No new send when less of the lease is left than the longest send may take.
LONGEST_SEND = timedelta(seconds=25)
#: A live worker that only lost its database for a moment may still deliver the known outcome.
REAP_SLACK = timedelta(seconds=30)
#: Doubled each time.
RESEND_AFTER = timedelta(minutes=3)
#: How often a line may be sent when nobody knows what became of it, and when the other side said each time that it failed (45 minutes).
MOST_COPIES, MOST_COPIES_REFUSED = 2, 5
#: And when processes died over it, which mostly happens before the other side has it: an answer that is lost is worse than one twice.
MOST_COPIES_CRASHED = 4
MOST_FAILURES = 12
LONGEST_PAUSE_SECONDS = 3600
_FIRST_PAUSE_SECONDS = 5
#: So many times one claim looks past check-ins whose owners are closed, so that thousands of them are put off in seconds.
_LOOKS_PAST_CLOSED = 5
#: Nobody holds a line for so long; such a lease was given by a clock that has since been set back.
_IMPOSSIBLE = timedelta(minutes=10)

#: When a check-in's line may leave: now, at a later moment, or (None) not at all any more. The rollout knows; messaging only asks.
LeavesAt = Callable[[AsyncSession, OutboxRow, datetime], Awaitable[datetime | None]]


async def at_once(session: AsyncSession, line: OutboxRow, now: datetime) -> datetime | None:
    """Owners whose hours nobody knows: whatever is due may leave."""
    return now


@dataclass(frozen=True, slots=True)
class Mine:
    """A claimed line and the worker that holds it: what every later step must show."""

    delivery: Delivery
    worker: str

    def held(self, state: str) -> tuple[Any, ...]:
        """The row, as long as it is still this worker's."""
        return (
            OutboxRow.id == self.delivery.id,
            OutboxRow.attempt == self.delivery.attempt,
            OutboxRow.claimed_by == self.worker,
            OutboxRow.state == state,
        )


# --- claim and intent ---


async def claim(
    database: Database,
    session: AsyncSession,
    channel: str,
    worker: str,
    now: datetime,
    limit: int = 20,
    nudges: int | None = None,
    rate: Rate | None = None,
    leaves_at: LeavesAt = at_once,
) -> list[Delivery]:
    """Take up to `limit` due lines of a channel, answers first, at most `nudges` check-ins; at most the first unsent of a conversation.

    Check-ins that may not leave now are put off or given up, as `leaves_at` says.
    """
    rate = rate or Rate()
    answers = await _due_rows(database, session, channel, now, False, limit)
    room = min(limit if nudges is None else nudges, limit - len(answers))
    if room > 0:
        room = min(room, await rates.room_for_nudges(database, session, channel, rate, now))
    waiting = await _leaving_nudges(database, session, channel, now, room, leaves_at) if room > 0 else []
    if not answers and not waiting:
        return []
    slots = await rates.take(database, session, channel, rate, len(answers), len(waiting), now)
    found = [*zip(answers, slots.answers, strict=False), *zip(waiting, slots.nudges, strict=False)]
    return [await _claimed(session, row, wait, worker, rate, now) for row, wait in found]


async def _due_rows(database: Database, session: AsyncSession, channel: str, now: datetime, is_nudge: bool, limit: int) -> list[OutboxRow]:
    due = _due(channel, now, is_nudge).limit(limit)
    if not database.is_sqlite:
        due = due.with_for_update(of=OutboxRow, skip_locked=True)
    return list(await session.scalars(due))


async def _leaving_nudges(
    database: Database, session: AsyncSession, channel: str, now: datetime, room: int, leaves_at: LeavesAt
) -> list[OutboxRow]:
    """Due check-ins that may leave now; those that may not are out of the way afterwards."""
    for _ in range(_LOOKS_PAST_CLOSED):
        rows = await _due_rows(database, session, channel, now, True, room)
        leaving = [row for row in rows if await _may_leave(session, row, now, leaves_at)]
        if leaving or not rows:
            return leaving
        await session.flush()
    return []


async def _may_leave(session: AsyncSession, row: OutboxRow, now: datetime, leaves_at: LeavesAt) -> bool:
    """Whether a check-in may leave now; otherwise it is put off to when it may, or given up."""
    moment = await leaves_at(session, row, now)
    if moment is not None and moment <= now:
        return True
    ended, later = {"state": "cancelled", "error": "no longer asked"}, {"state": "pending", "due_at": moment, "error": CLOSED}
    for name, value in _free(**(ended if moment is None else later)).items():
        setattr(row, name, value)
    return False


def _due(channel: str, now: datetime, is_nudge: bool) -> Select[OutboxRow]:
    """Pending lines that nothing of the same conversation has to precede. The states are written out for the partial indexes."""
    earlier = aliased(OutboxRow)
    unsent: BindParameter[Any] = bindparam("unsent", ["pending", "claimed", "sending"], expanding=True, literal_execute=True)
    blocked = exists().where(
        earlier.conversation_id == OutboxRow.conversation_id, earlier.seq < OutboxRow.seq, earlier.state.in_(unsent)
    )
    return (
        select(OutboxRow)
        .join(Conversation, Conversation.id == OutboxRow.conversation_id)
        .where(
            OutboxRow.state == bindparam("pending", "pending", literal_execute=True),
            OutboxRow.channel == channel,
            OutboxRow.is_nudge.is_(is_nudge),
            OutboxRow.due_at <= now,
            Conversation.unreachable.is_(None),
            ~blocked,
        )
        .order_by(OutboxRow.due_at, OutboxRow.id)
    )


async def _claimed(session: AsyncSession, row: OutboxRow, wait: float, worker: str, rate: Rate, now: datetime) -> Delivery:
    row.state, row.claimed_by, row.lease_until = "claimed", worker, now + LEASE
    row.error = None if row.error == CLOSED else row.error
    row.attempt += 1
    wait = max(wait, await rates.take_in_chat(session, row.conversation_id, rate, now))
    reply = Reply.from_body(row.body)
    return Delivery(row.id, row.conversation_id, row.seq, row.attempt, reply, row.ambiguous > 0, row.is_nudge, wait)


async def intend(session: AsyncSession, mine: Mine, now: datetime, leaves_at: LeavesAt = at_once) -> bool:
    """Record that the line is about to leave; False means: do not send (the lease ran out, somebody else has it, or it may not leave)."""
    held = OutboxRow.lease_until > now + LONGEST_SEND
    statement = update(OutboxRow).where(*mine.held("claimed"), held).values(state="sending").returning(OutboxRow)
    row = await session.scalar(statement)
    if row is None or (row.is_nudge and not await _may_leave(session, row, now, leaves_at)):
        return False
    delivery = mine.delivery
    session.add(DeliveryAttempt(outbox_id=delivery.id, attempt=delivery.attempt, worker=mine.worker, started_at=now))
    return True


# --- mark: each returns False when the row has moved on meanwhile ---


async def mark_sent(session: AsyncSession, mine: Mine, provider_id: str, now: datetime) -> bool:
    """Record that the line arrived, also when the reaper has given it up but nobody has sent it again."""
    await _note_attempt(session, mine, "sent", now)
    values = _free(state="sent", sent_at=now, provider_id=provider_id)
    if await _leave(session, mine, values):
        return True
    given_up = OutboxRow.id == mine.delivery.id, OutboxRow.attempt == mine.delivery.attempt, OutboxRow.state.in_(("pending", "unknown"))
    await session.execute(update(OutboxRow).where(*given_up, OutboxRow.ambiguous > 0).values(**values))
    return False


async def mark_failed(
    database: Database, session: AsyncSession, mine: Mine, error: str, now: datetime, retry_after: float | None
) -> bool:
    """Record that the line certainly did not arrive. `retry_after` (seconds) is the channel's own wish and counts as no failure."""
    await _note_attempt(session, mine, "not_sent" if retry_after is None else "throttled", now, error, retry_after)
    row = await session.get(OutboxRow, mine.delivery.id)
    if row is None:  # everything of this owner was deleted meanwhile
        return False
    failures = row.failures + (1 if retry_after is None else 0)
    pause = _backoff(failures) if retry_after is None else retry_after
    if retry_after:
        await rates.push_back(database, session, row.channel, row.conversation_id, retry_after, now)
    state = "dead" if failures >= MOST_FAILURES else "pending"
    values = _free(state=state, failures=failures, due_at=now + timedelta(seconds=pause), error=error)
    return await _leave(session, mine, values) and await _or_elsewhere(database, session, row, state == "dead", now)


def _backoff(failures: int) -> float:
    """Seconds that double with each failure, spread so that not all that failed together come back together."""
    spread = 0.5 + random.random()  # noqa: S311 - spreads load, guards nothing
    return float(min(LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**failures)) * spread


async def mark_refused(database: Database, session: AsyncSession, mine: Mine, error: str, now: datetime) -> bool:
    """Record that this very line will never arrive, though others may."""
    await _note_attempt(session, mine, "refused", now, error)
    row = await session.get(OutboxRow, mine.delivery.id)
    if row is None:  # everything of this owner was deleted meanwhile
        return False
    return await _leave(session, mine, _free(state="dead", error=error)) and await _or_elsewhere(database, session, row, True, now)


async def mark_unreachable(database: Database, session: AsyncSession, mine: Mine, error: str, now: datetime) -> bool:
    """Record that the whole conversation cannot be reached: its lines wait until the owner is back, check-ins go elsewhere if they can."""
    await _note_attempt(session, mine, "unreachable", now, error)
    row = await session.get(OutboxRow, mine.delivery.id)
    if row is None:  # everything of this owner was deleted meanwhile
        return False
    await set_unreachable(session, row.conversation_id, error)
    return await _leave(session, mine, _free(state="pending", error=error)) and await _or_elsewhere(database, session, row, True, now)


async def mark_ambiguous(
    database: Database, session: AsyncSession, mine: Mine, error: str, now: datetime, is_likely_lost: bool = False
) -> bool:
    """Record that nobody knows whether the line arrived: it is sent once more (more often when likely lost), then left as unknown."""
    await _note_attempt(session, mine, "ambiguous", now, error)
    row = await session.get(OutboxRow, mine.delivery.id)
    if row is None:  # everything of this owner was deleted meanwhile
        return False
    values = _given_up(row, error, now, MOST_COPIES_REFUSED if is_likely_lost else MOST_COPIES)
    return await _leave(session, mine, values) and await _or_elsewhere(database, session, row, values["state"] == "unknown", now)


async def reap(database: Database, session: AsyncSession, now: datetime) -> int:
    """Free the rows of workers that died: claimed ones were never sent, sending ones are ambiguous. Returns how many."""
    ended = (OutboxRow.state == "claimed") & _has_run_out(now)
    freed = update(OutboxRow).where(ended).values(**_free(state="pending")).returning(OutboxRow.id)
    count = len((await session.scalars(freed)).all())
    stale = select(OutboxRow).where(OutboxRow.state == "sending", _has_run_out(now - REAP_SLACK))
    for row in await session.scalars(stale.with_for_update(skip_locked=True)):
        await _close_attempt(session, row.id, row.attempt, "crashed", now)
        for name, value in _given_up(row, "the worker stopped while sending", now, MOST_COPIES_CRASHED).items():
            setattr(row, name, value)
        await _or_elsewhere(database, session, row, row.state == "unknown", now)
        count += 1
    return count


async def prove_delivered(session: AsyncSession, conversation: str, payload: str, now: datetime) -> None:
    """A pressed button was seen, so its line arrived, whatever was thought of it: it is not sent again."""
    number = payload.removeprefix("b").partition(".")[0]
    unclear = OutboxRow.state.in_(("pending", "unknown")), OutboxRow.ambiguous > 0
    mine = OutboxRow.conversation_id == conversation, OutboxRow.seq == int(number)
    await session.execute(update(OutboxRow).where(*mine, *unclear).values(state="sent", sent_at=now))


# --- conversations that cannot be reached, or have moved ---


async def set_unreachable(session: AsyncSession, conversation: str, reason: str | None) -> None:
    """Nothing is pushed to the conversation any more; None: it can be reached again, and what waited goes out."""
    value = reason[:200] if reason else None
    await session.execute(update(Conversation).where(Conversation.id == conversation).values(unreachable=value))


async def _or_elsewhere(database: Database, session: AsyncSession, row: OutboxRow, has_failed: bool, now: datetime) -> bool:
    """A check-in that cannot arrive here is said in another conversation of the owner, so that they see it on their next visit."""
    await session.flush()
    await session.refresh(row)
    if not (has_failed and row.is_nudge):
        return True
    here = await session.get_one(Conversation, row.conversation_id)
    others = select(Conversation).where(
        Conversation.person_id == here.person_id, Conversation.id != here.id, Conversation.unreachable.is_(None)
    )
    there = (await session.scalars(others.order_by(Conversation.active_at.desc()).limit(1))).first()
    if there is not None and await database.try_lock(session, f"conversation {there.id}"):
        await session.refresh(there)
        await outbox.append(session, there, [Reply.from_body(row.body)], row.inbox_id, now, is_nudge=True)
        row.state, row.error = "dead", f"{row.error}; said in another conversation instead"
    return True


async def move(session: AsyncSession, old: str, new: str, now: datetime) -> None:
    """A conversation has another address now (a group that grew): everything that waits goes there."""
    here = await session.get(Conversation, old)
    if here is None:
        return
    there = await session.get(Conversation, new)
    if there is None:
        there = Conversation(
            id=new, person_id=here.person_id, channel=here.channel, dialogue=here.dialogue, created_at=now, active_at=here.active_at
        )
        session.add(there)
        await session.flush()
    # What is being sent stays: it may well have arrived before the move, and its sender will tell.
    unsent = OutboxRow.conversation_id == old, OutboxRow.state.in_(("pending", "claimed"))
    for row in list(await session.scalars(select(OutboxRow).where(*unsent).order_by(OutboxRow.seq))):
        await outbox.append(session, there, [Reply.from_body(row.body)], row.inbox_id, now, row.is_nudge)
        row.state, row.error, row.lease_until, row.claimed_by = "dead", "moved to another address", None, None
    await set_unreachable(session, old, "moved to another address")


# --- inside ---


def _has_run_out(now: datetime) -> ColumnElement[bool]:
    return (OutboxRow.lease_until < now) | (OutboxRow.lease_until > now + _IMPOSSIBLE)


def _given_up(row: OutboxRow, error: str, now: datetime, most: int = MOST_COPIES) -> dict[str, Any]:
    times = row.ambiguous + 1
    state = "pending" if times < most else "unknown"
    return _free(state=state, ambiguous=times, due_at=now + RESEND_AFTER * 2 ** (times - 1), error=error)


def _free(**values: Any) -> dict[str, Any]:
    """Values of a row that nobody holds any more."""
    return {"lease_until": None, "claimed_by": None} | values


async def _leave(session: AsyncSession, mine: Mine, values: dict[str, Any]) -> bool:
    statement = update(OutboxRow).where(*mine.held("sending")).values(**values).returning(OutboxRow.id)
    return (await session.scalar(statement)) is not None


async def _note_attempt(
    session: AsyncSession, mine: Mine, outcome: str, now: datetime, error: str = "", retry_after: float | None = None
) -> None:
    delivery = mine.delivery
    await _close_attempt(session, delivery.id, delivery.attempt, outcome, now, error=error or None, retry_after=retry_after)


async def _close_attempt(session: AsyncSession, outbox_id: int, attempt: int, outcome: str, now: datetime, **more: Any) -> None:
    this = DeliveryAttempt.outbox_id == outbox_id, DeliveryAttempt.attempt == attempt
    await session.execute(update(DeliveryAttempt).where(*this).values(outcome=outcome, finished_at=now, **more))
