"""Check-ins in masses, beside APScheduler's job store in the same run: `uv run python -m tests.benchmarks.checkins`.

Prints, for SQLite and PostgreSQL (both with full durability): adding the plans of many owners, the bell with nothing due and very many
future check-ins, and very many due at once until they stand in the inbox. APScheduler adds fewer jobs; its time is extrapolated.

Beside the time on the clock stands this process's own CPU time, which a busy machine does not stretch (for SQLite that is all the work).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import func, make_url, select, text

from bot.rollout.ringing import BATCH, any_due, ring_due
from bot.storage.database import Database, migrate, parse_url
from bot.storage.tables import InboxRow
from tests import crowd
from tests.postgres import durable_postgres

#: A Tuesday, 11:00 in Tokyo.
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CHECKINS_EACH = 8
IDLE_RINGS = 200


def remind() -> None:
    """What APScheduler would call."""


@contextmanager
def sqlite() -> Iterator[str]:
    """The URL of a new, migrated SQLite file."""
    with tempfile.TemporaryDirectory(prefix="advisor-benchmark-") as folder:
        url = f"sqlite:///{Path(folder) / 'advisor.db'}"
        migrate(parse_url(url))
        yield url


class Watch:
    """Time on the clock and of this process's CPU since it was made."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> float:
        """On the clock."""
        return time.perf_counter() - self._clock

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s (CPU {time.process_time() - self._cpu:.1f} s)"


async def measure(url: str, owners: int, future: int) -> float:
    """All of ours on one database; returns the seconds that adding a check-in took."""
    database = Database(url)
    crowd_of = range(1, owners + 1)
    await crowd.move_in(database, crowd_of, NOW)
    watch = Watch()
    added = await crowd.give_checkins(database, crowd_of, NOW + timedelta(days=30), range(1, CHECKINS_EACH + 1))
    seconds = watch.seconds
    print(f"  plans of {owners:,} owners, {added:,} check-ins added: {watch}, {added / seconds:,.0f}/s")
    further = range(CHECKINS_EACH + 1, 1 + max(CHECKINS_EACH, future // owners))
    more = await crowd.give_checkins(database, crowd_of, NOW + timedelta(days=30), further)
    await _settle(database)
    await _idle(database, added + more)
    await _due(database, owners)
    await database.close()
    return seconds / added


async def _settle(database: Database) -> None:
    """What both databases do by themselves now and then."""
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.run_sync(lambda each: each.execute(text("ANALYZE")))


async def _idle(database: Database, future: int) -> None:
    times, cpu = [], time.process_time()
    for _ in range(IDLE_RINGS):
        started = time.perf_counter()
        async with database.reading() as session:
            assert not await any_due(session, NOW)
        times.append(time.perf_counter() - started)
    quick = statistics.quantiles(times, n=20)
    cpu = (time.process_time() - cpu) / IDLE_RINGS
    p50, p95 = statistics.median(times) * 1000, quick[-1] * 1000
    print(f"  bell with nothing due, {future:,} future check-ins: p50 {p50:.2f} ms, p95 {p95:.2f} ms, CPU {cpu * 1000:.2f} ms")


async def _due(database: Database, owners: int) -> None:
    """At the moment at which the first check-in of every owner is due."""
    later, longest, rung = NOW + timedelta(days=30), 0.0, 0
    watch = Watch()
    while True:
        before = time.perf_counter()
        async with database.transaction() as session:
            batch = await ring_due(database, session, later)
        rung, longest = rung + batch, max(longest, time.perf_counter() - before)
        if batch < BATCH:
            break
    took = str(watch)
    async with database.reading() as session:
        inbox = await session.scalar(select(func.count()).select_from(InboxRow))
    assert rung == inbox == owners
    print(f"  {rung:,} due at once, in the inbox after {took}; the longest transaction took {longest * 1000:.0f} ms")


def apscheduler(url: str, jobs: int) -> float:
    """Seconds that APScheduler's job store takes for adding one job."""
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[make_url(url).get_backend_name()]
    store = SQLAlchemyJobStore(url=make_url(url).set(drivername=driver).render_as_string(hide_password=False))
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
    scheduler.start(paused=True)
    due, started = datetime.now(UTC) + timedelta(days=30), time.perf_counter()
    for number in range(jobs):
        scheduler.add_job(remind, "date", run_date=due + timedelta(seconds=number))
    seconds = time.perf_counter() - started
    scheduler.shutdown(wait=False)
    return seconds / jobs


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--owners", type=int, default=100_000)
    parser.add_argument("--future", type=int, default=1_000_000)
    parser.add_argument("--apscheduler-jobs", type=int, default=2_000)
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    chosen = parser.parse_args()
    for name, opened in (("SQLite", sqlite), ("PostgreSQL", durable_postgres)):
        if chosen.only not in (None, name):
            continue
        print(name)
        with opened() as url:
            theirs = apscheduler(url, chosen.apscheduler_jobs)
            ours = asyncio.run(measure(url, chosen.owners, chosen.future))
        whole = theirs * chosen.owners * CHECKINS_EACH
        jobs = chosen.apscheduler_jobs
        print(f"  APScheduler's job store: {jobs:,} jobs at {1 / theirs:,.0f}/s; by that the same plans would take {whole:,.0f} s")
        print(f"  ours / APScheduler's: {theirs / ours:.0f} times as fast")


if __name__ == "__main__":
    main()
