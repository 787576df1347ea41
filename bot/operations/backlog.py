"""What waits in the tables, in a few reads that partial indexes serve: the same whatever is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.messaging.outbox import PUSHING
from bot.operations.deliveries import oldest_due
from bot.storage.tables import CheckIn, InboxRow, OutboxRow

#: Nobody counts further than this: that much is a fault, however many there are.
MOST_COUNTED = 10_000
#: The bell rings twice a second; a check-in that is due for longer than this has been passed over.
LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait (up to MOST_COUNTED), and for how long the oldest has, in seconds."""

    count: int = 0
    oldest: float = 0.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """Everything that waits. `outbox` counts all unsent lines of a channel; its age is that of the oldest one that could leave."""

    inbox: Waiting = Waiting()
    set_aside: int = 0
    late_checkins: Waiting = Waiting()
    outbox: Mapping[str, Waiting] = field(default_factory=dict)


async def read_backlog(session: AsyncSession, now: datetime) -> Backlog:
    """What waits now."""
    to_ring: BindParameter[Any] = bindparam("to_ring", ["pending", "asked"], expanding=True, literal_execute=True)
    late = CheckIn.state.in_(to_ring), CheckIn.due_at < now - LATE_AFTER
    return Backlog(
        inbox=await _waiting(session, InboxRow.received_at, now, _is(InboxRow.state, "waiting")),
        set_aside=(await _waiting(session, InboxRow.received_at, now, _is(InboxRow.state, "set_aside"))).count,
        late_checkins=await _waiting(session, CheckIn.due_at, now, *late),
        outbox={channel: await _unsent(session, channel, now) for channel in sorted(PUSHING)},
    )


def _is(state: InstrumentedAttribute[str], value: str) -> ColumnElement[bool]:
    """Written out, as in the partial indexes."""
    return state == literal(value, literal_execute=True)


async def _waiting(
    session: AsyncSession, since: InstrumentedAttribute[datetime], now: datetime, *conditions: ColumnElement[bool]
) -> Waiting:
    some = select(since.label("since")).where(*conditions).limit(MOST_COUNTED).subquery()
    count, oldest = (await session.execute(select(func.count(), func.min(some.c.since)).select_from(some))).one()
    return Waiting(count, _age(oldest, now))


async def _unsent(session: AsyncSession, channel: str, now: datetime) -> Waiting:
    pending = _is(OutboxRow.state, "pending"), OutboxRow.channel == channel
    some = select(OutboxRow.id).where(*pending).limit(MOST_COUNTED).subquery()
    count = await session.scalar(select(func.count()).select_from(some)) or 0
    return Waiting(count, (await oldest_due(session, channel, now) or 0.0) if count else 0.0)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
