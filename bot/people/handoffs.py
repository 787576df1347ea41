"""Hand-offs: an owner asks for a person, the operator answers in the owner's conversation, and either of them ends it.

What the operator says is a row in the inbox like everything that reaches the advisor: a turn says it, in order and once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging import inbox
from bot.messaging.message import Incoming
from bot.people.profiles import conversation_for_checkins
from bot.storage.database import Database
from bot.storage.tables import Conversation, Handoff, HandoffLine, Person

OPEN = ("waiting", "answered")
#: The slot that says that the owner's next message is for the operator.
WRITING = "handoff_writing"


class HandoffOver(Exception):
    """The hand-off was withdrawn, closed or deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class Handoffs:
    """What happens to hand-offs on the owner's side. `is_staffed`: an operator is set up, so that somebody may answer."""

    is_staffed: bool = False

    async def current(self, session: AsyncSession, person: Person) -> Handoff | None:
        """The one that is open."""
        mine = select(Handoff).where(Handoff.person_id == person.id, Handoff.state.in_(OPEN))
        return (await session.scalars(mine.order_by(Handoff.id.desc()).limit(1))).first()

    async def ask(self, session: AsyncSession, conversation: Conversation, summary: str | None, now: datetime) -> Handoff:
        """Queue the owner, once: whoever is in the queue already keeps their place."""
        person = conversation.person
        await session.execute(select(Person.id).where(Person.id == person.id).with_for_update())  # they may ask in two channels at once
        if found := await self.current(session, person):
            return found
        asked = Handoff(person_id=person.id, conversation_id=conversation.id, language=person.language, state="waiting", summary=summary)
        asked.asked_at = asked.waiting_since = now
        session.add(asked)
        await session.flush()
        return asked

    async def tell(self, session: AsyncSession, handoff: Handoff, incoming: Incoming, now: datetime) -> None:
        """What the owner has just written is for the operator, whose turn it is now."""
        row = await inbox.find(session, incoming.channel, incoming.external_id)
        session.add(HandoffLine(handoff_id=handoff.id, inbox_id=row.id if row else None, said_at=now))
        if handoff.state == "answered":
            handoff.state, handoff.waiting_since = "waiting", now

    def end(self, handoff: Handoff, now: datetime) -> None:
        """The owner needs nobody any more; what they sent along is deleted when nobody had answered yet."""
        if handoff.answered_at is None:
            handoff.summary = None
        handoff.state, handoff.closed_at = "withdrawn" if handoff.answered_at is None else "closed", now


async def answer(database: Database, session: AsyncSession, handoff_id: int, text: str, key: str, now: datetime) -> str:
    """Let the operator say `text` (not empty) to the owner; returns in which conversation. A second time with the same `key` is the first.

    Raises HandoffOver.
    """
    handoff = await _held(session, handoff_id)
    incoming = Incoming(inbox.OPERATOR, f"{handoff.id}:{key}", await _place(session, handoff), text=text, handoff=handoff.id)
    if await inbox.store(database, session, incoming, now):
        row = await inbox.find(session, incoming.channel, incoming.external_id)
        session.add(HandoffLine(handoff_id=handoff.id, inbox_id=row.id if row else None, is_operators=True, said_at=now))
        handoff.state, handoff.answered_at = "answered", now
    return incoming.conversation


async def close(database: Database, session: AsyncSession, handoff_id: int, now: datetime) -> str:
    """End it; an owner whom nobody answered is told so. Returns in which conversation. Raises HandoffOver."""
    handoff = await _held(session, handoff_id)
    place = await _place(session, handoff)
    if handoff.answered_at is None:
        await inbox.store(database, session, Incoming(inbox.OPERATOR, f"{handoff.id}:closed", place, handoff=handoff.id), now)
    handoff.state, handoff.closed_at = "closed", now
    return place


async def _held(session: AsyncSession, handoff_id: int) -> Handoff:
    """An open hand-off, which nobody else changes meanwhile. Raises HandoffOver."""
    mine = select(Handoff).where(Handoff.id == handoff_id, Handoff.state.in_(OPEN)).with_for_update()
    handoff = (await session.scalars(mine)).first()
    if handoff is None:
        raise HandoffOver(str(handoff_id))
    return handoff


async def _place(session: AsyncSession, handoff: Handoff) -> str:
    """Where the owner is reached now."""
    found = await conversation_for_checkins(session, handoff.person_id)
    return found.id if found else handoff.conversation_id
