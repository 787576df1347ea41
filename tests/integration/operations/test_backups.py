"""Backups are taken while owners write, and a conversation goes on from one as if nothing had been."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.operations.backups import BackupDamaged, BackupError, back_up
from bot.people.profiles import Defaults
from bot.storage.database import Database
from tests.conftest import PostgresServer
from tests.fakes import FakeClock, FakeResponder
from tests.integration.test_command_line import advisor, one_line


class Talk:
    """One owner who writes without a pause; everything that was answered is numbered."""

    def __init__(self, url: str) -> None:
        self.database, bell = Database(url), Bell()
        self.desk = Desk(self.database, bell, FakeClock())
        self.turns = Turns(self.database, FakeResponder(), bell, FakeClock(), Defaults())
        self.answered = 0

    async def say(self, number: int) -> None:
        await self.desk.receive(Incoming("web", f"web:a:{number}", "web:a", text=f"message {number}"))
        await self.turns.answer_waiting()
        self.answered = number

    async def run(self) -> None:
        while True:
            await self.say(self.answered + 1)

    async def texts(self) -> list[str]:
        return [line.reply.text for line in await self.desk.lines("web:a")]


async def backed_up_under_load(url: str, back_up: Callable[[], object]) -> int:
    """Make a backup while the owner writes; returns how much had been answered when it began."""
    talk = Talk(url)
    writing = asyncio.create_task(talk.run())
    while talk.answered < 20:  # noqa: ASYNC110 - the load is under way
        await asyncio.sleep(0.01)
    before = talk.answered
    await asyncio.to_thread(back_up)
    assert not writing.done()
    while talk.answered < before + 5:  # noqa: ASYNC110 - and goes on
        await asyncio.sleep(0.01)
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    await talk.database.close()
    return before


async def assert_goes_on(url: str, at_least: int) -> None:
    """Nothing that was answered is missing, nothing is half-made, and the next message has the next place."""
    restored = Talk(url)
    await restored.database.migrate()
    texts = await restored.texts()
    count = len(texts) // 2
    assert count >= at_least
    await restored.turns.answer_waiting()  # what had been stored and not answered
    await restored.say(1_000)
    expected = [text for n in range(1, count + 1) for text in (f"message {n}", f"echo: message {n}")]
    told = await restored.texts()
    assert told[: len(expected)] == expected
    assert told[-2:] == ["message 1000", "echo: message 1000"]
    assert [line.seq for line in await restored.desk.lines("web:a")] == list(range(1, len(told) + 1))
    await restored.database.close()


async def test_a_backup_made_under_load_is_restored_and_the_conversation_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    before = await backed_up_under_load(sqlite_url, lambda: back_up(make_url(sqlite_url), copy))
    assert (await asyncio.to_thread(copy.stat)).st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.glob("backup.db*")] == ["backup.db"]  # noqa: ASYNC240
    restored = tmp_path / "restored" / "advisor.db"
    restored.parent.mkdir()
    shutil.copy(copy, restored)
    await assert_goes_on(f"sqlite:///{restored}", before)


async def test_postgresql_is_backed_up_and_restored_by_its_own_tools(
    postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    tools, copy = postgres_server.tools, tmp_path / "backup.dump"
    dump = [tools / "pg_dump", "--format=custom", f"--file={copy}", postgres_url]
    before = await backed_up_under_load(postgres_url, lambda: subprocess.run(dump, check=True))
    restored = postgres_server.create(empty=True)
    put_back = [tools / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", copy]
    await asyncio.to_thread(subprocess.run, put_back, check=True)
    await assert_goes_on(restored, before)
    postgres_server.drop(restored)


def test_the_command_backs_up_checks_and_names_the_key(sqlite_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "backup.db"
    done = advisor("backup", str(copy), ADVISOR_DATA_DIR=str(tmp_path), ADVISOR_DATABASE_URL=sqlite_url)
    assert (done.returncode, "checked" in done.stderr, "secret.key" in done.stderr) == (0, True, True)
    again = advisor("backup", str(copy), ADVISOR_DATA_DIR=str(tmp_path), ADVISOR_DATABASE_URL=sqlite_url)
    assert again.returncode == 2
    assert "name another file" in one_line(again)


def test_for_postgresql_the_line_to_type_is_said_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://advisor:hidden@db.example/advisor"
    with pytest.raises(BackupError, match=r"pg_dump --format=custom --file=.*x.dump 'postgresql://advisor@db.example/advisor'") as raised:
        back_up(make_url(url), tmp_path / "x.dump")
    assert "hidden" not in str(raised.value)


def test_a_database_that_is_missing_or_no_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot back up"):
        back_up(make_url(f"sqlite:///{tmp_path}/none.db"), tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_does_not_hold_together_makes_no_backup(sqlite_url: str, tmp_path: Path) -> None:
    with sqlite3.connect(Path(str(make_url(sqlite_url).database))) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA writable_schema=ON")
        # The pages of these indexes belong to nobody now.
        connection.execute("DELETE FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%'")
    with pytest.raises(BackupDamaged, match="restore an earlier backup"):
        back_up(make_url(sqlite_url), tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_a_damaged_database_makes_no_backup(sqlite_url: str, tmp_path: Path) -> None:
    database = Path(str(make_url(sqlite_url).database))
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(BackupDamaged, match="restore an earlier backup"):
        back_up(make_url(sqlite_url), tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))
