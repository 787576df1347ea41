"""The bell of all replicas: what rings in one is told to the others by PostgreSQL's LISTEN and NOTIFY.

It is told after the commit, not in it: a NOTIFY inside a transaction makes all commits of the server wait for one another. What is lost
when a process dies in between, or while there is no connection, only costs a moment: whoever waits looks by themselves now and then.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from psycopg import AsyncConnection
from sqlalchemy.engine import URL

from bot.messaging.bell import INBOX, Bell
from bot.messaging.ending import finish
from bot.messaging.outbox import PUSHING

log = logging.getLogger(__name__)
CHANNEL = "advisor_bell"
#: PostgreSQL takes payloads below 8,000 bytes; a conversation's name is at most 160 characters.
MOST_BYTES = 7_900
#: What the replica that rang does itself: the others would only look in vain, three at a time.
_STAYS_HERE = frozenset({INBOX, *PUSHING})
#: A server that takes no ring in this time is as good as away.
TOLD_WITHIN_SECONDS = 5.0
#: At the end, what has just rung may still leave for so long.
LAST_RINGS_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 15.0
#: A line that went dead without a word is noticed in about half a minute.
_ALIVE: dict[str, Any] = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


class ReplicaBell:
    """Carries rings between the bells of all replicas, over two connections of its own."""

    def __init__(self, bell: Bell, url: URL) -> None:
        self._bell = bell
        self._address = url.render_as_string(hide_password=False)
        self._untold: dict[str, None] = {}
        self._something = asyncio.Event()
        #: Whether rings are carried right now.
        self.connected = asyncio.Event()
        self._all_told = asyncio.Event()
        self._all_told.set()

    @asynccontextmanager
    async def carrying(self) -> AsyncIterator[None]:
        """Carry rings beside the block, the last ones included."""
        task = asyncio.create_task(self.run())
        try:
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_RINGS_SECONDS):
                    await self._all_told.wait()
        finally:
            task.cancel()
            await finish([task])

    async def run(self) -> None:
        """Until cancelled, connecting again whenever the line is lost."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with await self._connect() as hearing, await self._connect() as telling:
                    await hearing.execute(f"LISTEN {CHANNEL}")
                    pause = FIRST_PAUSE_SECONDS
                    await self._carry(hearing, telling)
            except* (psycopg.Error, OSError, ValueError) as errors:  # ValueError: what no advisor has told
                error = type(errors.exceptions[0]).__name__
                log.warning("replicas do not hear each other's bell now", extra={"action": "replica_bell_lost", "error": error})
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))  # noqa: S311 - spreads load, guards nothing
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _connect(self) -> AsyncConnection:
        return await AsyncConnection.connect(self._address, autocommit=True, application_name="advisor bell", **_ALIVE)

    async def _carry(self, hearing: AsyncConnection, telling: AsyncConnection) -> None:
        self.connected.set()
        try:
            with self._bell.carried(self._note):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._hear(hearing, ours=telling.info.backend_pid))
                    group.create_task(self._tell(telling))
        finally:
            self.connected.clear()
            self._all_told.set()

    def _note(self, topic: str) -> None:
        if topic not in _STAYS_HERE:
            self._untold[topic] = None
            self._all_told.clear()
            self._something.set()

    async def _hear(self, hearing: AsyncConnection, ours: int) -> None:
        async for heard in hearing.notifies():
            if heard.pid != ours:  # who rang here has been woken
                for topic in json.loads(heard.payload):
                    self._bell.wake(topic)
        raise ConnectionError("the server ended the connection")

    async def _tell(self, telling: AsyncConnection) -> None:
        """All that rang since the last time, together."""
        while True:
            await self._something.wait()
            self._something.clear()
            topics, self._untold = self._untold, {}
            async with asyncio.timeout(TOLD_WITHIN_SECONDS):
                for payload in payloads(topics):
                    await telling.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
            if not self._untold:
                self._all_told.set()


def payloads(topics: Iterable[str]) -> Iterator[str]:
    """The topics as JSON arrays, each short enough for one NOTIFY."""
    together: list[str] = []
    size = 2
    for topic in topics:
        more = len(json.dumps(topic)) + 2
        if together and size + more > MOST_BYTES:
            yield json.dumps(together)
            together, size = [], 2
        together.append(topic)
        size += more
    if together:
        yield json.dumps(together)
