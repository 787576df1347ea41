"""The outbox: what the advisor said, in order. A client that *pulls* (web widget, REST, terminal) reads it here by sequence number;
a channel that *pushes* (Telegram) takes its lines by the scheme of pushing.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.inbox import OUR_OWN
from bot.messaging.message import Button, Line, Reply, words_of
from bot.storage.tables import Conversation, InboxRow, OutboxRow, table_of

#: Channels that send by themselves; the others wait for their client to ask.
PUSHING = frozenset({"telegram", "callback"})
#: Why a check-in's line waits though nothing failed.
CLOSED = "waits for the owner's hours"
# Built once, since they run for every message. Those that need no objects are about the tables: SQLAlchemy makes half the work of them.
_INBOX, _OUTBOX = table_of(InboxRow), table_of(OutboxRow)
_LINES = insert(_OUTBOX)
_THIS_ONE = _INBOX.c.channel == bindparam("channel"), _INBOX.c.external_id == bindparam("external_id")
_KEPT = (_OUTBOX.c.inbox_id == _INBOX.c.id) & _OUTBOX.c.emptied_at.is_(None)
_REPLIES = select(_OUTBOX.c.body).select_from(_INBOX.outerjoin(_OUTBOX, _KEPT)).order_by(_OUTBOX.c.seq)
_REPLIES = _REPLIES.where(*_THIS_ONE, _INBOX.c.state != "waiting")
_AFTER, _LAST, _LIMIT = (bindparam(name, type_=Integer) for name in ("after", "last", "limit"))
_SAID = select(OutboxRow).where(OutboxRow.conversation_id == bindparam("conversation"), OutboxRow.emptied_at.is_(None))
_SAID = _SAID.where(OutboxRow.seq > _AFTER, OutboxRow.seq <= _LAST).order_by(OutboxRow.seq).limit(_LIMIT)
_HEARD = select(InboxRow).where(InboxRow.conversation_id == bindparam("conversation"), InboxRow.emptied_at.is_(None))
_HEARD = _HEARD.where(InboxRow.seq > _AFTER, InboxRow.seq <= _LAST).order_by(InboxRow.seq).limit(_LIMIT)
_LAST_SEQ = select(Conversation.last_seq).where(Conversation.id == bindparam("conversation"))
_NEWEST = select(_OUTBOX.c.body).where(_OUTBOX.c.conversation_id == bindparam("conversation")).order_by(_OUTBOX.c.seq.desc()).limit(_LIMIT)


async def append(
    session: AsyncSession, conversation: Conversation, replies: Sequence[Reply], inbox_id: int | None, now: datetime, is_nudge: bool = False
) -> None:
    """Write the advisor's lines behind everything said so far in `conversation`; `is_nudge` when the owner has not asked for them."""
    if replies and not is_nudge and conversation.channel in PUSHING:
        # A check-in that still waits here now stands in the way of an answer, so it may not wait any longer: the owner is there.
        asked_for = {"is_nudge": False, "due_at": case((OutboxRow.error == CLOSED, now), else_=OutboxRow.due_at)}
        await session.execute(update(OutboxRow).where(*_waiting_nudges(conversation)).values(asked_for))
    first = conversation.last_seq + 1
    conversation.last_seq += len(replies)
    lines = [
        {
            "conversation_id": conversation.id,
            "channel": conversation.channel,
            "seq": seq,
            "inbox_id": inbox_id,
            "body": _addressed(reply, seq).body(),
            "state": "pending" if conversation.channel in PUSHING else "pulled",
            "is_nudge": is_nudge,
            "due_at": now,
            "created_at": now,
        }
        for seq, reply in enumerate(replies, first)
    ]
    if lines:
        await session.flush()  # the conversation may be new
        await session.execute(_LINES, lines)


def _waiting_nudges(conversation: Conversation) -> tuple[Any, ...]:
    return OutboxRow.conversation_id == conversation.id, OutboxRow.state == "pending", OutboxRow.is_nudge


def _addressed(reply: Reply, seq: int) -> Reply:
    """Give every button its payload: short enough for every channel, unique in its conversation, and found again without a table."""
    buttons = tuple(replace(button, payload=f"b{seq}.{index}") for index, button in enumerate(reply.buttons))
    return replace(reply, buttons=buttons)


async def replies_to(session: AsyncSession, channel: str, external_id: str) -> list[Reply] | None:
    """What was said to one incoming thing; None while it has not been answered."""
    found = list(await session.scalars(_REPLIES, {"channel": channel, "external_id": external_id}))
    return [Reply.from_body(body) for body in found if body is not None] if found else None


async def lines(session: AsyncSession, conversation: str, after: int, limit: int) -> list[Line]:
    """Both sides of a conversation with a sequence number above `after`, oldest first; lines whose time is over are left out."""
    last = await _last_seq(session, conversation)
    if last <= after:
        return []
    # A turn may commit between the two queries; without `last` the second would see its lines and the first would not, leaving a gap.
    between = {"conversation": conversation, "after": after, "last": last, "limit": limit}
    found = [_advisors_line(row) for row in await session.scalars(_SAID, between)]
    found += [line for row in await session.scalars(_HEARD, between) if (line := _owners_line(row))]
    return sorted(found, key=lambda line: line.seq)[:limit]


async def latest_lines(session: AsyncSession, conversation: str, limit: int) -> list[Line]:
    """The newest `limit` lines of a conversation, oldest first: what somebody who comes back should see."""
    last = await _last_seq(session, conversation)
    return await lines(session, conversation, max(0, last - limit), limit)


async def _last_seq(session: AsyncSession, conversation: str) -> int:
    return await session.scalar(_LAST_SEQ, {"conversation": conversation}) or 0


def _advisors_line(row: OutboxRow) -> Line:
    return Line(seq=row.seq, author="advisor", reply=Reply.from_body(row.body), at=row.created_at)


def _owners_line(row: InboxRow) -> Line | None:
    body = row.body
    if row.seq is None or row.channel in OUR_OWN:
        return None
    return Line(row.seq, "owner", Reply(text=words_of(body)), row.received_at, client_id=body.get("client_id"), button=body.get("button"))


async def newest_buttons(session: AsyncSession, conversation: str, limit: int) -> list[Button]:
    """The buttons of the advisor's last `limit` lines in a conversation, those of the newest line first."""
    bodies = await session.scalars(_NEWEST, {"conversation": conversation, "limit": limit})
    return [Button(**button) for body in bodies for button in body.get("buttons", ())]


async def find_button(session: AsyncSession, conversation: str, payload: str) -> Button | None:
    """The button behind a payload `b<seq>.<index>` of this very conversation."""
    number, _, index = payload.removeprefix("b").partition(".")
    if not (payload.startswith("b") and payload.isascii() and number.isdigit() and index.isdigit() and len(payload) < 12):
        return None
    rows = select(OutboxRow).where(OutboxRow.conversation_id == conversation, OutboxRow.seq == int(number))
    row = (await session.scalars(rows)).first()
    buttons = row.body.get("buttons", []) if row else []
    return Button(**buttons[int(index)]) if int(index) < len(buttons) else None


async def has_unsent(session: AsyncSession, inbox_id: int) -> bool:
    """Whether a reply to one incoming thing still has to be pushed."""
    unsent = select(OutboxRow.id).where(OutboxRow.inbox_id == inbox_id, OutboxRow.state.in_(("pending", "claimed", "sending")))
    return (await session.scalar(unsent.limit(1))) is not None
