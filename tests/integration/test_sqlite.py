"""SQLite's own ways: what is done at once, what is left to a thread, and how writers wait for each other."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import TimeoutError as TransactionTimeout

from bot.storage import database as storage
from bot.storage.database import Database
from bot.storage.quick_sqlite import QuickConnection
from bot.storage.tables import Person
from tests.fakes import FakeClock


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone."""
    return sqlite_url


async def test_a_step_is_taken_at_once_unless_it_may_wait_for_others_or_the_disk(tmp_path: Path) -> None:
    connection = await QuickConnection(str(tmp_path / "some.db"))
    connection.isolation_level = None
    at_once: list[tuple[str, bool]] = []
    connection._conn.set_trace_callback(lambda said: at_once.append((said, threading.current_thread() is threading.main_thread())))
    for statement in ("CREATE TABLE t (n)", "BEGIN IMMEDIATE", "INSERT INTO t VALUES (1)"):
        await connection.execute(statement)
    await connection.commit()
    await connection.execute("BEGIN")
    await connection.execute("SELECT n FROM t")
    await connection.commit()
    await connection.close()
    assert at_once == [
        ("CREATE TABLE t (n)", True),
        ("BEGIN IMMEDIATE", False),
        ("INSERT INTO t VALUES (1)", True),
        ("COMMIT", False),
        ("BEGIN", True),
        ("SELECT n FROM t", True),
        ("COMMIT", True),
    ]


async def test_the_write_lock_is_taken_at_once_when_it_is_free_and_waited_for_when_not(tmp_path: Path) -> None:
    connection = await QuickConnection(str(tmp_path / "some.db"))
    connection.isolation_level = None
    with sqlite3.connect(str(tmp_path / "some.db"), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not connection.lock_at_once()
        other.execute("COMMIT")
    assert connection.lock_at_once()
    waits = await (await connection.execute("PRAGMA busy_timeout")).fetchone()
    assert waits == (15_000,)
    await connection.close()


async def test_a_connection_that_takes_long_leaves_everything_to_its_thread(tmp_path: Path) -> None:
    connection = await QuickConnection(str(tmp_path / "some.db"))
    connection.takes_long = True
    threads: list[threading.Thread] = []
    connection._conn.set_trace_callback(lambda said: threads.append(threading.current_thread()))
    await connection.execute("SELECT 1")
    await connection.close()
    assert threads
    assert threading.main_thread() not in threads


async def test_a_survey_of_whole_tables_holds_nobody_up(database: Database) -> None:
    async with database.surveying() as session:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        threads: list[threading.Thread] = []
        raw._conn.set_trace_callback(lambda said: threads.append(threading.current_thread()))
        assert await session.scalar(select(func.count(Person.id))) == 0
    assert threads
    assert threading.main_thread() not in threads[:1]
    assert raw.takes_long is False


async def test_a_closed_connection_says_so_in_the_words_that_sqlalchemy_knows(tmp_path: Path) -> None:
    connection = await QuickConnection(str(tmp_path / "some.db"))
    await connection.close()
    with pytest.raises(ValueError, match=r"Connection closed|no active connection"):
        await connection.execute("SELECT 1")


async def test_writers_of_one_process_stand_in_line_in_the_order_in_which_they_came(database: Database, clock: FakeClock) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with database.transaction() as session:
            session.add(Person(language="ja", time_zone="Asia/Tokyo", created_at=clock()))
            await session.flush()
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(write(number) for number in range(20)))
    async with database.reading() as session:
        assert len(list(await session.scalars(select(Person.id)))) == 20
    assert order == list(range(20))


async def test_a_transaction_that_does_not_end_is_no_ones_trap(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "BUSY_TIMEOUT_MS", 20)
    async with database.transaction():
        with pytest.raises(TransactionTimeout):
            async with database.transaction():
                pytest.fail("two wrote at once")
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_reading_goes_on_while_another_process_holds_the_write_lock(database: Database) -> None:
    await database.check()  # the file has its log from the first connection on
    with sqlite3.connect(str(database.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(_write(database))
        async with database.reading() as session:
            assert await session.scalar(text("SELECT 1")) == 1
        assert not waiting.done()
        other.execute("COMMIT")
        await waiting


async def _write(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM person"))


async def test_what_is_urgent_is_written_before_all_others_that_wait(database: Database) -> None:
    order: list[str] = []

    async def write(name: str, urgent: bool = False) -> None:
        async with database.transaction(urgent):
            await asyncio.sleep(0)
            order.append(name)

    async with database.transaction():
        waiting = [asyncio.create_task(write(name)) for name in "ab"] + [asyncio.create_task(write("urgent", urgent=True))]
        await asyncio.sleep(0.01)
    await asyncio.gather(*waiting)
    assert order == ["urgent", "a", "b"]


async def test_whoever_gives_up_waiting_holds_nobody_up(database: Database) -> None:
    async with database.transaction():
        gives_up = asyncio.create_task(_write(database))
        goes_on = asyncio.create_task(_write(database))
        await asyncio.sleep(0.01)
        gives_up.cancel()
    await asyncio.wait_for(goes_on, 5)
    assert gives_up.cancelled()
