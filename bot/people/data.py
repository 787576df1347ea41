"""What the advisor keeps about a person: counted for a copy, and deleted for good."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, Table, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.belongings import table_of, tables_of_people, theirs
from bot.people.signing_out import end_sessions, web_conversations
from bot.storage.database import LEAVES_NO_TRACE
from bot.storage.tables import (
    AnswerRow,
    Assessment,
    ChannelRate,
    Conversation,
    Document,
    Erasure,
    InboxRow,
    Initiative,
    OutboxRow,
    Person,
    Vendor,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept: answers by question (newest assessment), action ids of plans, quotes by supplier, and the number of messages."""

    answers: dict[str, str]
    plans: tuple[str, ...]
    messages: int
    quotes: dict[str, dict[str, int | None]] = field(default_factory=dict)


async def kept_about(session: AsyncSession, person: Person) -> Kept:
    """Everything kept about a person, in short."""
    newest = select(func.max(Assessment.id)).where(Assessment.person_id == person.id).scalar_subquery()
    rows = await session.scalars(select(AnswerRow).where(AnswerRow.assessment_id == newest).order_by(AnswerRow.id))
    plans = await session.scalars(select(Initiative.action).where(Initiative.person_id == person.id).order_by(Initiative.id))
    mine = select(Conversation.id).where(Conversation.person_id == person.id)
    heard = await session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.conversation_id.in_(mine)))
    said = await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.conversation_id.in_(mine)))
    vendors = await session.scalars(select(Vendor).where(Vendor.person_id == person.id).order_by(Vendor.id))
    quotes = {row.name: {score.criterion: score.value for score in row.scores} for row in vendors}
    return Kept({row.question: str(row.value or row.kind) for row in rows}, tuple(plans), (heard or 0) + (said or 0), quotes)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That everything was deleted: a number that tells nothing about the person, when, and the rows that went, by table."""

    number: str
    at: datetime
    counts: dict[str, int]


async def erase(session: AsyncSession, person: Person, conversation: Conversation, now: datetime, papers: int = 0) -> Receipt:
    """Delete all that is kept about a person, in the database.

    The conversation itself stays as an empty one, so that the receipt can be given in it; its owner is a new, blank person. Browsers that
    had another conversation of theirs are signed out.
    `papers`: how many documents `Documents.forget` has just deleted, with the files drawn from them; the receipt counts them, too.
    """
    session.info[LEAVES_NO_TRACE] = True
    await end_sessions(session, await web_conversations(session, person) - {conversation.id}, now)
    blank = Person(language=person.language, language_chosen=person.language_chosen, time_zone=person.time_zone, created_at=now)
    session.add(blank)
    await session.flush()
    await _forget_where_pushed_back(session, person)
    counts = {}
    for table in reversed(tables_of_people()):
        if table is not table_of(Person):
            counts[table.name] = await _delete(session, table, theirs(table, [person.id]), *_kept_here(table, conversation, now))
    counts[Document.__tablename__] += papers
    conversation.person, conversation.dialogue, conversation.created_at = blank, {}, now
    await session.flush()
    await _delete(session, table_of(Person), Person.id == person.id)
    receipt = Receipt(secrets.token_hex(4).upper(), now, {name: count for name, count in counts.items() if count})
    session.add(Erasure(receipt=receipt.number, erased_at=now, counts=receipt.counts))
    log.info("an owner's data were deleted", extra={"action": "erased", "receipt": receipt.number})
    return receipt


def _kept_here(table: Table, conversation: Conversation, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What limits the deletion: the conversation goes on, and what was written in it behind the deletion is still to be answered."""
    if table is table_of(Conversation):
        return (Conversation.id != conversation.id,)
    if table is table_of(InboxRow):
        is_elsewhere = and_(InboxRow.conversation_id != conversation.id, InboxRow.received_at <= now)
        return (or_(InboxRow.state != "waiting", is_elsewhere),)
    return ()


async def _delete(session: AsyncSession, table: Table, *conditions: ColumnElement[bool]) -> int:
    gone = await session.execute(delete(table).where(*conditions))
    assert isinstance(gone, CursorResult)
    return gone.rowcount


async def _forget_where_pushed_back(session: AsyncSession, person: Person) -> None:
    """A channel's pace names the conversation in which it was slowed down last."""
    mine = select(Conversation.id).where(Conversation.person_id == person.id)
    await session.execute(update(ChannelRate).where(ChannelRate.pushed_back_in.in_(mine)).values(pushed_back_in=""))
