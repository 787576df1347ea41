"""How fast a pushing channel sends: slots in a row of the database, shared by all replicas: four of them are not four times as fast.

Two lanes. Everything may use the wide one; the narrow one is reserved for answers to owners, who therefore never wait behind the thousand
check-ins of a Monday morning. Check-ins take slots only a moment ahead, so that answers overtake them in the wide lane, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.database import Database
from bot.storage.tables import ChannelRate, ChatRate

#: Check-ins take slots at most this far ahead (seconds), a handful at a time.
HORIZON_SECONDS = 0.4
#: Two conversations pushed back within this time mean that the whole channel is too fast, not one conversation.
_TOGETHER_SECONDS = 5.0
#: The whole channel is never held longer than this; each line also has its own time to wait, which is obeyed in full.
_LONGEST_HOLD_SECONDS = 60.0
#: Nobody takes slots this far ahead; such a row was written by a clock that has since been set back.
_IMPOSSIBLE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages per second: over all conversations, those only for answers, and in one conversation or one group after a burst."""

    per_second: float = 25.0
    reserved_per_second: float = 5.0
    chat_per_second: float = 1.0
    #: Telegram takes 20 a minute in one group.
    group_per_second: float = 1 / 3
    chat_burst: int = 4


@dataclass(frozen=True, slots=True)
class Slots:
    """Seconds to wait, one for each line that may go; fewer than asked for when there is no room."""

    answers: Sequence[float] = ()
    nudges: Sequence[float] = ()


async def take(
    database: Database, session: AsyncSession, channel: str, rate: Rate, answers: int, nudges: int, now: datetime
) -> Slots:
    """Take slots for so many answers and, as far as there is room, nudges; none at all while the channel is held."""
    row, at = await _locked(database, session, channel), await _clock(database, session, now)
    row.next_slot, row.paused_until = _sane(row.next_slot, at), _sane(row.paused_until, at)
    if row.paused_until > at:
        return Slots()
    taken = [_earliest(row, at, rate) - at for _ in range(answers)]
    room: list[float] = []
    if row.next_slot <= at + HORIZON_SECONDS / 2:
        while len(room) < nudges and row.next_slot <= at + HORIZON_SECONDS:
            room.append(_wide(row, at, rate) - at)
    return Slots(taken, room)


async def room_for_nudges(database: Database, session: AsyncSession, channel: str, rate: Rate, now: datetime) -> int:
    """How many check-ins could take a slot now; asked before any is looked for, since mostly there is no room."""
    row, at = await session.get(ChannelRate, channel), await _clock(database, session, now)
    ahead = max(0.0, row.next_slot - at) if row else 0.0
    if row is not None and (_sane(row.paused_until, at) > at or HORIZON_SECONDS / 2 < ahead < _IMPOSSIBLE_SECONDS):
        return 0
    return int((HORIZON_SECONDS - min(ahead, HORIZON_SECONDS)) * rate.per_second) + 1


async def take_in_chat(session: AsyncSession, conversation: str, rate: Rate, now: datetime) -> float:
    """Take the conversation's next slot, of which a few may be used ahead of time (GCRA); returns the seconds to wait for it."""
    row = await session.get(ChatRate, conversation)
    if row is None:
        row = ChatRate(conversation_id=conversation, next_slot=0.0)
        session.add(row)
    at, interval = now.timestamp(), 1 / (rate.group_per_second if _is_group(conversation) else rate.chat_per_second)
    wait = max(0.0, _sane(row.next_slot, at) - (rate.chat_burst - 1) * interval - at)
    row.next_slot = max(_sane(row.next_slot, at), at) + interval
    return wait


def _is_group(conversation: str) -> bool:
    """Telegram gives its groups numbers below zero."""
    return conversation.startswith("telegram:-")


async def push_back(database: Database, session: AsyncSession, channel: str, conversation: str, seconds: float, now: datetime) -> None:
    """The channel asked for a pause in `conversation`. When it asks in two at the same time, everything is held for a while."""
    row, at = await _locked(database, session, channel), await _clock(database, session, now)
    if row.pushed_back_in not in ("", conversation) and at - row.pushed_back_at < _TOGETHER_SECONDS:
        row.paused_until = max(row.paused_until, at + min(seconds, _LONGEST_HOLD_SECONDS))
    row.pushed_back_in, row.pushed_back_at = conversation, at


def _earliest(row: ChannelRate, at: float, rate: Rate) -> float:
    """The next slot of the lane that is free first."""
    row.next_reserved_slot = _sane(row.next_reserved_slot, at)
    if max(row.next_reserved_slot, at) >= max(row.next_slot, at):
        return _wide(row, at, rate)
    slot = max(row.next_reserved_slot, at)
    row.next_reserved_slot = slot + 1 / rate.reserved_per_second
    return slot


def _wide(row: ChannelRate, at: float, rate: Rate) -> float:
    slot = max(row.next_slot, at)
    row.next_slot = slot + 1 / rate.per_second
    return slot


def _sane(slot: float, at: float) -> float:
    return slot if slot < at + _IMPOSSIBLE_SECONDS else at


async def _locked(database: Database, session: AsyncSession, channel: str) -> ChannelRate:
    row = await session.get(ChannelRate, channel, with_for_update=True)
    if row is None:
        first = {"channel": channel, "next_slot": 0.0, "next_reserved_slot": 0.0, "paused_until": 0.0, "pushed_back_at": 0.0}
        await database.insert_new(session, ChannelRate, {**first, "pushed_back_in": ""}, unique=("channel",))
        row = await session.get_one(ChannelRate, channel, with_for_update=True)
    return row


async def _clock(database: Database, session: AsyncSession, now: datetime) -> float:
    """Seconds since 1970 by the one clock that all replicas share; a SQLite file has one process, and that one's clock."""
    if database.is_sqlite:
        return now.timestamp()
    return float(await session.scalar(text("SELECT extract(epoch FROM clock_timestamp())")))
