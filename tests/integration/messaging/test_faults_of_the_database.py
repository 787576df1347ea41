"""The database goes away, answers nothing, loses an answer, is locked, full or read-only: late, never lost, never doubled.

PostgreSQL is a real one that is crashed and started again, or reached by a proxy that misbehaves; SQLite is a real file.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import event, func, select, text
from starlette.applications import Starlette

from bot import app
from bot.app import Advisor
from bot.messaging import pushing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.message import Incoming, Reply
from bot.messaging.outbox import append
from bot.messaging.rates import Rate
from bot.messaging.turns import Turns
from bot.operations.health import Readiness, health_routes
from bot.people.profiles import Defaults, open_conversation
from bot.storage import database as storage
from bot.storage.database import Database
from bot.storage.tables import InboxRow, OutboxRow
from tests import crowd
from tests.fakes import MORNING, FakeClock, FakeResponder
from tests.postgres import own_postgres
from tests.proxy import Proxy, proxied

FAST = Rate(per_second=10_000, reserved_per_second=10_000, chat_per_second=1000, chat_burst=100)
PATIENCE_SECONDS = 120


async def eventually(task: Callable[[], Any], wanted: Callable[[Any], bool] = bool) -> Any:
    """Try until it works and gives what is wanted."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                if wanted(found := await task()):
                    return found
            except Unavailable:
                pass
            await asyncio.sleep(0.02)


async def fill(database: Database, conversations: int) -> None:
    """One line waiting in each of so many conversations in Telegram."""
    async with database.transaction() as session:
        for number in range(conversations):
            conversation, _ = await open_conversation(session, f"telegram:{number}", None, Defaults(), MORNING)
            await append(session, conversation, [Reply(text=f"{number}")], None, MORNING)


async def states(database: Database) -> Counter[str]:
    async with database.reading() as session:
        return Counter((await session.scalars(select(OutboxRow.state))).all())


class Worker:
    """Claims and sends as a channel does, with a ledger of what has left; while the database is away it asks again."""

    def __init__(self, desk: Desk, name: str = "w") -> None:
        self.desk, self.name = desk, name
        self.ledger: Counter[str] = Counter()

    async def send_due(self) -> int:
        """Everything that is due now; returns how many lines it handled."""
        deliveries = await self.desk.claim("telegram", self.name, 20, rate=FAST)
        for delivery in deliveries:
            if await eventually(partial(self.desk.intend, delivery, self.name), lambda answer: True):
                self.ledger[delivery.reply.text] += 1
                await eventually(partial(self.desk.sent, delivery, self.name, "1"), lambda answer: True)
        return len(deliveries)


# --- PostgreSQL ---


async def test_postgresql_that_crashes_under_load_costs_only_time() -> None:
    with own_postgres() as postgres:
        database, clock = Database(postgres.url), FakeClock()
        desk, responder = Desk(database, Bell(), clock), FakeResponder()
        worker, turns = Worker(desk), asyncio.create_task(Turns(database, responder, Bell(), clock, Defaults()).run())
        told = 0

        async def owners_write() -> None:
            nonlocal told
            for number in range(60):
                incoming = Incoming("telegram", f"{number}", f"telegram:{number % 20}", text=f"m{number}")
                await eventually(partial(desk.receive, incoming), lambda new: True)
                told += 1

        async def deliver() -> None:
            while worker.ledger.total() < 60:
                await eventually(worker.send_due, lambda count: True)
                clock.advance(timedelta(seconds=1))

        working = [asyncio.create_task(owners_write()), asyncio.create_task(deliver())]
        await eventually(lambda: asyncio.sleep(0, worker.ledger.total() > 10))
        await asyncio.to_thread(postgres.crash)
        with pytest.raises(Unavailable):
            await desk.claim("telegram", "other")
        assert told < 60 or worker.ledger.total() < 60
        await asyncio.to_thread(postgres.start)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*working)
        assert worker.ledger == {f"echo: m{number}": 1 for number in range(60)}
        assert await states(database) == {"sent": 60}
        turns.cancel()
        await asyncio.gather(turns, return_exceptions=True)
        await database.close()


async def test_while_postgresql_is_away_health_is_red_and_afterwards_the_backlog_drains() -> None:
    with own_postgres() as postgres:
        database, clock, responder = Database(postgres.url), FakeClock(), FakeResponder()
        desk, turns = Desk(database, Bell(), clock), Turns(database, responder, Bell(), clock, Defaults())
        await crowd.move_in(database, range(1, 4), clock())
        await crowd.give_checkins(database, range(1, 4), clock())
        routes = Starlette(routes=health_routes(Readiness({"database": database.check}, every=0.0)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(routes), base_url="http://advisor") as client:
            await asyncio.to_thread(postgres.crash)
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).status_code == 503
            with pytest.raises(Unavailable):
                await desk.receive(Incoming("web", "1", "web:1", text="hello"))
            with pytest.raises(Exception, match="connection"):
                await advisor_of(database, clock).ring()
            clock.advance(timedelta(minutes=10))
            await asyncio.to_thread(postgres.start)
            assert (await client.get("/readyz")).status_code == 200
        assert await desk.receive(Incoming("web", "1", "web:1", text="hello"))
        assert await advisor_of(database, clock).ring() == 3
        await turns.answer_waiting()
        assert Counter(each.checkin is not None for each in responder.heard) == {True: 3, False: 1}
        await database.close()


def advisor_of(database: Database, clock: FakeClock) -> Advisor:
    """An advisor of which only the bell is rung."""
    return Advisor(cast(Any, None), database, Bell(), cast(Any, None), cast(Any, None), cast(Any, None), cast(Any, None), clock)


@asynccontextmanager
async def misbehaving(url: str, clock: FakeClock) -> AsyncIterator[tuple[Database, Desk, Proxy]]:
    """A database behind a proxy, and a desk on it."""
    async with proxied(url) as (there, proxy):
        database = Database(there)
        await database.check()
        yield database, Desk(database, Bell(), clock), proxy
        proxy.heal()
        await database.close()


async def test_a_message_whose_commit_was_not_confirmed_is_sent_again_and_kept_once(postgres_url: str, clock: FakeClock) -> None:
    async with misbehaving(postgres_url, clock) as (database, desk, proxy):
        proxy.commits_to_cut = 1
        with pytest.raises(Unavailable):
            await desk.receive(Incoming("web", "1", "web:1", text="hello"))
        assert proxy.cut == 1
        assert not await desk.receive(Incoming("web", "1", "web:1", text="hello")), "it was there already"
        async with database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(InboxRow)) == 1


async def test_a_turn_whose_commit_was_not_confirmed_answers_once(postgres_url: str, clock: FakeClock) -> None:
    async with misbehaving(postgres_url, clock) as (database, desk, proxy):
        turns = Turns(database, FakeResponder(), Bell(), clock, Defaults())
        await desk.receive(Incoming("telegram", "1", "telegram:1", text="hello"))
        proxy.commits_to_cut = 1
        await turns.take("telegram:1")
        await turns.answer_waiting()
        assert proxy.cut == 1
        assert [line.reply.text for line in await desk.lines("telegram:1")] == ["hello", "echo: hello"]


@pytest.mark.parametrize(("step", "copies", "ambiguous"), [("claim", 1, 0), ("intend", 1, 1), ("mark", 1, 0)])
async def test_a_step_of_sending_whose_commit_was_not_confirmed(
    postgres_url: str, clock: FakeClock, step: str, copies: int, ambiguous: int
) -> None:
    async with misbehaving(postgres_url, clock) as (database, desk, proxy):
        await fill(database, 1)
        worker = Worker(desk)
        proxy.commits_to_cut = step == "claim"
        if step == "claim":
            with pytest.raises(Unavailable):
                await worker.send_due()
        else:
            [delivery] = await desk.claim("telegram", "w", rate=FAST)
            proxy.commits_to_cut = step == "intend"
            if await eventually(lambda: desk.intend(delivery, "w"), lambda answer: True):
                worker.ledger[delivery.reply.text] += 1
                proxy.commits_to_cut = 1
                assert not await eventually(lambda: desk.sent(delivery, "w", "1"), lambda answer: True), "it was marked already"
        assert proxy.cut == 1
        clock.advance(pushing.LEASE + pushing.REAP_SLACK + timedelta(seconds=1))
        await desk.reap()
        clock.advance(pushing.RESEND_AFTER)
        await worker.send_due()
        async with database.reading() as session:
            row = (await session.scalars(select(OutboxRow))).one()
        assert (row.state, row.ambiguous, worker.ledger["0"]) == ("sent", ambiguous, copies)


async def test_a_tick_that_meets_a_dead_line_is_freed_by_its_time_limit(
    postgres_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "TICK_TIMEOUT_SECONDS", 0.3)
    async with misbehaving(postgres_url, clock) as (database, _, proxy):
        await crowd.move_in(database, range(1, 3), clock())
        await crowd.give_checkins(database, range(1, 3), clock())
        proxy.go_dead()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await advisor_of(database, clock).ring()
        assert not proxy._flowing.is_set(), "freed while the line was still dead"
        proxy.heal()
        monkeypatch.setattr(app, "TICK_TIMEOUT_SECONDS", 15)
        assert await advisor_of(database, clock).ring() == 2


# --- both ---


async def test_a_long_transaction_stands_in_nobodys_way(database: Database, clock: FakeClock) -> None:
    desk = Desk(database, Bell(), clock)
    await fill(database, 100)
    worker = Worker(desk)
    async with database.reading() as session:
        if not database.is_sqlite:
            await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        assert await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "pending")) == 100
        while await worker.send_due():
            clock.advance(timedelta(seconds=1))
        assert await session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "pending")) == 100
    assert await states(database) == {"sent": 100}
    assert set(worker.ledger.values()) == {1}


# --- SQLite ---


@pytest.fixture
async def file(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A database in a file that does not wait long for a lock (15 s in earnest)."""
    with monkeypatch.context() as hasty:
        hasty.setattr(storage, "BUSY_TIMEOUT_MS", 300)
        database = Database(sqlite_url)
    yield database
    await database.close()


async def test_a_write_lock_of_somebody_else_delays_and_loses_nothing(file: Database, clock: FakeClock) -> None:
    desk = Desk(file, Bell(), clock)
    turns = Turns(file, FakeResponder(), Bell(), clock, Defaults())
    await crowd.move_in(file, range(1, 4), clock())
    await crowd.give_checkins(file, range(1, 4), clock())
    with sqlite3.connect(str(file.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            await desk.receive(Incoming("web", "1", "web:1", text="hello"))
        with pytest.raises(Exception, match="locked"):
            await advisor_of(file, clock).ring()
        assert await desk.lines("web:1") == [], "reading does not wait for the writer"
        other.execute("ROLLBACK")
    other.close()
    assert await desk.receive(Incoming("web", "1", "web:1", text="hello"))
    assert await advisor_of(file, clock).ring() == 3
    await turns.answer_waiting()
    assert [line.reply.text for line in await desk.lines("web:1")] == ["hello", "echo: hello", "echo: check-in 1"]


@contextmanager
def disk_full(database: Database) -> Iterator[None]:
    """No file of this process may grow beyond what the write-ahead log has now: a write then fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = Path(f"{database.url.database}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """Every connection refuses to write, as on a file system that was mounted read-only after an error."""

    def refuse(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    event.listen(database.engine.sync_engine, "checkout", refuse)
    try:
        yield
    finally:
        event.remove(database.engine.sync_engine, "checkout", refuse)
        event.listen(database.engine.sync_engine, "checkout", lambda connection, *_: connection.execute("PRAGMA query_only=OFF"))


@pytest.mark.parametrize("trouble", [disk_full, read_only])
async def test_nothing_leaves_without_a_recorded_intent_when_the_disk_takes_no_more(
    file: Database, clock: FakeClock, trouble: Callable[[Database], Any]
) -> None:
    desk = Desk(file, Bell(), clock)
    await fill(file, 2)
    worker = Worker(desk)
    first, second = await desk.claim("telegram", "w", rate=FAST)
    with trouble(file):
        for delivery in (first, second):
            with pytest.raises(Unavailable):
                await desk.intend(delivery, "w")
        with pytest.raises(Unavailable):
            await desk.receive(Incoming("telegram", "1", "telegram:1", text="hello"))
    assert await states(file) == {"claimed": 2}
    clock.advance(pushing.LEASE + timedelta(seconds=1))
    await desk.reap()
    await worker.send_due()
    assert worker.ledger == {"0": 1, "1": 1}
    assert await desk.receive(Incoming("telegram", "1", "telegram:1", text="hello"))
