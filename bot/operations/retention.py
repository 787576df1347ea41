"""The words of conversations are deleted when their time is over; what was learned from them (answers, figures, plans) stays.

Rows stay, empty: sequence numbers, counts and the keys by which a late duplicate is known are needed longer than the words. In batches, so
that nobody waits behind a long transaction; doing it again, or on several replicas at once, does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.storage.tables import CheckIn, Conversation, DeliveryAttempt, Handoff, InboxRow, OutboxRow

BATCH = 500
#: The dialogue's slots that hold an owner's own words.
WORDED_SLOTS = ("knowledge_question", "question_noted", "handoff_summary")
_UNDER_WAY = ("pending", "rung", "asked")
_UNSENT = ("pending", "claimed", "sending")


async def empty_batch(session: AsyncSession, before: datetime, now: datetime) -> int:
    """Delete words from before `before` in up to BATCH rows of each kind; returns in how many, 0 when nothing is left to do."""
    messages = await _empty_inbox(session, before, now) + await _empty_outbox(session, before, now)
    told = await _empty_notes(session, before) + await _empty_summaries(session, before)
    return messages + told + await _empty_dialogues(session, before)


async def _some(session: AsyncSession, key: InstrumentedAttribute[Any], *old: ColumnElement[bool]) -> Sequence[Any]:
    """Keys of up to BATCH rows, but none that another replica has in hand."""
    return (await session.scalars(select(key).where(*old).limit(BATCH).with_for_update(skip_locked=True))).all()


async def _empty_inbox(session: AsyncSession, before: datetime, now: datetime) -> int:
    """What owners wrote. What still waits to be answered is not touched."""
    old = InboxRow.received_at < before, InboxRow.emptied_at.is_(None), InboxRow.state != "waiting"
    ids = await _some(session, InboxRow.id, *old)
    await session.execute(update(InboxRow).where(InboxRow.id.in_(ids)).values(body={}, emptied_at=now))
    return len(ids)


async def _empty_outbox(session: AsyncSession, before: datetime, now: datetime) -> int:
    """What the advisor said, with its buttons. What could not be pushed in all that time never will be."""
    ids = await _some(session, OutboxRow.id, OutboxRow.created_at < before, OutboxRow.emptied_at.is_(None))
    state = case((OutboxRow.state.in_(_UNSENT), "dead"), else_=OutboxRow.state)
    freed = {"lease_until": None, "claimed_by": None}
    await session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(body={}, emptied_at=now, error=None, state=state, **freed))
    await session.execute(update(DeliveryAttempt).where(DeliveryAttempt.outbox_id.in_(ids)).values(error=None))
    return len(ids)


async def _empty_notes(session: AsyncSession, before: datetime) -> int:
    """What owners told to a check-in that is over, in their own words."""
    told_at = func.coalesce(CheckIn.answered_at, CheckIn.asked_at, CheckIn.due_at)
    ids = await _some(session, CheckIn.id, CheckIn.note.is_not(None), CheckIn.state.not_in(_UNDER_WAY), told_at < before)
    await session.execute(update(CheckIn).where(CheckIn.id.in_(ids)).values(note=None))
    return len(ids)


async def _empty_summaries(session: AsyncSession, before: datetime) -> int:
    """What owners sent along when they asked for a person."""
    ids = await _some(session, Handoff.id, Handoff.summary.is_not(None), Handoff.asked_at < before)
    await session.execute(update(Handoff).where(Handoff.id.in_(ids)).values(summary=None))
    return len(ids)


async def _empty_dialogues(session: AsyncSession, before: datetime) -> int:
    """What the dialogue remembers of an owner who has been quiet since; the open question stays."""
    worded = or_(*(cast(Conversation.dialogue, Text).contains(f'"{slot}"') for slot in WORDED_SLOTS))
    keys = await _some(session, Conversation.id, Conversation.active_at < before, worded)
    rows = (await session.execute(select(Conversation.id, Conversation.dialogue).where(Conversation.id.in_(keys)))).all()
    for key, dialogue in rows:
        slots = {name: value for name, value in dialogue["slots"].items() if name not in WORDED_SLOTS}
        await session.execute(update(Conversation).where(Conversation.id == key).values(dialogue={**dialogue, "slots": slots}))
    return len(keys)
