"""An advisor with a scripted mind, a fake Telegram, and channels that can be started, stopped and killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.commands import MiniApp, Wording
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.webhook import Webhook
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Button, Incoming, Reply
from bot.messaging.rates import Rate
from bot.messaging.turns import Turns
from bot.people.linking import address_of
from bot.people.profiles import Defaults
from bot.storage.database import Database
from bot.storage.tables import Base, Conversation, InboxRow, OutboxRow
from bot.turn import Turn
from tests.fake_telegram import TOKEN, FakeTelegram
from tests.fakes import FakeFiles

MENU = {
    "ja": [("help", "使い方"), ("diagnose", "診断を始める"), ("language", "言語")],
    "en": [("help", "How this works"), ("diagnose", "Start the assessment"), ("language", "Language")],
}
WORDINGS = {
    "ja": Wording("小さな会社の相談相手です。", "相談相手", "もう一度お送りします。"),
    "en": Wording("An adviser for small firms.", "Adviser", "In case you missed it:"),
}
#: Everything happens at once, so that no test waits for a clock.
FAST = Timing(
    poll=5,
    first_pause=0.02,
    longest_pause=0.1,
    conflict_pause=0.05,
    look_every=0.05,
    reap_every=0.2,
    finish_within=10,
    rate=Rate(per_second=1000, reserved_per_second=1000, chat_per_second=1000, group_per_second=1000, chat_burst=20),
)
DEADLINE_SECONDS = 60.0
Seen = TypeVar("Seen")


class ShiftedClock:
    """The real time, moved forward at will."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, **by: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(**by)


@dataclass
class FakeResponder:
    """Echoes, unless the script has replies for what was said; remembers everything it was told."""

    script: dict[str, Sequence[Reply]] = field(default_factory=dict)
    heard: list[Incoming] = field(default_factory=list)

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """The script's replies, else an echo."""
        incoming = turn.incoming
        self.heard.append(incoming)
        said = incoming.button or incoming.command or incoming.attachment or incoming.text
        return self.script.get(said, [Reply(text=f"echo {said}")])

    def apology(self, language: str) -> Reply:
        """When all else failed."""
        return Reply(text="sorry")


class Flaky:
    """A desk whose named method can be made to fail or hang first."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}
        self.after: dict[str, Callable[[], Awaitable[None]]] = {}

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._desk, name)
        if name not in self.before and name not in self.after:
            return method

        async def call(*arguments: Any) -> Any:
            if name in self.before:
                await self.before[name]()
            result = await method(*arguments)
            if name in self.after:
                await self.after[name]()
            return result

        return call


class Running:
    """A channel that runs; `stop` is a clean end, `kill` is as close to kill -9 as one process allows."""

    def __init__(self, channel: TelegramChannel) -> None:
        self.channel = channel
        self.task = asyncio.create_task(channel.run())

    async def stop(self) -> None:
        """Cancel and wait for the clean shutdown."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    async def ended(self) -> None:
        """Wait until the channel ends by itself."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self.task


@dataclass
class Advisor:
    """Everything behind the channel."""

    database: Database
    desk: Desk
    clock: ShiftedClock
    responder: FakeResponder
    fake: FakeTelegram
    files: FakeFiles
    running: list[Running] = field(default_factory=list)

    def start(
        self, desk: Any = None, token: str = TOKEN, webhook: Webhook | None = None, mini_app: MiniApp | None = None, **timing: Any
    ) -> Running:
        """Start a channel; `desk` may be a Flaky one."""
        quick = replace(FAST, **timing)
        channel = TelegramChannel(desk or self.desk, token, self.fake.base_url, MENU, webhook, quick, WORDINGS, mini_app)
        self.running.append(Running(channel))
        return self.running[-1]

    def kill(self, desk: Any = None) -> Running:
        """Start a channel that does not finish anything when it is stopped."""
        return self.start(desk, finish_within=0)

    def will_say(self, to: str, *replies: Reply) -> None:
        """Script the replies to a text."""
        self.responder.script[to] = replies

    async def inbox(self) -> list[InboxRow]:
        """All that was stored, in order."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(InboxRow).order_by(InboxRow.id)))

    async def outbox(self) -> list[OutboxRow]:
        """All that was said, in order."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    async def unreachable(self, chat: int) -> str | None:
        """Why the chat cannot be reached."""
        async with self.database.reading() as session:
            conversation = await session.get(Conversation, f"telegram:{chat}")
            return conversation.unreachable if conversation else None

    async def address(self) -> str | None:
        """Where owners find the bot."""
        async with self.database.reading() as session:
            return await address_of(session, "telegram")

    async def wait_for_states(self, *states: str) -> list[OutboxRow]:
        """Wait until the outbox' rows are in these states."""
        return await eventually(self.outbox, lambda rows: [row.state for row in rows] == list(states))


async def eventually(look: Callable[[], Awaitable[Seen]], fits: Callable[[Seen], bool]) -> Seen:
    """Look until it fits; fails after a deadline, showing what was there."""
    end = asyncio.get_running_loop().time() + DEADLINE_SECONDS
    while True:
        seen = await look()
        if fits(seen):
            return seen
        shown = [(row.state, row.error) for row in seen] if isinstance(seen, list) else seen
        assert asyncio.get_running_loop().time() < end, f"waited in vain; last seen {shown}"
        await asyncio.sleep(0.01)


def choice(text: str, *titles: str) -> Reply:
    """A reply with buttons."""
    return Reply(text=text, buttons=tuple(Button(title) for title in titles))


@pytest.fixture(autouse=True)
def _intervals_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns, wherever it meets a retry_after, unless the future behaviour is asked for."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A fake Telegram, listening."""
    fake = FakeTelegram()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def advisor(tmp_path: Path, fake: FakeTelegram) -> AsyncIterator[Advisor]:
    """An advisor that answers; its channel is to be started by the test."""
    database = Database(f"sqlite:///{tmp_path}/advisor.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    clock, bell, responder = ShiftedClock(), Bell(), FakeResponder()
    turns = asyncio.create_task(Turns(database, responder, bell, clock, Defaults()).run())
    files = FakeFiles()
    advisor = Advisor(database, Desk(database, bell, clock, files), clock, responder, fake, files)
    yield advisor
    for running in advisor.running:
        await running.stop()
    turns.cancel()
    with suppress(asyncio.CancelledError):
        await turns
    await database.close()
