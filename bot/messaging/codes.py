"""Codes that open something once: what was used is remembered until the code would have expired anyway."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database
from bot.storage.tables import UsedCode

#: Longer than any code lives.
REMEMBERED = timedelta(days=1)


async def use(database: Database, session: AsyncSession, code: str, now: datetime) -> bool:
    """Use up a code; False when somebody did so before."""
    await session.execute(delete(UsedCode).where(UsedCode.used_at < now - REMEMBERED))
    return await database.insert_new(session, UsedCode, {"code": code, "used_at": now}, unique=("code",))
