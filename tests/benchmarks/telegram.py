"""Telegram's measures against the strict fake: `uv run python -m tests.benchmarks.telegram latency|crowd|nudges`.

Fake, channel and turns share one process. `latency` runs the real assistant; `crowd` and `nudges` a responder that echoes, since Rasa is
not the point there. The fake refuses what is faster than Telegram's limits, and counts it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bot.assistant.agent import load_assistant, warm_up
from bot.assistant.training import ensure_model
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.timing import Timing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.rates import Rate
from bot.messaging.turns import Responder, Turns
from bot.people.profiles import Defaults
from bot.services import ROOT, load_services
from bot.storage.database import Database
from bot.storage.tables import Conversation, InboxRow, OutboxRow, Person
from tests.fake_telegram import TOKEN, FakeTelegram, Limits
from tests.fakes import FakeResponder

CACHE = ROOT / "data" / "test-models"
SAID = (
    *("こんにちは", "棚卸しに丸一日かかる", "診断を始めたい", "2", "なぜ聞くの?"),
    *("ここまでにします", "ありがとう", "計画を見せて", "続けます"),
)
MENU = {"ja": [("help", "できること")], "en": [("help", "What I can do")]}


@dataclass
class Bench:
    """Everything under measurement."""

    database: Database
    fake: FakeTelegram

    async def is_quiet(self) -> bool:
        """Whether everything is answered and has arrived."""
        async with self.database.reading() as session:
            unanswered = await session.scalar(select(InboxRow.id).where(InboxRow.state == "waiting").limit(1))
            unsent = select(OutboxRow.id).where(OutboxRow.state.in_(("pending", "claimed", "sending")))
            return unanswered is None and await session.scalar(unsent.limit(1)) is None

    async def waits(self, chats: Sequence[int] | None = None) -> list[float]:
        """Seconds from stored to the first reply accepted, ordered, of every answered message (of `chats`)."""
        accepted = {str(call.message_id): call.accepted_at for call in self.fake.calls if call.message_id}
        wanted = None if chats is None else {f"telegram:{chat}" for chat in chats}
        async with self.database.reading() as session:
            query = select(InboxRow, OutboxRow).join(OutboxRow, OutboxRow.inbox_id == InboxRow.id).order_by(OutboxRow.seq.desc())
            first = {row.id: (row, line) for row, line in await session.execute(query)}
        pairs = [(row, line) for row, line in first.values() if wanted is None or row.conversation_id in wanted]
        return sorted(accepted[line.provider_id] - row.received_at.timestamp() for row, line in pairs if line.provider_id in accepted)


@asynccontextmanager
async def bench(responder: Responder, rate: Rate) -> AsyncIterator[Bench]:
    """A channel that runs, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="advisor-telegram-") as folder:
        database, bell, fake = Database(f"sqlite:///{folder}/advisor.db"), Bell(), FakeTelegram()
        await database.migrate()
        await fake.start()
        clock = lambda: datetime.now(UTC)  # noqa: E731
        channel = TelegramChannel(Desk(database, bell, clock), TOKEN, fake.base_url, MENU, timing=Timing(rate=rate))
        tasks = [asyncio.create_task(part) for part in (Turns(database, responder, bell, clock, Defaults()).run(), channel.run())]
        try:
            yield Bench(database, fake)
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
            await fake.stop()
            await database.close()


def quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def latency(messages: int) -> None:
    """One chat, one message after the other; its own pace is lifted, as no owner writes so fast."""
    model = ensure_model(ROOT, CACHE, print)
    assistant = load_assistant(model, load_services(ROOT, lambda: model))
    await warm_up(assistant)
    async with bench(assistant, Rate(per_second=1000, chat_per_second=1000, chat_burst=100)) as running:
        for number in range(messages):
            before = len(running.fake.texts(1))
            running.fake.user_writes(1, SAID[number % len(SAID)])
            await running.fake.wait_for_messages(1, before + 1)
            # An answer may be of several messages, and the next one must not queue behind them.
            while not await running.is_quiet():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        found = await running.waits()
    print(f"stored -> reply accepted, {len(found)} messages in one chat, real assistant: ", end="")
    print(f"p50 {quantile(found, 0.5) * 1000:.0f} ms, p95 {quantile(found, 0.95) * 1000:.0f} ms")


async def crowd(chats: int, rate: Rate) -> None:
    """Everybody writes at once."""
    async with bench(FakeResponder(), rate) as running:
        running.fake.limits = Limits(per_second=round(rate.per_second + rate.reserved_per_second) + 1)
        for chat in range(1, chats + 1):
            running.fake.user_writes(chat, f"message of {chat}")
        started = time.time()
        # Not woken by every call: waking costs what is being measured.
        while sum(call.accepted for call in running.fake.calls_of("sendMessage")) < chats and time.time() < started + 180:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
        counts = Counter({chat: len(running.fake.messages(chat)) for chat in range(1, chats + 1)})
        found = await running.waits()
    lost, doubled = sum(count == 0 for count in counts.values()), sum(count > 1 for count in counts.values())
    print(f"{chats} chats at once, {rate.per_second:.0f} + {rate.reserved_per_second:.0f} messages a second: ", end="")
    print(f"lost {lost}, doubled {doubled}, longest wait {found[-1]:.1f} s, p95 {quantile(found, 0.95):.1f} s, ", end="")
    print(f"refused by the fake {running.fake.limits.refused if running.fake.limits else 0}")


async def nudges(count: int, seconds: float, rate: Rate) -> None:
    """Check-ins that are due together, while owners write one after the other."""
    async with bench(FakeResponder(), rate) as running:
        running.fake.limits = Limits(per_second=round(rate.per_second + rate.reserved_per_second) + 1)
        for chat in range(1, count + 1):
            running.fake.world.chat(chat)
        await _insert_nudges(running.database, count)
        started, chat = time.time(), 1_000_000
        while time.time() < started + seconds:
            chat += 1
            running.fake.user_writes(chat, "hello")
            await asyncio.sleep(0.5)
        sent = sum(call.accepted and (call.chat or 0) <= count for call in running.fake.calls_of("sendMessage"))
        took = time.time() - started
        await asyncio.sleep(1)
        found = await running.waits(range(1_000_000, chat + 1))
        refused = running.fake.limits.refused
    share = sent / took / rate.per_second
    print(f"{count} nudges due at once, {rate.per_second:.0f} a second, over {took:.0f} s: ", end="")
    print(f"{sent / took:.1f} a second = {share:.1%}; ", end="")
    print(f"{len(found)} owners answered meanwhile: p95 {quantile(found, 0.95) * 1000:.0f} ms, longest {found[-1] * 1000:.0f} ms; ", end="")
    print(f"refused by the fake {refused}")


async def _insert_nudges(database: Database, count: int) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as session:
        people = [Person(language="ja", time_zone="Asia/Tokyo", created_at=now) for _ in range(count)]
        session.add_all(people)
        await session.flush()
        keys = [f"telegram:{number}" for number in range(1, count + 1)]
        session.add_all(
            Conversation(id=key, person=person, channel="telegram", dialogue={}, last_seq=1, created_at=now, active_at=now)
            for key, person in zip(keys, people, strict=True)
        )
        await session.flush()
        body = {"text": "進みましたか?"}
        session.add_all(
            OutboxRow(
                conversation_id=key, channel="telegram", seq=1, body=body, state="pending", is_nudge=True, due_at=now, created_at=now
            )
            for key in keys
        )


def main() -> None:
    """Run one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["latency", "crowd", "nudges"])
    parser.add_argument("--count", type=int, default=0, help="messages, chats or nudges")
    parser.add_argument("--seconds", type=float, default=40, help="how long nudges are watched")
    parser.add_argument("--per-second", type=float, default=Rate().per_second)
    chosen = parser.parse_args()
    rate = Rate(per_second=chosen.per_second)
    runs = {
        "latency": lambda: latency(chosen.count or 100),
        "crowd": lambda: crowd(chosen.count or 1000, rate),
        "nudges": lambda: nudges(chosen.count or 10_000, chosen.seconds, rate),
    }
    started, used = time.monotonic(), time.process_time()
    asyncio.run(runs[chosen.what]())
    print(f"(of {time.monotonic() - started:.0f} s, the process had a processor for {time.process_time() - used:.0f} s)")


if __name__ == "__main__":
    Path(CACHE).mkdir(parents=True, exist_ok=True)
    main()
