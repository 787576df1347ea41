"""Sees what was said in conversations that somebody listens to, though no bell rang: another replica said it, and its ring was lost.

One query for all of them, every few seconds. Were each open page to look by itself, a few hundred idle ones would take a whole processor.
"""

from __future__ import annotations

from itertools import islice

from sqlalchemy import select

from bot.messaging.bell import Bell
from bot.storage.database import Database
from bot.storage.tables import Conversation


class Lookout:
    """Wakes whoever listens to a conversation that has grown since the last look; asks for so many `together`."""

    def __init__(self, database: Database, bell: Bell, together: int = 500) -> None:
        self._together = together
        self._database = database
        self._bell = bell
        self._seen: dict[str, int] = {}

    async def look(self) -> None:
        """Look once. A conversation that was not listened to at the last look is woken, too: it may have grown in between."""
        newest: dict[str, int] = {}
        listened = iter([topic for topic in self._bell.topics if ":" in topic])
        while some := list(islice(listened, self._together)):
            async with self._database.reading() as session:
                found = await session.execute(select(Conversation.id, Conversation.last_seq).where(Conversation.id.in_(some)))
                newest |= {row.id: row.last_seq for row in found}
        for conversation, seq in newest.items():
            if self._seen.get(conversation) != seq:
                self._bell.wake(conversation)
        self._seen = newest
