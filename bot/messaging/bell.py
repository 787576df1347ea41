"""A bell: those who wait for work in this process are woken at once. It carries no data and may be missed; the tables are the truth.

Where there are replicas, what rings here is told to them, too, while somebody carries it (replicas.py).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

INBOX = "inbox"


class Bell:
    """Rings by topic. Whoever waits also looks by themselves now and then, so a lost ring only costs a moment."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._carriers: set[Callable[[str], None]] = set()

    @property
    def topics(self) -> list[str]:
        """What somebody in this process listens to."""
        return list(self._waiting)

    def ring(self, topic: str) -> None:
        """Wake everybody who listens to `topic`, here and wherever it is carried."""
        self.wake(topic)
        for carry in self._carriers:
            carry(topic)

    def wake(self, topic: str) -> None:
        """Wake everybody in this process who listens to `topic`."""
        for event in self._waiting.get(topic, ()):
            event.set()

    @contextmanager
    def carried(self, carry: Callable[[str], None]) -> Iterator[None]:
        """Hand every ring to `carry`, too, which must return at once."""
        self._carriers.add(carry)
        try:
            yield
        finally:
            self._carriers.discard(carry)

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever `topic` rings; clear it before looking at the tables."""
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            yield event
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait until `event` is set, at most `seconds`; True when it was. The event is cleared."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
