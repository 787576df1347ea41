"""Signs of health: what waits and for how long, what failed, and which version runs. Seconds, hours and counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.insights.rows import OVERDUE_AFTER, Sign
from bot.insights.tables import Table
from bot.messaging.outbox import PUSHING
from bot.operations.deliveries import oldest_due
from bot.storage.tables import CheckIn, DeliveryAttempt, Handoff, InboxRow

#: An owner who waits for so long for a turn, or a line that could leave for so long, is a sign that something stands still.
TURN_SECONDS, LINE_SECONDS = 30.0, 300.0
#: A hand-off should be answered within a working day, a weekend included.
HANDOFF_HOURS = 72.0
#: Processes that sent something within this time are taken for running.
LATELY = timedelta(hours=1)
#: Messages that were set aside before are no news.
REMEMBERED = timedelta(days=7)


async def health(session: AsyncSession, now: datetime, model: str) -> Table:
    """One sign a row; `model` is the name of the trained model that answers."""
    signs = [
        Sign("database", session.get_bind().dialect.name),
        Sign("schema", await session.scalar(text("SELECT version_num FROM alembic_version"))),
        Sign("model", model),
        Sign("senders", await session.scalar(_senders(now))),
        *await _inbox(session, now),
        *[await _outbox(session, channel, now) for channel in sorted(PUSHING)],
        await _checkins(session, now),
        *await _handoffs(session, now),
    ]
    return Table("health", Sign, tuple(signs))


def _senders(now: datetime) -> Select[int]:
    return select(func.count(DeliveryAttempt.worker.distinct())).where(DeliveryAttempt.started_at > now - LATELY)


async def _inbox(session: AsyncSession, now: datetime) -> tuple[Sign, ...]:
    waiting, oldest = (await session.execute(select(func.count(), func.min(InboxRow.received_at)).where(InboxRow.state == "waiting"))).one()
    failed = InboxRow.state == "set_aside", InboxRow.received_at > now - REMEMBERED
    set_aside = await session.scalar(select(func.count()).where(*failed)) or 0
    seconds = round((now - oldest).total_seconds(), 1) if oldest else 0.0
    is_quick = seconds < TURN_SECONDS
    return Sign("waiting_turns", waiting), Sign("oldest_turn_seconds", seconds, is_quick), Sign("set_aside", set_aside, set_aside == 0)


async def _outbox(session: AsyncSession, channel: str, now: datetime) -> Sign:
    seconds = round(await oldest_due(session, channel, now) or 0.0, 1)
    return Sign(f"oldest_line_seconds_{channel}", seconds, seconds < LINE_SECONDS)


async def _checkins(session: AsyncSession, now: datetime) -> Sign:
    late = select(func.count()).where(CheckIn.state == "pending", CheckIn.due_at < now - OVERDUE_AFTER)
    count = await session.scalar(late) or 0
    return Sign("checkins_overdue", count, count == 0)


async def _handoffs(session: AsyncSession, now: datetime) -> tuple[Sign, ...]:
    waiting, oldest = (await session.execute(select(func.count(), func.min(Handoff.waiting_since)).where(Handoff.state == "waiting"))).one()
    hours = round((now - oldest).total_seconds() / 3600, 1) if oldest else 0.0
    return Sign("handoffs_waiting", waiting), Sign("oldest_handoff_hours", hours, hours < HANDOFF_HOURS)
