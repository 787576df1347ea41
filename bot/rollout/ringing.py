"""Due check-ins go into the inbox: set-based statements over batches, so that a hundred thousand at once hold up no turn for long.

Two schedulers, or one that runs twice, still ring once: rows are taken by their state in the same transaction that fills the inbox, and
the inbox is unique on the check-in and its number of rings. What is to be said is decided by the turn (`ladder.py`), with the
conversation's lock in hand; here only what keeps a check-in from ringing at all is looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, String, bindparam, cast, exists, func, insert, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.rollout.ladder import ASSESSMENT_GOES_STALE
from bot.storage.database import Database
from bot.storage.tables import Assessment, CheckIn, Conversation, InboxRow, Person, UtcDateTime

#: Rows that one transaction takes. SQLite has one writer, so this is how long everybody else waits (about 50 ms).
BATCH = 2_000
#: In plain SQL: it runs every two seconds for ever, and building it anew costs more than running it.
_ANY_DUE = text("SELECT id FROM checkin WHERE state IN ('pending', 'asked') AND due_at <= :now LIMIT 1").bindparams(
    bindparam("now", type_=UtcDateTime)
)
TRY_UNREACHABLE_AFTER = timedelta(days=1)


async def any_due(session: AsyncSession, now: datetime) -> bool:
    """Whether a check-in may be due: one look at an index, without taking SQLite's write lock."""
    return await session.scalar(_ANY_DUE, {"now": now}) is not None


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
    rung = await session.execute(_into_inbox(database, ids, now))
    assert isinstance(rung, CursorResult)
    if rung.rowcount < len(ids):
        await _set_unreachable_aside(session, ids, now)
    return len(ids)


def _is_due(now: datetime) -> ColumnElement[bool]:
    # Written out as in the partial index, or neither database would use it.
    return CheckIn.state.in_((literal("pending", literal_execute=True), literal("asked", literal_execute=True))) & (CheckIn.due_at <= now)


def _due(now: datetime, limit: int) -> Select[Any]:
    answering = exists().where(
        Assessment.person_id == CheckIn.person_id, Assessment.is_open, Assessment.touched_at > now - ASSESSMENT_GOES_STALE
    )
    awake = exists().where(Person.id == CheckIn.person_id, Person.checkins_paused.is_(False))
    due = select(CheckIn.id).where(_is_due(now), awake, ~answering).order_by(CheckIn.due_at).limit(limit)
    return due.with_for_update(of=CheckIn, skip_locked=True)


def _into_inbox(database: Database, ids: list[int], now: datetime) -> Any:
    """One inbox row for each check-in, in the conversation that the owner wrote in last and that can be reached."""
    body = func.json_object if database.is_sqlite else func.json_build_object
    reachable = Conversation.person_id == CheckIn.person_id, Conversation.unreachable.is_(None)
    address = select(Conversation.id).where(*reachable).order_by(Conversation.active_at.desc()).limit(1).scalar_subquery()
    key = literal("checkin:") + cast(CheckIn.id, String) + literal(":") + cast(CheckIn.rings, String)
    found = select(
        *(literal("clock"), key, address, body("checkin", CheckIn.id), literal("waiting"), literal(0)),
        literal(now, InboxRow.received_at.type),
    ).where(CheckIn.id.in_(ids), exists().where(*reachable))
    columns = ("channel", "external_id", "conversation_id", "body", "state", "attempts", "received_at")
    return insert(InboxRow).from_select(columns, found.order_by(CheckIn.due_at, CheckIn.id))


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
