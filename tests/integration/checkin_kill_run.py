"""Two processes on one PostgreSQL database ring and answer due check-ins, and are killed (SIGKILL) at random moments.

`uv run python -m tests.integration.checkin_kill_run --kills 100 --due 10000` prints how many check-ins were lost or said twice; the test
suite runs a short one. The processes run the advisor's own bell, inbox, turns, ladder and outbox; only the words are not Rasa's.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.messaging.bell import INBOX, Bell
from bot.messaging.message import Reply
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.rollout.checkins import Rollouts
from bot.rollout.ladder import Ladder
from bot.rollout.phases import load_phases
from bot.rollout.ringing import ring_due
from bot.storage.database import Database
from bot.storage.tables import CheckIn, InboxRow, OutboxRow
from bot.turn import Turn
from tests import crowd
from tests.postgres import durable_postgres

ROOT = Path(__file__).resolve().parents[2]
#: A Tuesday, 11:00 in Tokyo: the owners are open.
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
#: Small batches, so that many transactions are under way when a process dies.
BATCH = 200
PROCESSES = 2


class Asks:
    """Asks each check-in that the ladder lets be asked."""

    def __init__(self) -> None:
        self._ladder = Ladder(Rollouts(load_phases(ROOT / "knowledge")))

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """One line for a check-in that is asked, none for one that is not."""
        checkin = await turn.session.get_one(CheckIn, turn.incoming.checkin)
        rung = await self._ladder.step(turn.session, turn.person, checkin, turn.now)
        return [Reply(text=f"check-in {checkin.id}")] if rung else []

    def apology(self, language: str) -> Reply:
        """A turn that failed every time."""
        return Reply(text="apology")


async def work(url: str) -> None:
    """One process: ring and answer until it is killed."""
    database, bell = Database(url), Bell()
    turns = Turns(database, Asks(), bell, lambda: NOW, Defaults())
    answering = asyncio.create_task(turns.run())
    while not answering.done():
        async with database.transaction() as session:
            rung = await ring_due(database, session, NOW, BATCH)
        if rung:
            bell.ring(INBOX)
        await asyncio.sleep(0.02)


@dataclass
class Outcome:
    """What came of a run."""

    kills: int
    due: int
    lost: int
    doubled: int
    left: int
    seconds: float


def _start(url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.integration.checkin_kill_run", "--work", url]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def run(url: str, due: int, kills: int, seed: int, say: Callable[[str], None] = lambda text: None) -> Outcome:
    """Fill the database at `url` with `due` check-ins and kill one of two processes `kills` times while they are worked off."""
    database, chance, started = Database(url), random.Random(seed), time.monotonic()
    owners = range(1, due + 1)
    await crowd.move_in(database, owners, NOW - timedelta(days=2))
    await crowd.give_checkins(database, owners, NOW - timedelta(hours=1))
    workers = [_start(url) for _ in range(PROCESSES)]
    try:
        for number in range(kills):
            victim = chance.randrange(PROCESSES)
            await _progress(database)
            await asyncio.sleep(chance.uniform(0, 0.5))
            workers[victim].send_signal(signal.SIGKILL)
            workers[victim].wait()
            workers[victim] = _start(url)
            say(f"kill {number + 1}: {await _left(database)} left")
        async with asyncio.timeout(1_800):
            while await _left(database):  # noqa: ASYNC110 - other processes work on it
                await asyncio.sleep(0.5)
    finally:
        for worker in workers:
            with suppress(ProcessLookupError):
                worker.kill()
            worker.wait()
    outcome = await _outcome(database, kills, due, time.monotonic() - started)
    await database.close()
    return outcome


async def _progress(database: Database) -> None:
    """Until something has been answered since the last kill, so that no kill only meets a process that is starting."""
    before = await _left(database)
    async with asyncio.timeout(120):
        while 0 < await _left(database) == before:  # noqa: ASYNC110 - other processes work on it
            await asyncio.sleep(0.02)


async def _left(database: Database) -> int:
    async with database.reading() as session:
        waiting = await session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == "waiting"))
        pending = await session.scalar(select(func.count()).select_from(CheckIn).where(CheckIn.state == "pending"))
    return (waiting or 0) + (pending or 0)


async def _outcome(database: Database, kills: int, due: int, seconds: float) -> Outcome:
    async with database.reading() as session:
        said = list(await session.scalars(select(OutboxRow.body["text"].as_string())))
        asked = await session.scalar(select(func.count()).select_from(CheckIn).where(CheckIn.state == "asked"))
    return Outcome(kills, due, due - len(set(said)), len(said) - len(set(said)), due - (asked or 0), seconds)


def main() -> None:
    """Run and print, or be one of the processes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", metavar="URL", default="")
    chosen = parser.parse_args()
    if chosen.work:
        asyncio.run(work(chosen.work))
        return
    with durable_postgres() as url:
        outcome = asyncio.run(run(url, chosen.due, chosen.kills, chosen.seed, lambda text: sys.stdout.write(text + "\n")))
    sys.stdout.write(
        f"{outcome.kills} kills, {outcome.due} due, {outcome.seconds:.0f} s: lost {outcome.lost}, doubled {outcome.doubled}, "
        f"not asked {outcome.left}\n"
    )


if __name__ == "__main__":
    main()
