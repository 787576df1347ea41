"""What came of a run, by the database, by what owners were shown, and by what the fake Telegram took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, DeliveryAttempt, InboxRow, OutboxRow
from tests.fake_telegram import FakeTelegram
from tests.replicas.owners import Owner, TelegramOwner


@dataclass(frozen=True)
class Tally:
    """Messages of one kind."""

    said: int
    answered: int
    lost: int
    doubled: int
    #: Doubled though nothing had been unclear about it.
    unexplained: int = 0

    @property
    def is_clean(self) -> bool:
        """Nothing lost, and nothing doubled without a reason on record."""
        return not (self.lost or self.unexplained)


async def is_settled(database: Database) -> bool:
    """Whether nothing waits any more: no message, no line to be pushed, no check-in that is due."""
    async with database.reading() as session:
        waiting = await session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == "waiting"))
        is_unsent = OutboxRow.state.in_(("pending", "claimed", "sending"))
        unsent = await session.scalar(select(func.count()).select_from(OutboxRow).where(is_unsent))
        is_due = CheckIn.state == "pending", CheckIn.due_at <= func.now()
        due = await session.scalar(select(func.count()).select_from(CheckIn).where(*is_due))
    return not (waiting or unsent or due)


async def of_web(database: Database, owners: Sequence[Owner]) -> Tally:
    """Messages of the widget: each stored once, answered by one turn, and shown once with its answer."""
    said = answered = lost = doubled = 0
    for owner in owners:
        rows, lines = await _conversation(database, f"web:{owner.name}")
        answers = Counter(line.inbox_id for line in lines)
        by_client = {row.body.get("client_id"): row for row in rows}
        doubled += len(owner.doubled) + await _gaps(database, f"web:{owner.name}", rows, lines)
        for cid in owner.said:
            said += 1
            row = by_client.get(cid)
            is_answered = row is not None and row.state == "done" and answers[row.id] > 0 and row.seq in owner.shown
            answered, lost = answered + is_answered, lost + (not is_answered)
        lost += sum(line.seq not in owner.shown for line in lines)
    return Tally(said, answered, lost, doubled, doubled)


async def of_checkins(database: Database, owners: Sequence[Owner]) -> Tally:
    """Check-ins, all of which came due: each rung once, asked by one turn, and shown to its owner."""
    by_conversation = {f"web:{owner.name}": owner for owner in owners}
    async with database.reading() as session:
        theirs = CheckIn.person_id.in_([int(owner.name) for owner in owners])
        due = list(await session.scalars(select(CheckIn).where(theirs)))
        of_clock = InboxRow.channel == "clock", InboxRow.conversation_id.in_(by_conversation)
        rung = list(await session.scalars(select(InboxRow).where(*of_clock)))
        lines = list(await session.scalars(select(OutboxRow).where(OutboxRow.inbox_id.in_([row.id for row in rung]))))
    said = defaultdict(list)
    for line in lines:
        said[line.inbox_id].append(line)
    answered = lost = doubled = 0
    for checkin in due:
        rings = [row for row in rung if row.body.get("checkin") == checkin.id]
        shown = [line for row in rings for line in said[row.id] if line.seq in by_conversation[line.conversation_id].shown]
        answered, lost, doubled = answered + bool(shown), lost + (not shown), doubled + max(0, len(rings) - 1)
    return Tally(len(due), answered, lost, doubled, doubled)


async def of_telegram(database: Database, fake: FakeTelegram, owners: Sequence[TelegramOwner]) -> Tally:
    """Messages in Telegram: each taken once, and every line of its answer arrived; once, unless its outcome was unclear."""
    said = answered = lost = doubled = unexplained = 0
    for owner in owners:
        rows, lines = await _conversation(database, f"telegram:{owner.chat}")
        answers = Counter(line.inbox_id for line in lines)
        said += owner.written
        done = sum(row.state == "done" and answers[row.id] > 0 for row in rows)
        extra = len(fake.messages(owner.chat)) - len(lines)
        unclear = sum(line.ambiguous for line in lines)
        answered += min(done, owner.written)
        lost += max(0, owner.written - done) + max(0, -extra)
        if extra < 0:
            arrived = fake.texts(owner.chat)
            missing = [line for line in lines if line.body.get("text", "") not in arrived] or lines
            records = [await _record(database, line) for line in missing]
            print(f"chat {owner.chat} lacks {-extra} of {len(lines)}:", *records, sep="\n  ")  # noqa: T201 - shown when a test fails
        doubled += max(0, extra)
        unexplained += max(0, extra - unclear) + await _gaps(database, f"telegram:{owner.chat}", rows, lines)
    return Tally(said, answered, lost, doubled, unexplained)


async def _record(database: Database, line: OutboxRow) -> str:
    """What is on record about a line, without its words."""
    async with database.reading() as session:
        of_line = select(DeliveryAttempt).where(DeliveryAttempt.outbox_id == line.id)
        tries = await session.scalars(of_line.order_by(DeliveryAttempt.attempt))
        told = [f"{each.attempt} {each.outcome} {each.error or ''}".strip() for each in tries]
    size = len(line.body.get("text", ""))
    counts = f"unclear {line.ambiguous}, failures {line.failures}, {line.error}"
    return f"line {line.seq} ({size} characters) {line.state}, {counts}; tries: {told}"


async def _conversation(database: Database, conversation: str) -> tuple[list[InboxRow], list[OutboxRow]]:
    async with database.reading() as session:
        rows = list(await session.scalars(select(InboxRow).where(InboxRow.conversation_id == conversation)))
        lines = list(await session.scalars(select(OutboxRow).where(OutboxRow.conversation_id == conversation)))
    return rows, lines


async def _gaps(database: Database, conversation: str, rows: Sequence[InboxRow], lines: Sequence[OutboxRow]) -> int:
    """Numbers of the conversation that nobody or two have: a turn that was taken twice leaves such traces."""
    async with database.reading() as session:
        last = await session.scalar(select(Conversation.last_seq).where(Conversation.id == conversation))
    taken = Counter([row.seq for row in rows if row.seq is not None] + [line.seq for line in lines])
    return sum(taken[seq] != 1 for seq in range(1, (last or 0) + 1))
