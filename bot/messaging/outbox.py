"""The outbox: what the advisor said, in order, and how far each line has got.

A client that *pulls* (web widget, REST, terminal) reads by sequence number. A channel that *pushes* (Telegram) follows
claim -> intent -> send -> mark: every step is a short committed transaction, fenced by the attempt number and a lease, so that a crash
before the intent is always safe to repeat and a crash after it is recorded as the one ambiguous case and sent once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.message import Button, Delivery, Line, Reply
from bot.storage.database import Database
from bot.storage.tables import Conversation, InboxRow, OutboxRow

#: Channels that send by themselves; the others wait for their client to ask.
PUSHING = frozenset({"telegram", "callback"})
LEASE = timedelta(seconds=60)
#: No new send when less of the lease is left than the longest send may take.
LONGEST_SEND = timedelta(seconds=25)
#: A live worker that only lost its database for a moment may still deliver the known outcome.
REAP_SLACK = timedelta(seconds=30)
RESEND_AFTER = timedelta(minutes=3)
MOST_FAILURES = 12
LONGEST_PAUSE_SECONDS = 3600


async def append(session: AsyncSession, conversation: Conversation, replies: Sequence[Reply], inbox_id: int | None, now: datetime) -> None:
    """Write the advisor's lines behind everything said so far in `conversation`."""
    for reply in replies:
        conversation.last_seq += 1
        session.add(
            OutboxRow(
                conversation_id=conversation.id,
                channel=conversation.channel,
                seq=conversation.last_seq,
                inbox_id=inbox_id,
                body=_addressed(reply, conversation.last_seq).body(),
                state="pending" if conversation.channel in PUSHING else "pulled",
                due_at=now,
                created_at=now,
            )
        )


def _addressed(reply: Reply, seq: int) -> Reply:
    """Give every button its payload: short enough for every channel, unique in its conversation, and found again without a table."""
    buttons = tuple(replace(button, payload=f"b{seq}.{index}") for index, button in enumerate(reply.buttons))
    return replace(reply, buttons=buttons)


async def replies_to(session: AsyncSession, inbox_id: int) -> list[Reply]:
    """What was said to one incoming thing."""
    rows = await session.scalars(select(OutboxRow).where(OutboxRow.inbox_id == inbox_id).order_by(OutboxRow.seq))
    return [Reply.from_body(row.body) for row in rows]


async def lines(session: AsyncSession, conversation: str, after: int, limit: int) -> list[Line]:
    """Both sides of a conversation with a sequence number above `after`, oldest first."""
    last = await _last_seq(session, conversation)
    if last <= after:
        return []
    # A turn may commit between the two queries; without `last` the second would see its lines and the first would not, leaving a gap.
    said = select(OutboxRow).where(OutboxRow.conversation_id == conversation, OutboxRow.seq > after, OutboxRow.seq <= last)
    heard = select(InboxRow).where(InboxRow.conversation_id == conversation, InboxRow.seq > after, InboxRow.seq <= last)
    said, heard = said.order_by(OutboxRow.seq).limit(limit), heard.order_by(InboxRow.seq).limit(limit)
    found = [_advisors_line(row) for row in await session.scalars(said)]
    found += [line for row in await session.scalars(heard) if (line := _owners_line(row))]
    return sorted(found, key=lambda line: line.seq)[:limit]


async def latest_lines(session: AsyncSession, conversation: str, limit: int) -> list[Line]:
    """The newest `limit` lines of a conversation, oldest first: what somebody who comes back should see."""
    last = await _last_seq(session, conversation)
    return await lines(session, conversation, max(0, last - limit), limit)


async def _last_seq(session: AsyncSession, conversation: str) -> int:
    return await session.scalar(select(Conversation.last_seq).where(Conversation.id == conversation)) or 0


def _advisors_line(row: OutboxRow) -> Line:
    return Line(seq=row.seq, author="advisor", reply=Reply.from_body(row.body), at=row.created_at)


def _owners_line(row: InboxRow) -> Line | None:
    body = row.body
    if row.seq is None or "checkin" in body:
        return None
    text = body.get("title") or body.get("text") or body.get("command") or body.get("attachment") or ""
    return Line(row.seq, "owner", Reply(text=text), row.received_at, client_id=body.get("client_id"), button=body.get("button"))


async def find_button(session: AsyncSession, conversation: str, payload: str) -> Button | None:
    """The button behind a payload `b<seq>.<index>` of this very conversation."""
    number, _, index = payload.removeprefix("b").partition(".")
    if not (payload.startswith("b") and payload.isascii() and number.isdigit() and index.isdigit() and len(payload) < 12):
        return None
    rows = select(OutboxRow).where(OutboxRow.conversation_id == conversation, OutboxRow.seq == int(number))
    row = (await session.scalars(rows)).first()
    buttons = row.body.get("buttons", []) if row else []
    return Button(**buttons[int(index)]) if int(index) < len(buttons) else None


# --- pushing -----------------------------------------------------------------------------------------------------------------------


async def claim(database: Database, session: AsyncSession, channel: str, worker: str, now: datetime, limit: int = 20) -> list[Delivery]:
    """Take up to `limit` due lines of a channel, at most the first unsent one of each conversation so that order is kept."""
    unsent = ("pending", "claimed", "sending")
    first = (
        select(OutboxRow.conversation_id, func.min(OutboxRow.seq).label("seq"))
        .where(OutboxRow.channel == channel, OutboxRow.state.in_(unsent))
        .group_by(OutboxRow.conversation_id)
        .subquery()
    )
    due = (
        select(OutboxRow.id)
        .join(first, (first.c.conversation_id == OutboxRow.conversation_id) & (first.c.seq == OutboxRow.seq))
        .join(Conversation, Conversation.id == OutboxRow.conversation_id)
        .where(OutboxRow.state == "pending", OutboxRow.due_at <= now, Conversation.unreachable.is_(None))
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(limit)
    )
    if not database.is_sqlite:
        due = due.with_for_update(of=OutboxRow, skip_locked=True)
    ids = list(await session.scalars(due))
    rows = list(await session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids)).order_by(OutboxRow.id))) if ids else []
    for row in rows:
        row.state, row.claimed_by, row.lease_until = "claimed", worker, now + LEASE
        row.attempt += 1
    return [_delivery(row) for row in rows]


def _delivery(row: OutboxRow) -> Delivery:
    return Delivery(row.id, row.conversation_id, row.seq, row.attempt, Reply.from_body(row.body), repeated=row.ambiguous > 0)


async def intend(session: AsyncSession, delivery: Delivery, worker: str, now: datetime) -> bool:
    """Record that the line is about to leave; False means: do not send (the lease ran out, or somebody else has it)."""
    mine = _mine(delivery, worker, "claimed")
    statement = update(OutboxRow).where(*mine, OutboxRow.lease_until > now + LONGEST_SEND).values(state="sending").returning(OutboxRow.id)
    return (await session.scalar(statement)) is not None


async def mark_sent(session: AsyncSession, delivery: Delivery, worker: str, provider_id: str, now: datetime) -> bool:
    """Record that the line arrived; False when the row has moved on meanwhile."""
    values = {"state": "sent", "sent_at": now, "provider_id": provider_id, "lease_until": None, "claimed_by": None}
    return await _leave(session, delivery, worker, values)


async def mark_failed(session: AsyncSession, delivery: Delivery, worker: str, error: str, now: datetime, retry_after: float | None) -> bool:
    """Record that the line certainly did not arrive. `retry_after` (seconds) is the channel's own wish and counts as no failure."""
    row = await session.get(OutboxRow, delivery.id)
    failures = (row.failures if row else 0) + (0 if retry_after is not None else 1)
    pause = retry_after if retry_after is not None else min(LONGEST_PAUSE_SECONDS, 5 * 2**failures)
    state = "dead" if failures >= MOST_FAILURES else "pending"
    values = {"state": state, "failures": failures, "due_at": now + timedelta(seconds=pause), "error": error, "lease_until": None}
    return await _leave(session, delivery, worker, values | {"claimed_by": None})


async def mark_permanent(session: AsyncSession, delivery: Delivery, worker: str, error: str, unreachable: bool) -> bool:
    """Record that this line will never arrive; with `unreachable`, nothing more is pushed to the conversation until the owner returns."""
    if unreachable:
        await session.execute(update(Conversation).where(Conversation.id == delivery.conversation).values(unreachable=error[:200]))
    return await _leave(session, delivery, worker, {"state": "dead", "error": error, "lease_until": None, "claimed_by": None})


async def mark_ambiguous(session: AsyncSession, delivery: Delivery, worker: str, error: str, now: datetime) -> bool:
    """Record that nobody knows whether the line arrived: it is sent once more, and after a second time left as unknown."""
    row = await session.get(OutboxRow, delivery.id)
    times = (row.ambiguous if row else 0) + 1
    state = "pending" if times == 1 else "unknown"
    values = {"state": state, "ambiguous": times, "due_at": now + RESEND_AFTER, "error": error, "lease_until": None, "claimed_by": None}
    return await _leave(session, delivery, worker, values)


async def reap(session: AsyncSession, now: datetime) -> int:
    """Free the rows of workers that died: claimed ones were never sent, sending ones are ambiguous. Returns how many."""
    ended = (OutboxRow.state == "claimed") & (OutboxRow.lease_until < now)
    freed = update(OutboxRow).where(ended).values(state="pending", claimed_by=None, lease_until=None).returning(OutboxRow.id)
    count = len((await session.scalars(freed)).all())
    stale = select(OutboxRow).where(OutboxRow.state == "sending", OutboxRow.lease_until < now - REAP_SLACK)
    for row in await session.scalars(stale.with_for_update(skip_locked=True)):
        row.ambiguous += 1
        row.state = "pending" if row.ambiguous == 1 else "unknown"
        row.due_at, row.claimed_by, row.lease_until, row.error = now + RESEND_AFTER, None, None, "the worker stopped while sending"
        count += 1
    return count


def _mine(delivery: Delivery, worker: str, state: str) -> tuple[Any, ...]:
    return (
        OutboxRow.id == delivery.id,
        OutboxRow.attempt == delivery.attempt,
        OutboxRow.claimed_by == worker,
        OutboxRow.state == state,
    )


async def _leave(session: AsyncSession, delivery: Delivery, worker: str, values: dict[str, Any]) -> bool:
    statement = update(OutboxRow).where(*_mine(delivery, worker, "sending")).values(**values).returning(OutboxRow.id)
    return (await session.scalar(statement)) is not None
