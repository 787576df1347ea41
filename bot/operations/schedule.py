"""`advisor checkins`: what is scheduled, when, and why. Shows ids and times, never what an owner wrote."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

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
    console.print(f"check-in {row.id} of owner {row.person_id}, phase {row.phase} of '{initiative.action}'")
    console.print(f"no. {row.occurrence} in the rhythm of its phase")
    console.print(f"promised for {row.due_local} ({row.time_zone}) = {row.due_at.isoformat()}; put off {row.snoozes} times")
    console.print(f"state {row.state}" + (f" ({row.reason})" if row.reason else "") + (f", answered '{row.answer}'" if row.answer else ""))
    return True
