"""`advisor checkins`: what is scheduled, when, and why. Shows ids and times, never what an owner wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from bot.rollout.checkins import FIRST_EXTRA
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Initiative


async def show(url: str, due_only: bool, console: Console) -> None:
    """A table of check-ins, the next one first. Raises DatabaseError."""
    database = Database(url)
    try:
        await database.check()
        async with database.reading() as session:
            wanted = select(CheckIn).order_by(CheckIn.due_at)
            if due_only:
                wanted = wanted.where(CheckIn.state == "pending", CheckIn.due_at <= datetime.now(UTC))
            rows = list(await session.scalars(wanted))
    finally:
        await database.close()
    table = Table("check-in", "owner", "phase", "local time", "zone", "state")
    for row in rows:
        table.add_row(str(row.id), str(row.person_id), str(row.phase), row.due_local, row.time_zone, row.state)
    console.print(table if rows else "no check-ins")


async def explain(url: str, checkin: int, console: Console) -> bool:
    """Everything about one check-in; False when there is none. Raises DatabaseError."""
    database = Database(url)
    try:
        await database.check()
        async with database.reading() as session:
            row = await session.get(CheckIn, checkin)
            initiative = await session.get(Initiative, row.initiative_id) if row else None
    finally:
        await database.close()
    if row is None or initiative is None:
        return False
    for line in _story(row, initiative):
        console.print(line)
    return True


def _story(row: CheckIn, initiative: Initiative) -> Iterator[str]:
    """Why a check-in is there, when it comes, and what became of it."""
    yield f"check-in {row.id} of owner {row.person_id}, phase {row.phase} of '{initiative.action}' ({initiative.state})"
    in_rhythm = row.occurrence < FIRST_EXTRA
    yield f"no. {row.occurrence} in the rhythm of its phase" if in_rhythm else "outside the rhythm: promised in an answer, or once a month"
    yield f"promised for {row.due_local} ({row.time_zone}); put off {row.snoozes} times; rung {row.rings} times"
    if row.asked_at:
        yield f"asked {row.asked_at.isoformat()}; {row.misses} messages passed without an answer"
    if row.answer:
        yield f"answered '{row.answer}'" + (f", stuck for '{row.obstacle}'" if row.obstacle else "")
    if row.state in ("pending", "asked"):
        yield f"rings {row.due_at.isoformat()}" + (f", waiting for '{row.awaiting}'" if row.awaiting else "")
    yield f"state {row.state}" + (f" ({row.reason})" if row.reason else "")
