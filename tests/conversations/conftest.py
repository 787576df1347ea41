"""Conversations run on SQLite: what differs between the databases is tested in tests/integration."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.assistant.agent import Assistant
from bot.storage.database import Database
from tests.conversations.talking import Talk


@pytest.fixture
async def talk(sqlite_url: str, assistant: Assistant) -> AsyncIterator[Talk]:
    """A new owner."""
    database = Database(sqlite_url)
    yield Talk(database, assistant)
    await database.close()
