"""Stand-ins that several tests share: small, real in behaviour, and recording what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.messaging.files import Content, FileGone
from bot.messaging.message import Incoming, Reply
from bot.turn import Turn

#: A Tuesday, 9:00 in Tokyo.
MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, duration: timedelta) -> None:
        """Let time pass."""
        self.now += duration


def echo(incoming: Incoming) -> list[Reply]:
    """Says what it heard."""
    heard = incoming.text or incoming.button or incoming.command or incoming.attachment or f"check-in {incoming.checkin}"
    return [Reply(text=f"echo: {heard}")]


class FakeResponder:
    """Answers by a script (a function of what came), and keeps every turn's incoming thing in `heard`.

    `failures` turns fail before one succeeds; while `gate` is cleared, turns wait in their transaction.
    """

    def __init__(self, script: Callable[[Incoming], Sequence[Reply]] = echo) -> None:
        self.script = script
        self.heard: list[Incoming] = []
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """The script's replies."""
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the fake responder was told to fail")
        self.heard.append(turn.incoming)
        return self.script(turn.incoming)

    def apology(self, language: str) -> Reply:
        """Said when a turn failed every time."""
        return Reply(text=f"apology in {language}", language=language)


class FakeFiles:
    """Knows the files that a test puts into `contents`, by address."""

    def __init__(self) -> None:
        self.contents: dict[str, Content] = {}

    async def read(self, url: str) -> Content:
        """The file, or FileGone."""
        if url not in self.contents:
            raise FileGone(url)
        return self.contents[url]
