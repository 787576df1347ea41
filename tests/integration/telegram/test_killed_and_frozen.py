"""Processes that deliver die at named points, are killed while many lines leave, freeze and wake up, or are asked to end.

The ledger is the fake Telegram: what it took has arrived. The clock of those who tidy up afterwards is moved, so that nobody waits.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess

import pytest
from sqlalchemy import select

from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Reply
from bot.messaging.outbox import append
from bot.people.profiles import Defaults, open_conversation
from bot.storage.database import Database
from bot.storage.tables import DeliveryAttempt, OutboxRow
from tests.fake_telegram import FakeTelegram, Hold
from tests.integration.telegram import process
from tests.integration.telegram.conftest import ShiftedClock, eventually

CHAT = 4711


def send(process: ForkServerProcess, number: signal.Signals) -> None:
    """Signal a process."""
    assert process.pid is not None
    os.kill(process.pid, number)


class Deliverers:
    """Processes on one PostgreSQL, and a desk of ours whose clock can be moved."""

    def __init__(self, url: str, fake: FakeTelegram) -> None:
        self._url, self._fake = url, fake
        self.database, self.clock = Database(url), ShiftedClock()
        self.desk = Desk(self.database, Bell(), self.clock)
        self.running: list[ForkServerProcess] = []

    async def write(self, chats: range) -> None:
        """A line for each of these chats."""
        async with self.database.transaction() as session:
            for chat in chats:
                self._fake.world.chat(chat, "ja", "private")
                conversation, _ = await open_conversation(session, f"telegram:{chat}", None, Defaults(), datetime.now(UTC))
                await append(session, conversation, [Reply(text=f"line {chat}")], None, datetime.now(UTC))

    def start(self, crash_at: str = "") -> ForkServerProcess:
        """One more process."""
        self.running.append(process.start(self._url, self._fake.base_url, crash_at))
        return self.running[-1]

    async def ended(self, worker: ForkServerProcess) -> int | None:
        """Wait for a process to end; its exit code."""
        await asyncio.to_thread(worker.join, 60)
        return worker.exitcode

    async def rows(self) -> list[OutboxRow]:
        """The outbox."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    async def wait_for(self, fits: Callable[[Counter[str]], bool]) -> None:
        """Wait until the outbox' states are as wanted."""
        await eventually(self.rows, lambda rows: fits(Counter(row.state for row in rows)))

    async def free_what_died(self) -> None:
        """Let the leases run out, and the time until a line is sent again, without waiting for it."""
        self.clock.move(seconds=91)
        await self.desk.reap()
        async with self.database.transaction() as session:
            for row in await session.scalars(select(OutboxRow).where(OutboxRow.state == "pending")):
                row.due_at = datetime.now(UTC)

    def arrived(self) -> Counter[str]:
        """What Telegram took."""
        return Counter(text for chat in self._fake.world.chats for text in self._fake.texts(chat))


@pytest.fixture
async def deliverers(postgres_url: str, fake: FakeTelegram) -> AsyncIterator[Deliverers]:
    deliverers = Deliverers(postgres_url, fake)
    yield deliverers
    for worker in deliverers.running:
        worker.kill()
        worker.join()
    await deliverers.database.close()


@pytest.mark.parametrize(
    ("crash_at", "before", "after", "ambiguous"),
    [("claim", 0, 1, 0), ("intend", 0, 1, 1), ("send", 1, 2, 1), ("mark", 1, 1, 0)],
)
async def test_a_process_that_dies_at_a_named_point_costs_what_is_promised(
    deliverers: Deliverers, fake: FakeTelegram, crash_at: str, before: int, after: int, ambiguous: int
) -> None:
    await deliverers.write(range(CHAT, CHAT + 1))
    assert await deliverers.ended(deliverers.start(crash_at)) == 9
    assert len(fake.messages(CHAT)) == before
    await deliverers.free_what_died()
    deliverers.start()
    await deliverers.wait_for(lambda states: states == {"sent": 1})
    [row] = await deliverers.rows()
    assert (len(fake.messages(CHAT)), row.ambiguous) == (after, ambiguous)


async def test_all_processes_killed_half_way_lose_nothing_and_double_only_what_is_on_record(
    deliverers: Deliverers, fake: FakeTelegram
) -> None:
    chats = range(1, 121)
    await deliverers.write(chats)
    workers = [deliverers.start(), deliverers.start()]
    await eventually(lambda: asyncio.sleep(0, deliverers.arrived().total()), lambda count: count > 20)
    for worker in workers:
        worker.kill()
        await deliverers.ended(worker)
    assert deliverers.arrived().total() < len(chats), "killed half way"
    await deliverers.free_what_died()
    deliverers.start()
    deliverers.start()
    await deliverers.wait_for(lambda states: states == {"sent": len(chats)})
    arrived, rows = deliverers.arrived(), await deliverers.rows()
    assert set(arrived) == {f"line {chat}" for chat in chats}
    assert all(arrived[row.body["text"]] <= 1 + row.ambiguous for row in rows)


async def test_a_process_that_slept_through_its_lease_overwrites_nothing_when_it_wakes_up(
    deliverers: Deliverers, fake: FakeTelegram
) -> None:
    hold = Hold()
    fake.fail("sendMessage", hold)
    await deliverers.write(range(CHAT, CHAT + 1))
    sleeper = deliverers.start()
    await fake.wait_for_messages(CHAT, 1)
    send(sleeper, signal.SIGSTOP)
    await deliverers.free_what_died()
    deliverers.start()
    await deliverers.wait_for(lambda states: states == {"sent": 1})
    [before] = await deliverers.rows()
    assert (before.attempt, before.ambiguous, len(fake.messages(CHAT))) == (2, 1, 2)
    hold.release.set()
    send(sleeper, signal.SIGCONT)

    async def first_outcome() -> str | None:
        async with deliverers.database.reading() as session:
            return (await session.get_one(DeliveryAttempt, (before.id, 1))).outcome

    assert await eventually(first_outcome, lambda outcome: outcome == "sent"), "its late outcome is on record"
    [after] = await deliverers.rows()
    assert (after.state, after.attempt, after.provider_id, after.sent_at) == ("sent", 2, before.provider_id, before.sent_at)
    assert len(fake.messages(CHAT)) == 2


async def test_a_process_that_is_asked_to_end_finishes_what_it_sends_and_leaves_nothing_claimed(
    deliverers: Deliverers, fake: FakeTelegram
) -> None:
    hold = Hold()
    fake.fail("sendMessage", hold, times=5)
    await deliverers.write(range(1, 6))
    worker = deliverers.start()
    await eventually(lambda: asyncio.sleep(0, deliverers.arrived().total()), lambda count: count == 5)
    worker.terminate()
    hold.release.set()
    assert await deliverers.ended(worker) == 0
    assert Counter(row.state for row in await deliverers.rows()) == {"sent": 5}
    assert set(deliverers.arrived().values()) == {1}
