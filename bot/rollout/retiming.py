"""Zone rules change now and then, with little notice: a check-in keeps the wall-clock time that was promised, and its moment follows."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.rollout.calendar import local_time, to_utc, valid_time_zone
from bot.storage.database import Database
from bot.storage.tables import CheckIn

#: What comes due later is looked at again before it does.
HORIZON = timedelta(days=2)


async def retime(database: Database, now: datetime) -> int:
    """Correct the moments of check-ins that come due soon and have not been put off since they were promised; returns how many."""
    soon = CheckIn.state == "pending", CheckIn.rings == 0, CheckIn.due_at > now, CheckIn.due_at <= now + HORIZON
    promises = select(CheckIn.id, CheckIn.due_at, CheckIn.due_local, CheckIn.time_zone).where(*soon)
    async with database.reading() as session:
        found = [(row.id, row.due_at, follow_zone(*row[1:])) async for row in await session.stream(promises)]
    wrong = [each for each in found if each[1] != each[2]]
    if wrong:
        async with database.transaction() as session:
            for number, before, due_at in wrong:
                unmoved = CheckIn.id == number, CheckIn.state == "pending", CheckIn.due_at == before
                await session.execute(update(CheckIn).where(*unmoved).values(due_at=due_at))
    return len(wrong)


def follow_zone(due_at: datetime, due_local: str, zone: str) -> datetime:
    """The moment at which the wall clock of `zone` shows what was promised; `due_at` where it does so already, or there is no such zone."""
    promised = datetime.fromisoformat(due_local)
    # The second of two equal times is as promised, too, so the clock is read before it is set.
    if not valid_time_zone(zone) or local_time(due_at, zone).replace(microsecond=0) == promised:
        return due_at
    return to_utc(promised.date(), promised.time(), zone)
