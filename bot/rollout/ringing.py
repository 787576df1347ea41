"""Due check-ins and weekly summaries go into the inbox.

In set-based statements over batches, so that a hundred thousand at once hold up no turn for long.

Two schedulers, or one that runs twice, still ring once: rows are taken by their state in the same transaction that fills the inbox, and
the inbox is unique on the check-in and its number of rings. What is to be said is decided by the turn (`ladder.py`), with the
conversation's lock in hand; here only what keeps a check-in from ringing at all is looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, String, bindparam, cast, exists, func, insert, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.messaging.inbox import CLOCK
from bot.rollout.ladder import ASSESSMENT_GOES_STALE
from bot.storage.database import Database
from bot.storage.tables import Assessment, CheckIn, Conversation, Digest, InboxRow, Person, UtcDateTime

#: What can come due; the name of its table is what an inbox row calls it.
Row = CheckIn | Digest
#: Rows that one transaction takes. SQLite has one writer, so this is how long everybody else waits (about 50 ms).
BATCH = 2_000
#: In plain SQL: it runs twice a second for ever, and building it anew costs more than running it. The order makes PostgreSQL take the
#: index: for any one row it would rather read the table, hoping to meet one soon, and read all of it when nothing is due.
_ANY_DUE = text(
    "SELECT id FROM (SELECT id FROM checkin WHERE state IN ('pending', 'asked') AND due_at <= :now ORDER BY due_at LIMIT 1) AS asking"
    " UNION ALL"
    " SELECT id FROM (SELECT id FROM digest WHERE state = 'pending' AND due_at <= :now ORDER BY due_at LIMIT 1) AS telling LIMIT 1"
).bindparams(bindparam("now", type_=UtcDateTime))
TRY_UNREACHABLE_AFTER = timedelta(days=1)


async def any_due(session: AsyncSession, now: datetime) -> bool:
    """Whether anything may be due: one look at each index, without taking SQLite's write lock."""
    return await session.scalar(_ANY_DUE, {"now": now}) is not None


async def next_due(session: AsyncSession) -> datetime | None:
    """When the clock speaks next, of whomever; None while nothing is to come."""
    checkin = select(func.min(CheckIn.due_at)).where(CheckIn.state.in_(("pending", "asked")))
    digest = select(func.min(Digest.due_at)).where(Digest.state == "pending")
    return min((each for each in (await session.scalar(checkin), await session.scalar(digest)) if each is not None), default=None)


async def ring_due(database: Database, session: AsyncSession, now: datetime, limit: int = BATCH) -> int:
    """Put up to `limit` due check-ins into the inbox; returns how many. Fewer than `limit`: none is left.

    Owners who paused check-ins, or who are answering the assessment, are rung when that is over. Where no conversation can be reached,
    a check-in waits for the owner, or ends as undeliverable when a later one of its rollout will do.
    """
    ids = list(await session.scalars(_due(now, limit)))
    if not ids:
        return 0
    await session.execute(
        update(CheckIn).where(CheckIn.id.in_(ids)).values(state="rung", rings=CheckIn.rings + 1),
        execution_options={"synchronize_session": False},
    )
    key = literal("checkin:") + cast(CheckIn.id, String) + literal(":") + cast(CheckIn.rings, String)
    if await _into_inbox(database, session, CheckIn, key, ids, now) < len(ids):
        await _set_unreachable_aside(session, ids, now)
    return len(ids)


async def ring_digests(database: Database, session: AsyncSession, now: datetime, limit: int = BATCH) -> int:
    """Put up to `limit` due weekly summaries into the inbox, as :func:`ring_due` does with check-ins; returns how many."""
    pending = Digest.state == literal("pending", literal_execute=True)
    due = select(Digest.id).where(pending, Digest.due_at <= now, _is_free(Digest, now)).order_by(Digest.due_at).limit(limit)
    ids = list(await session.scalars(due.with_for_update(of=Digest, skip_locked=True)))
    if not ids:
        return 0
    no_sync = {"synchronize_session": False}
    await session.execute(update(Digest).where(Digest.id.in_(ids)).values(state="rung", rings=Digest.rings + 1), execution_options=no_sync)
    # The moment is part of the key: SQLite gives the number of a deleted row to the next one.
    parts = literal("digest"), cast(Digest.id, String), cast(Digest.rings, String), cast(Digest.due_at, String)
    key = reduce(lambda first, second: first + literal(":") + second, parts)
    if await _into_inbox(database, session, Digest, key, ids, now) < len(ids):
        lost = Digest.id.in_(ids), ~exists().where(Conversation.person_id == Digest.person_id, Conversation.unreachable.is_(None))
        waits = update(Digest).where(*lost).values(state="pending", due_at=now + TRY_UNREACHABLE_AFTER)
        await session.execute(waits, execution_options=no_sync)
    return len(ids)


def _is_due(now: datetime) -> ColumnElement[bool]:
    # Written out as in the partial index, or neither database would use it.
    return CheckIn.state.in_((literal("pending", literal_execute=True), literal("asked", literal_execute=True))) & (CheckIn.due_at <= now)


def _due(now: datetime, limit: int) -> Select[Any]:
    awake = exists().where(Person.id == CheckIn.person_id, Person.checkins_paused.is_(False))
    due = select(CheckIn.id).where(_is_due(now), awake, _is_free(CheckIn, now)).order_by(CheckIn.due_at).limit(limit)
    return due.with_for_update(of=CheckIn, skip_locked=True)


def _is_free(row: type[Row], now: datetime) -> ColumnElement[bool]:
    """The owner is not answering the assessment."""
    return ~exists().where(Assessment.person_id == row.person_id, Assessment.is_open, Assessment.touched_at > now - ASSESSMENT_GOES_STALE)


async def _into_inbox(
    database: Database, session: AsyncSession, row: type[Row], key: ColumnElement[str], ids: list[int], now: datetime
) -> int:
    """One inbox row for each, in the conversation that the owner wrote in last and that can be reached; returns for how many."""
    body = func.json_object if database.is_sqlite else func.json_build_object
    reachable = Conversation.person_id == row.person_id, Conversation.unreachable.is_(None)
    address = select(Conversation.id).where(*reachable).order_by(Conversation.active_at.desc()).limit(1).scalar_subquery()
    found = select(
        *(literal(CLOCK), key, address, body(row.__tablename__, row.id), literal("waiting"), literal(0)),
        literal(now, InboxRow.received_at.type),
    ).where(row.id.in_(ids), exists().where(*reachable))
    columns = ("channel", "external_id", "conversation_id", "body", "state", "attempts", "received_at")
    rung = await session.execute(insert(InboxRow).from_select(columns, found.order_by(row.due_at, row.id)))
    assert isinstance(rung, CursorResult)
    return rung.rowcount


async def _set_unreachable_aside(session: AsyncSession, ids: list[int], now: datetime) -> None:
    reachable = exists().where(Conversation.person_id == CheckIn.person_id, Conversation.unreachable.is_(None))
    lost = CheckIn.id.in_(ids), CheckIn.state == "rung", ~reachable
    other = aliased(CheckIn)
    comes_later = exists().where(
        other.initiative_id == CheckIn.initiative_id, other.id != CheckIn.id, other.state == "pending", other.due_at > now
    )
    no_sync = {"synchronize_session": False}
    ended = update(CheckIn).where(*lost, comes_later).values(state="undeliverable", reason="no conversation can be reached")
    waits = update(CheckIn).where(*lost).values(state="pending", asked_at=None, reason="unreachable", due_at=now + TRY_UNREACHABLE_AFTER)
    await session.execute(ended, execution_options=no_sync)
    await session.execute(waits, execution_options=no_sync)
