"""Did it arrive? Counts and times per channel that pushes, never what was said: the table `delivery` of the insights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.outbox import PUSHING
from bot.storage.tables import ChannelRate, Conversation, DeliveryAttempt, OutboxRow

#: Tries and waiting times are told for the last day.
WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ChannelDelivery:
    """What became of one channel's lines. Durations are in seconds."""

    channel: str
    #: Lines by state, over all time.
    lines: dict[str, int] = field(default_factory=dict)
    #: Tries of the last day by how they ended.
    attempts: dict[str, int] = field(default_factory=dict)
    #: The commonest errors of the last day.
    errors: dict[str, int] = field(default_factory=dict)
    #: From said to arrived, in the last day.
    wait_p50: float | None = None
    wait_p95: float | None = None
    #: How long the oldest due line that could go has been waiting.
    oldest_due: float | None = None
    unreachable: int = 0
    paused_for: float = 0.0


async def deliveries(session: AsyncSession, now: datetime) -> list[ChannelDelivery]:
    """One summary for each channel that pushes."""
    return [await _of_channel(session, channel, now) for channel in sorted(PUSHING)]


async def _of_channel(session: AsyncSession, channel: str, now: datetime) -> ChannelDelivery:
    states = select(OutboxRow.state, func.count()).where(OutboxRow.channel == channel).group_by(OutboxRow.state)
    obstacles = select(func.count()).where(Conversation.channel == channel, Conversation.unreachable.is_not(None))
    outcomes, errors = await _attempts(session, channel, now)
    waits = await _waits(session, channel, now)
    rate = await session.get(ChannelRate, channel)
    return ChannelDelivery(
        channel=channel,
        lines={row[0]: row[1] for row in await session.execute(states)},
        attempts=outcomes,
        errors=errors,
        wait_p50=_share(waits, 0.5),
        wait_p95=_share(waits, 0.95),
        oldest_due=await oldest_due(session, channel, now),
        unreachable=await session.scalar(obstacles) or 0,
        paused_for=max(0.0, rate.paused_until - now.timestamp()) if rate else 0.0,
    )


async def _attempts(session: AsyncSession, channel: str, now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    lately = select(DeliveryAttempt.outcome, DeliveryAttempt.error).join(OutboxRow, OutboxRow.id == DeliveryAttempt.outbox_id)
    lately = lately.where(OutboxRow.channel == channel, DeliveryAttempt.started_at > now - WINDOW)
    rows = (await session.execute(lately)).all()
    errors = Counter(row[1].partition("\n")[0] for row in rows if row[1])
    return dict(Counter(row[0] or "under way" for row in rows)), dict(errors.most_common(5))


async def _waits(session: AsyncSession, channel: str, now: datetime) -> list[float]:
    sent = select(OutboxRow.created_at, OutboxRow.sent_at).join(DeliveryAttempt, DeliveryAttempt.outbox_id == OutboxRow.id)
    # By the try, which has an index on its time.
    lately = DeliveryAttempt.started_at > now - WINDOW, DeliveryAttempt.outcome == "sent", OutboxRow.channel == channel
    return sorted((row[1] - row[0]).total_seconds() for row in await session.execute(sent.where(*lately)) if row[1])


async def oldest_due(session: AsyncSession, channel: str, now: datetime) -> float | None:
    """How long (seconds) the oldest line that could go has been waiting; None: nothing waits."""
    # The state is written out, as in the partial index. Lines of conversations that cannot be reached wait for their owner, not for us.
    pending = OutboxRow.state == literal("pending", literal_execute=True), OutboxRow.channel == channel, OutboxRow.due_at <= now
    reachable = select(OutboxRow.due_at).join(Conversation, Conversation.id == OutboxRow.conversation_id)
    due = reachable.where(*pending, Conversation.unreachable.is_(None)).order_by(OutboxRow.due_at).limit(1)
    oldest = await session.scalar(due)
    return (now - oldest).total_seconds() if oldest else None


def _share(ordered: Sequence[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else None
