"""How much one visitor may ask: connections at a time, messages per minute, new sessions per address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: Buckets kept in memory; full ones are forgotten first, because a new one would be full too.
MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the protocol, in one place; tests bring smaller ones."""

    frame_bytes: int = 64 * 1024
    hello_seconds: float = 10.0
    #: A client that takes no bytes for so long is dropped, so that it cannot fill our memory.
    send_seconds: float = 20.0
    #: How often the tables are looked at when nobody rings: another replica may have written.
    look_seconds: float = 2.0
    messages_per_minute: float = 100.0
    burst: int = 20
    connections: int = 8
    #: Conversations that one address may begin: a whole office behind one address is welcome, a script that fills our tables is not.
    new_sessions: int = 60
    new_sessions_per_minute: float = 2.0
    #: A stream that is silent for so long gets a sign of life, so that no proxy takes it for dead.
    stream_beat_seconds: float = 15.0
    #: How long a poll is held open when there is nothing to say.
    poll_seconds: float = 20.0
    #: Lines shown to somebody who comes back without any.
    history: int = 500


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TooManyConnections(Exception):
    """This visitor holds as many connections as one may."""


class Allowance:
    """Buckets by name: each holds `burst` tokens and regains `per_minute`. `clock` gives seconds that only grow."""

    def __init__(self, burst: int, per_minute: float, clock: Callable[[], float]) -> None:
        self._burst = burst
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, name: str) -> bool:
        """Take one token; False when none is left."""
        bucket = self._refilled(name)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def __len__(self) -> int:
        return len(self._buckets)

    def _refilled(self, name: str) -> _Bucket:
        now = self._clock()
        if name not in self._buckets:
            self._forget_full_ones(now)
            self._buckets[name] = _Bucket(self._burst, now)
        bucket = self._buckets[name]
        bucket.tokens, bucket.filled_at = self._level(bucket, now), now
        return bucket

    def _level(self, bucket: _Bucket, now: float) -> float:
        gained = (now - bucket.filled_at) * self._per_minute / 60
        return min(self._burst, bucket.tokens + gained)

    def _forget_full_ones(self, now: float) -> None:
        if len(self._buckets) >= MOST_BUCKETS:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if self._level(bucket, now) < self._burst}


class Visitors:
    """Counts what each conversation and each address uses in this process."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._most_connections = limits.connections
        self._connections: Counter[str] = Counter()
        self._messages = Allowance(limits.burst, limits.messages_per_minute, clock)
        self._sessions = Allowance(limits.new_sessions, limits.new_sessions_per_minute, clock)

    @contextmanager
    def connected(self, conversation: str) -> Iterator[None]:
        """Hold one of the visitor's connections. Raises TooManyConnections."""
        if self._connections[conversation] >= self._most_connections:
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
        return self._messages.take(conversation)

    def may_begin(self, address: str) -> bool:
        """Take one new session from an address's allowance; False when it is used up."""
        return self._sessions.take(address)
