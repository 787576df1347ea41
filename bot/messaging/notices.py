"""Who wants to be told of what comes by itself (a check-in, the operator's answer) while the page is closed, and up to where each was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging.inbox import OUR_OWN
from bot.messaging.message import Reply
from bot.storage.database import Database
from bot.storage.tables import Conversation, InboxRow, OutboxRow, PushSubscription

#: An open page says within this time that it has shown a line; then nobody needs to be told.
GRACE = timedelta(seconds=8)
#: Browsers that one conversation may have told; the oldest gives way.
MOST_BROWSERS = 5


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a browser can be reached by Web Push; `site` is the address of the page that asked for it."""

    endpoint: str
    p256dh: str
    auth: str
    site: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What one browser must be told."""

    browser: Browser
    reply: Reply
    seq: int


async def subscribe(session: AsyncSession, conversation: str, browser: Browser, now: datetime) -> None:
    """From now on tell this browser of the conversation's check-ins (and of no other conversation's any more)."""
    told = await session.scalar(select(Conversation.last_seq).where(Conversation.id == conversation))
    if told is None:
        return
    await session.execute(delete(PushSubscription).where(PushSubscription.endpoint == browser.endpoint))
    session.add(
        PushSubscription(
            conversation_id=conversation,
            endpoint=browser.endpoint,
            keys={"p256dh": browser.p256dh, "auth": browser.auth},
            site=browser.site,
            told_seq=told,
            created_at=now,
        )
    )
    await session.flush()
    mine = select(PushSubscription.id).where(PushSubscription.conversation_id == conversation).order_by(PushSubscription.id.desc())
    surplus = list(await session.scalars(mine.offset(MOST_BROWSERS)))
    await session.execute(delete(PushSubscription).where(PushSubscription.id.in_(surplus)))


async def unsubscribe(session: AsyncSession, endpoint: str) -> None:
    """Tell this browser nothing more."""
    await session.execute(delete(PushSubscription).where(PushSubscription.endpoint == endpoint))


async def has_untold(session: AsyncSession, conversation: str, seq: int) -> bool:
    """Whether a browser would still be told of something up to `seq`."""
    behind = PushSubscription.conversation_id == conversation, PushSubscription.told_seq < seq
    return await session.scalar(select(PushSubscription.id).where(*behind).limit(1)) is not None


async def note_read(session: AsyncSession, conversation: str, seq: int) -> None:
    """The owner has seen everything up to `seq`."""
    mine = PushSubscription.conversation_id == conversation, PushSubscription.told_seq < seq
    known = select(func.max(OutboxRow.seq)).where(OutboxRow.conversation_id == conversation, OutboxRow.seq <= seq).scalar_subquery()
    await session.execute(update(PushSubscription).where(*mine).values(told_seq=func.coalesce(known, PushSubscription.told_seq)))


async def claim(database: Database, session: AsyncSession, now: datetime, limit: int = 50) -> list[Notice]:
    """What came by itself and nobody has seen in time, for every browser that asked; marked as told, so that no other replica tells them.

    A crash right after this loses the notice, not the line: a notice is a hint, and two for one check-in would be a nuisance.
    """
    due = (
        select(PushSubscription, OutboxRow, InboxRow)
        .join(OutboxRow, (OutboxRow.conversation_id == PushSubscription.conversation_id) & (OutboxRow.seq > PushSubscription.told_seq))
        .join(InboxRow, InboxRow.id == OutboxRow.inbox_id)
        .where(OutboxRow.created_at <= now - GRACE)
        .order_by(OutboxRow.id)
        .limit(limit)
    )
    if not database.is_sqlite:
        due = due.with_for_update(of=PushSubscription, skip_locked=True)
    rows = (await session.execute(due)).all()
    found = {subscription.id: _notice(subscription, line) for subscription, line, cause in reversed(rows) if cause.channel in OUR_OWN}
    for subscription, line, _ in rows:
        subscription.told_seq = max(subscription.told_seq, line.seq)
    return list(found.values())


def _notice(subscription: PushSubscription, line: OutboxRow) -> Notice:
    keys = subscription.keys
    browser = Browser(subscription.endpoint, keys["p256dh"], keys["auth"], subscription.site)
    return Notice(browser, Reply.from_body(line.body), line.seq)
