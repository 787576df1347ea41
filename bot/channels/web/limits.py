"""How much one visitor may ask: connections at a time, messages per minute, new sessions per address and per site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.channels.allowance import Allowance
from bot.metrics import REFUSALS


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the protocol, in one place; tests bring smaller ones."""

    frame_bytes: int = 64 * 1024
    hello_seconds: float = 10.0
    #: A client that takes no bytes for so long is dropped, so that it cannot fill our memory.
    send_seconds: float = 20.0
    #: How often each open page's lines are looked at when nobody rings. For rings that were lost, the lookout sees to all at once.
    look_seconds: float = 60.0
    #: How often a connection is asked whether its session has been ended elsewhere, when nobody rings.
    welcome_seconds: float = 30.0
    messages_per_minute: float = 100.0
    burst: int = 20
    connections: int = 8
    #: Conversations that one address may begin: a whole office behind one address is welcome, a script that fills our tables is not.
    new_sessions: int = 60
    new_sessions_per_minute: float = 2.0
    #: The same of one site: a page that was broken into must not fill our tables from everybody's browsers. The chat's frame is of our own
    #: site wherever it is embedded, so this must let a whole chamber in that opens its Monday mail.
    site_sessions: int = 6_000
    site_sessions_per_minute: float = 600.0
    #: A stream that is silent for so long gets a sign of life, so that no proxy takes it for dead.
    stream_beat_seconds: float = 15.0
    #: How long a poll is held open when there is nothing to say.
    poll_seconds: float = 20.0
    #: Lines shown to somebody who comes back without any.
    history: int = 500


class TooManyConnections(Exception):
    """This visitor holds as many connections as one may."""


class Visitors:
    """Counts what each conversation and each address uses in this process."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._most_connections = limits.connections
        self._connections: Counter[str] = Counter()
        self._messages = Allowance(limits.burst, limits.messages_per_minute, clock)
        self._sessions = Allowance(limits.new_sessions, limits.new_sessions_per_minute, clock)
        self._sites = Allowance(limits.site_sessions, limits.site_sessions_per_minute, clock)

    @contextmanager
    def connected(self, conversation: str) -> Iterator[None]:
        """Hold one of the visitor's connections. Raises TooManyConnections."""
        if self._connections[conversation] >= self._most_connections:
            REFUSALS.labels("connections").inc()
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
        return _counted(self._messages.take(conversation), "messages")

    def may_begin(self, address: str, site: str) -> bool:
        """Take one new session from an address's allowance, and from its site's; False when either is used up."""
        return _counted(self._sessions.take(address), "sessions_of_address") and _counted(self._sites.take(site), "sessions_of_site")


def _counted(is_allowed: bool, limit: str) -> bool:
    if not is_allowed:
        REFUSALS.labels(limit).inc()
    return is_allowed
