"""What the advisor keeps about a person: counted for a copy, and deleted for good."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import (
    AnswerRow,
    Assessment,
    CalendarFeed,
    CheckIn,
    Conversation,
    Document,
    InboxRow,
    Initiative,
    OutboxRow,
    Person,
    PhaseRow,
    PushSubscription,
    Vendor,
    VendorScore,
)


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


async def erase(session: AsyncSession, person: Person, conversation: Conversation, now: datetime) -> str:
    """Delete all that is kept about a person; returns a receipt number that tells nothing about them.

    The conversation itself stays as an empty one, so that the receipt can be given in it; its owner is a new, blank person.
    """
    mine = list(await session.scalars(select(Conversation.id).where(Conversation.person_id == person.id)))
    runs = select(Assessment.id).where(Assessment.person_id == person.id)
    plans = select(Initiative.id).where(Initiative.person_id == person.id)
    vendors = select(Vendor.id).where(Vendor.person_id == person.id)
    blank = Person(language=person.language, language_chosen=person.language_chosen, time_zone=person.time_zone, created_at=now)
    session.add(blank)
    await session.flush()
    for statement in (
        delete(Document).where(Document.person_id == person.id),
        delete(CalendarFeed).where(CalendarFeed.person_id == person.id),
        delete(CheckIn).where(CheckIn.person_id == person.id),
        delete(VendorScore).where(VendorScore.vendor_id.in_(vendors)),
        delete(Vendor).where(Vendor.person_id == person.id),
        delete(PhaseRow).where(PhaseRow.initiative_id.in_(plans)),
        delete(Initiative).where(Initiative.person_id == person.id),
        delete(AnswerRow).where(AnswerRow.assessment_id.in_(runs)),
        delete(Assessment).where(Assessment.person_id == person.id),
        delete(PushSubscription).where(PushSubscription.conversation_id.in_(mine)),
        delete(OutboxRow).where(OutboxRow.conversation_id.in_(mine)),
        delete(InboxRow).where(InboxRow.conversation_id.in_(mine), InboxRow.state != "waiting"),
        delete(Conversation).where(Conversation.person_id == person.id, Conversation.id != conversation.id),
    ):
        await session.execute(statement, execution_options={"synchronize_session": False})
    conversation.person, conversation.dialogue = blank, {}
    await session.flush()
    await session.execute(delete(Person).where(Person.id == person.id), execution_options={"synchronize_session": False})
    return secrets.token_hex(4).upper()
