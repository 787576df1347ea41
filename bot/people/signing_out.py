"""Web sessions that end before their time: their tokens are signed and still young, so what ended has to be remembered.

Of a conversation only its hash is kept, and only until no token of that time would be believed anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.people.linking import hashed
from bot.storage.tables import Conversation, EndedSession, Person

WEB = "web"
#: Longer than any token of the web page lives.
REMEMBERED = timedelta(days=40)


async def sign_out(session: AsyncSession, conversation: str, now: datetime) -> None:
    """End every web session of the person behind a conversation, and that of the conversation itself; nothing of theirs is deleted."""
    here = await session.get(Conversation, conversation)
    ids = {conversation} | (await web_conversations(session, here.person) if here else set())
    await end_sessions(session, ids, now)


async def web_conversations(session: AsyncSession, person: Person) -> set[str]:
    """The conversations in which a person has written on the web page."""
    theirs = select(Conversation.id).where(Conversation.person_id == person.id, Conversation.channel == WEB)
    return set(await session.scalars(theirs))


async def end_sessions(session: AsyncSession, conversations: Iterable[str], now: datetime) -> None:
    """No token for these conversations from before `now` is believed any more."""
    await session.execute(delete(EndedSession).where(EndedSession.ended_at < now - REMEMBERED))
    for conversation in sorted(conversations):
        await session.merge(EndedSession(conversation_hash=hashed(conversation), ended_at=now))


async def has_ended(session: AsyncSession, conversation: str, made_at: datetime) -> bool:
    """Whether a token that was made then (to the second) is for a session that has ended since."""
    ended_at = await session.scalar(select(EndedSession.ended_at).where(EndedSession.conversation_hash == hashed(conversation)))
    return ended_at is not None and made_at <= ended_at
