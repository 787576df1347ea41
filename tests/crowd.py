"""Very many owners at once, for benchmarks and kill tests: each with a conversation, an initiative in its first phase, and check-ins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, Initiative, Person, PhaseRow

CHUNK = 5_000
Rows = Iterator[dict[str, Any]]


def people(owners: range, now: datetime) -> Rows:
    for n in owners:
        yield {"id": n, "language": "ja", "time_zone": "Asia/Tokyo", "created_at": now}


def conversations(owners: range, now: datetime) -> Rows:
    for n in owners:
        key = f"web:{n}"
        yield {"id": key, "person_id": n, "channel": "web", "last_seq": 0, "dialogue": {}, "created_at": now, "active_at": now}


def initiatives(owners: range, now: datetime) -> Rows:
    for n in owners:
        yield {"id": n, "person_id": n, "action": "weekly-number", "state": "active", "started_at": now}


def first_phases(owners: range, now: datetime) -> Rows:
    starts = date(now.year, now.month, now.day)
    for n in owners:
        yield {"initiative_id": n, "number": 1, "starts_on": starts, "ends_on": starts + timedelta(days=14)}


def checkins(owners: range, due_at: datetime, places: range, apart: timedelta = timedelta(days=7)) -> Rows:
    """Check-ins for every owner, one in each of the phases `places`, from `due_at` on."""
    for n in owners:
        for phase in places:
            due = due_at + apart * (phase - 1)
            yield {
                **{"person_id": n, "initiative_id": n, "phase": phase, "occurrence": 0, "due_local": due.isoformat()[:19]},
                **{"time_zone": "Asia/Tokyo", "due_at": due, "state": "pending", "snoozes": 0, "rings": 0, "misses": 0},
            }


async def fill(database: Database, table: type[Any], rows: Rows) -> int:
    """Insert rows, a chunk in a transaction; returns how many."""
    count = 0
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            count += await _insert(database, table, chunk)
            chunk = []
    return count + (await _insert(database, table, chunk) if chunk else 0)


async def _insert(database: Database, table: type[Any], rows: list[dict[str, Any]]) -> int:
    async with database.transaction() as session:
        await session.execute(insert(table), rows)
    return len(rows)


async def move_in(database: Database, owners: range, now: datetime) -> None:
    """The owners themselves, without check-ins."""
    await fill(database, Person, people(owners, now))
    await fill(database, Conversation, conversations(owners, now))
    await fill(database, Initiative, initiatives(owners, now))
    await fill(database, PhaseRow, first_phases(owners, now))


async def give_checkins(database: Database, owners: range, due_at: datetime, places: range = range(1, 2)) -> int:
    """Check-ins for these owners, one in each of the phases `places`; returns how many."""
    return await fill(database, CheckIn, checkins(owners, due_at, places))
