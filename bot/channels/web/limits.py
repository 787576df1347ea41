"""How much one visitor may ask of the socket: connections at a time, messages per minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: Buckets kept in memory; full ones are forgotten first, because a new one would be full too.
MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the socket's protocol, in one place; tests bring smaller ones."""

    frame_bytes: int = 64 * 1024
    hello_seconds: float = 10.0
    #: A client that takes no bytes for so long is dropped, so that it cannot fill our memory.
    send_seconds: float = 20.0
    #: How often the tables are looked at when nobody rings: another replica may have written.
    look_seconds: float = 2.0
    messages_per_minute: float = 100.0
    burst: int = 20
    connections: int = 8
    #: Lines shown to somebody who comes back without any.
    history: int = 500


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TooManyConnections(Exception):
    """This visitor holds as many connections as one may."""


class Visitors:
    """Counts what each conversation uses in this process. `clock` gives seconds that only grow."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._connections: Counter[str] = Counter()
        self._buckets: dict[str, _Bucket] = {}

    @contextmanager
    def connected(self, conversation: str) -> Iterator[None]:
        """Hold one of the visitor's connections. Raises TooManyConnections."""
        if self._connections[conversation] >= self._limits.connections:
            raise TooManyConnections
        self._connections[conversation] += 1
        try:
            yield
        finally:
            self._connections[conversation] -= 1
            if not self._connections[conversation]:
                del self._connections[conversation]

    def may_speak(self, conversation: str) -> bool:
        """Take one message from the visitor's allowance; False when it is used up."""
        bucket = self._refilled(conversation)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def _refilled(self, conversation: str) -> _Bucket:
        now = self._clock()
        if conversation not in self._buckets:
            self._forget_full_ones(now)
            self._buckets[conversation] = _Bucket(self._limits.burst, now)
        bucket = self._buckets[conversation]
        bucket.tokens, bucket.filled_at = self._level(bucket, now), now
        return bucket

    def _level(self, bucket: _Bucket, now: float) -> float:
        gained = (now - bucket.filled_at) * self._limits.messages_per_minute / 60
        return min(self._limits.burst, bucket.tokens + gained)

    def _forget_full_ones(self, now: float) -> None:
        if len(self._buckets) >= MOST_BUCKETS:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if self._level(bucket, now) < self._limits.burst}
