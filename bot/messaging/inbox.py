"""The inbox: what reached the advisor, stored before it is acknowledged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.message import Incoming
from bot.storage.database import Database
from bot.storage.tables import InboxRow

#: How far back a message may be rewritten.
_LATELY = 100
#: A turn that fails this often is set aside, so that one bad message cannot hold up a conversation for ever.
MOST_ATTEMPTS = 3
#: So many conversations are taken up at a time.
AT_ONCE = 20
#: The channel of a check-in or weekly summary that came due.
CLOCK = "clock"
#: The channel of what the operator answers in a hand-off.
OPERATOR = "operator"
#: What comes through these is no line of the owner's.
OUR_OWN = frozenset({CLOCK, OPERATOR})
# Written out as in the partial index, or neither database would use it.
_LITERALLY_WAITING = InboxRow.state == literal("waiting", literal_execute=True)
_LITERALLY_BY_OWNERS = InboxRow.channel != literal(CLOCK, literal_execute=True)
# Built once: these run several times for every message, and building one costs as much as running it.
_OF_CHANNEL = select(InboxRow).where(InboxRow.channel == bindparam("channel"), InboxRow.external_id == bindparam("external_id"))
_NEXT = select(InboxRow).where(InboxRow.state == "waiting").order_by(InboxRow.id).limit(1)
_NEXT_OF_CONVERSATION = _NEXT.where(InboxRow.conversation_id == bindparam("conversation"))
_WAITING = select(InboxRow.conversation_id).where(_LITERALLY_WAITING).order_by(InboxRow.id).limit(bindparam("limit"))
_WRITTEN, _RUNG = _WAITING.where(_LITERALLY_BY_OWNERS), _WAITING.where(InboxRow.channel == CLOCK)


def kept_id(external_id: str) -> str:
    """A channel's own id for something, as long as it is kept."""
    return external_id[:200]


async def store(database: Database, session: AsyncSession, incoming: Incoming, now: datetime) -> bool:
    """Keep `incoming`; False when the same channel and external id are there already."""
    values = {
        "channel": incoming.channel,
        "external_id": kept_id(incoming.external_id),
        "conversation_id": incoming.conversation,
        "body": incoming.body(),
        "state": "waiting",
        "attempts": 0,
        "received_at": now,
    }
    return await database.insert_new(session, InboxRow, values, unique=("channel", "external_id"))


async def find(session: AsyncSession, channel: str, external_id: str) -> InboxRow | None:
    """The row of one incoming thing, answered or not."""
    return (await session.scalars(_OF_CHANNEL, {"channel": channel, "external_id": kept_id(external_id)})).first()


async def find_said(session: AsyncSession, conversation: str, client_id: str) -> InboxRow | None:
    """The newest answered row that the client calls `client_id`, among what was said lately."""
    lately = select(InboxRow).where(InboxRow.conversation_id == conversation, InboxRow.seq.is_not(None))
    rows = await session.scalars(lately.order_by(InboxRow.seq.desc()).limit(_LATELY))
    return next((row for row in rows if row.body.get("client_id") == client_id and row.state == "done"), None)


async def waiting_conversations(session: AsyncSession, limit: int = AT_ONCE) -> list[str]:
    """Conversations with something unanswered, the longest waiting first: those where an owner wrote, then some where the clock speaks.

    Few at a time: a thousand check-ins that came due together must not stand between an owner and the next answer.
    """
    wrote = list(await session.scalars(_WRITTEN, {"limit": limit}))
    rang = await session.scalars(_RUNG, {"limit": limit - len(wrote)}) if len(wrote) < limit else ()
    return list(dict.fromkeys([*wrote, *rang]))


async def next_waiting(session: AsyncSession, conversation: str) -> InboxRow | None:
    """The oldest unanswered row of a conversation."""
    return (await session.scalars(_NEXT_OF_CONVERSATION, {"conversation": conversation})).first()


def incoming_of(row: InboxRow) -> Incoming:
    """The incoming thing that a row keeps."""
    return Incoming(channel=row.channel, external_id=row.external_id, conversation=row.conversation_id, **row.body)
