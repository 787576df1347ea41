"""`kill -9` at random moments under 25 messages a second: `uv run python -m tests.benchmarks.telegram_kill [--kills 100] [--latency 20]`.

The channel and the turns run in a process of their own, with a responder that echoes (Rasa takes seconds to start and is not the point
here); the fake Telegram and the owners stay. Leases and waits before a resend are shortened, so that the last crash is over in seconds;
`--latency` is the round trip to Telegram in milliseconds, half before it accepts a message, half after. What to expect doubled is
messages a second × (half the round trip + the time to record the outcome); nothing may be lost, and nothing doubled that was not marked
as unclear.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.timing import Timing
from bot.messaging import pushing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import InboxRow, OutboxRow
from tests.fake_telegram import TOKEN, FakeTelegram, Slow
from tests.fakes import FakeResponder

PER_SECOND = 25
CHATS = 200
MENU = {"ja": [("help", "できること")], "en": [("help", "What I can do")]}


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    kills: int
    written: int
    lost: int
    doubled: int
    #: Doubled although nothing had been unclear about it: must be none.
    unexplained: int
    seconds: float
    #: Of each lost line, what is on record about it.
    records: tuple[str, ...] = ()


async def child(url: str, base_url: str) -> None:
    """The process that is killed."""
    pushing.LEASE, pushing.LONGEST_SEND, pushing.REAP_SLACK, pushing.RESEND_AFTER = (timedelta(seconds=s) for s in (10, 4, 3, 2))
    database, bell = Database(url), Bell()
    clock = lambda: datetime.now(UTC)  # noqa: E731
    channel = TelegramChannel(Desk(database, bell, clock), TOKEN, base_url, MENU, timing=Timing(reap_every=1.0, conflict_pause=0.2))
    await asyncio.gather(Turns(database, FakeResponder(), bell, clock, Defaults()).run(), channel.run())


class Owners:
    """Write 25 messages a second, each another text, while somebody listens."""

    def __init__(self, fake: FakeTelegram) -> None:
        self._fake = fake
        self.written = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self._fake.is_listened_to:
                self.written += 1
                self._fake.user_writes(1 + self.written % CHATS, f"{self.written}")
            await asyncio.sleep(1 / PER_SECOND)


async def run(kills: int, latency: float, seed: int) -> Outcome:
    """Kill, restart, and in the end count."""
    chance, started, fake = random.Random(seed), time.monotonic(), FakeTelegram()
    with tempfile.TemporaryDirectory(prefix="advisor-kill-") as folder:
        url = f"sqlite:///{folder}/advisor.db"
        database = Database(url)
        await database.migrate()
        await fake.start()
        fake.latency = Slow(latency / 2, latency / 2)
        owners = Owners(fake)
        writing = asyncio.create_task(owners.run())
        process = _start(url, fake.base_url)
        for number in range(kills):
            before = owners.written
            while owners.written < before + PER_SECOND:  # noqa: ASYNC110 - under way again
                await asyncio.sleep(0.02)
            await asyncio.sleep(chance.uniform(0, 1))
            process.send_signal(signal.SIGKILL)
            process.wait()
            print(f"\rkill {number + 1}: {owners.written} written, {_arrived(fake).total()} arrived", end="", flush=True)
            process = _start(url, fake.base_url)
        writing.cancel()
        await _settled(database, fake)
        process.kill()
        process.wait()
        outcome = await _outcome(database, fake, kills, owners.written, time.monotonic() - started)
        await fake.stop()
        await database.close()
    return outcome


def _start(url: str, base_url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.benchmarks.telegram_kill", "--child", url, base_url]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def _settled(database: Database, fake: FakeTelegram) -> None:
    """Wait until nothing is left to fetch, to answer and to send."""
    deadline, quiet = time.monotonic() + 180, 0
    while quiet < 5 and time.monotonic() < deadline:
        async with database.reading() as session:
            unanswered = await session.scalar(select(InboxRow.id).where(InboxRow.state == "waiting").limit(1))
            unsent = await session.scalar(select(OutboxRow.id).where(OutboxRow.state.in_(("pending", "claimed", "sending"))).limit(1))
        quiet = quiet + 1 if unanswered is None and unsent is None and not fake.world.updates else 0
        await asyncio.sleep(0.5)


def _arrived(fake: FakeTelegram) -> Counter[str]:
    return Counter(text.removeprefix("echo: ") for chat in fake.world.chats for text in fake.texts(chat))


async def _outcome(database: Database, fake: FakeTelegram, kills: int, written: int, seconds: float) -> Outcome:
    arrived = _arrived(fake)
    doubled = {text: count - 1 for text, count in arrived.items() if count > 1}
    async with database.reading() as session:
        rows = await session.scalars(select(OutboxRow).where(OutboxRow.ambiguous > 0))
        unclear = {row.body["text"].removeprefix("echo: ") for row in rows}
        lost = {f"echo: {number}" for number in range(1, written + 1) if str(number) not in arrived}
        kept = [row for row in await session.scalars(select(OutboxRow)) if row.body["text"] in lost] if lost else []
    records = tuple(f"{row.body['text']}: {row.state}, unclear {row.ambiguous} times, {row.error}" for row in kept)
    return Outcome(kills, written, len(lost), sum(doubled.values()), len(doubled.keys() - unclear), seconds, records)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--latency", type=float, default=20, help="round trip to Telegram, in milliseconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs=2, metavar=("DATABASE", "API"))
    chosen = parser.parse_args()
    if chosen.child:
        asyncio.run(child(*chosen.child))
        return
    outcome = asyncio.run(run(chosen.kills, chosen.latency / 1000, chosen.seed))
    print(f"\n{outcome.kills} kills in {outcome.seconds:.0f} s, {outcome.written} messages: lost {outcome.lost}, ", end="")
    print(f"doubled {outcome.doubled} = {outcome.doubled / outcome.kills:.2f} a kill, of these unexplained {outcome.unexplained}")
    print("\n".join(outcome.records))


if __name__ == "__main__":
    main()
