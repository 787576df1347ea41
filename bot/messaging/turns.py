"""A turn answers one inbox row in one transaction: the conversation's state, what changed and the replies commit together or not at all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging import inbox, outbox, pushing
from bot.messaging.bell import INBOX, Bell, wait_for
from bot.messaging.ending import unbroken
from bot.messaging.message import Reply
from bot.metrics import STAGE_SECONDS, TURN_SECONDS, TURNS
from bot.people.profiles import Defaults, language_after, open_conversation
from bot.storage.database import Database
from bot.storage.tables import Conversation, InboxRow
from bot.turn import Turn

log = logging.getLogger(__name__)
#: How often the tables are looked at when nobody rings: another replica, or a process that died, may have left work.
LOOK_EVERY_SECONDS = 1.0
RETRY_AFTER_SECONDS = 0.2
#: A turn under way when the process is asked to end is finished, for so long.
FINISH_WITHIN_SECONDS = 15.0


class Responder(Protocol):
    """Decides what to say. The real one is Rasa in process; tests may bring their own."""

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """The replies to one turn. May change anything through the turn's session; must not commit."""
        ...

    def apology(self, language: str) -> Reply:
        """What is said when a turn failed every time."""
        ...


class Turns:
    """Takes the waiting rows of the inbox, one conversation at a time and in order."""

    def __init__(self, database: Database, responder: Responder, bell: Bell, clock: Callable[[], datetime], defaults: Defaults) -> None:
        self._database = database
        self._responder = responder
        self._bell = bell
        self._clock = clock
        self._defaults = defaults
        self._busy: set[str] = set()
        #: When the loop last showed that it is alive, by a clock that only grows; None before it runs.
        self._alive_at: float | None = None

    def is_alive(self, within: float) -> bool:
        """Whether the loop has looked for messages, or ended a turn, in the last so many seconds."""
        return self._alive_at is not None and time.monotonic() - self._alive_at <= within

    async def run(self) -> None:
        """Answer whatever comes, until cancelled; then the turns under way are finished, and what waits is left to other replicas."""
        with self._bell.listening(INBOX) as event:
            while True:
                self._alive_at = time.monotonic()
                try:
                    await self.answer_waiting()
                except Exception:
                    log.exception("looking for waiting messages failed", extra={"action": "turns_look_failed"})
                await wait_for(event, LOOK_EVERY_SECONDS)

    async def answer_waiting(self) -> int:
        """Answer everything that waits now; returns the number of turns taken."""
        taken = 0
        while conversations := await self._waiting():
            # With return_exceptions, one failure (or our own end) does not leave the other conversations' turns running unattended.
            results = await asyncio.gather(*(self._take_alone(conversation) for conversation in conversations), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result
                taken += result
            if not any(results):
                break
        return taken

    async def _waiting(self) -> list[str]:
        async with self._database.reading() as session:
            found = await inbox.waiting_conversations(session)
        return [conversation for conversation in found if conversation not in self._busy]

    async def _take_alone(self, conversation: str) -> bool:
        """One turn, unless another caller of this process is at the conversation."""
        if conversation in self._busy:
            return False
        self._busy.add(conversation)
        try:
            return await unbroken(self.take(conversation), FINISH_WITHIN_SECONDS)
        finally:
            self._busy.discard(conversation)

    async def take(self, conversation: str) -> bool:
        """Answer the oldest waiting row of `conversation`; False when there is none, or another replica holds the conversation."""
        found: tuple[int, str] | None = None  # kept apart from its row, which cannot be read any more once the transaction has failed
        started = time.perf_counter()
        try:
            async with self._database.transaction() as session:
                if not await self._database.try_lock(session, f"conversation {conversation}"):
                    return False
                row = await inbox.next_waiting(session, conversation)
                if row is None:
                    return False
                found = row.id, row.channel
                decided = await self._answer(session, row)
        except Exception:
            if found is None:
                raise
            TURNS.labels(found[1], "failed").inc()
            log.exception("a turn failed", extra={"action": "turn_failed", "inbox_id": found[0]})
            await self._count_failure(found[0])
            await asyncio.sleep(RETRY_AFTER_SECONDS)
            return True
        self._note_taken(found[1], started, decided)
        self._ring(conversation)
        return True

    def _note_taken(self, channel: str, started: float, decided: float) -> None:
        self._alive_at, ended = time.monotonic(), time.perf_counter()
        TURNS.labels(channel, "answered").inc()
        TURN_SECONDS.labels(channel).observe(ended - started)
        STAGE_SECONDS.labels("store").observe(ended - decided)

    def _ring(self, conversation: str) -> None:
        self._bell.ring(conversation)
        self._bell.ring(conversation.partition(":")[0])

    async def _answer(self, session: AsyncSession, row: InboxRow) -> float:
        """Returns when the replies were decided, by the clock that measures durations."""
        now = self._clock()
        incoming = inbox.incoming_of(row)
        conversation, is_new = await open_conversation(session, incoming.conversation, incoming.language, self._defaults, now)
        await self._learn(session, conversation, row, is_new, now)
        turn = Turn(session=session, conversation=conversation, incoming=incoming, now=now, is_new=is_new)
        replies = await self._responder.respond(turn)
        decided = time.perf_counter()
        _take_place(conversation, row, now)
        row.state, row.answered_at = "done", now
        await outbox.append(session, conversation, replies, row.id, now, is_nudge=incoming.is_of_clock)
        return decided

    async def _learn(self, session: AsyncSession, conversation: Conversation, row: InboxRow, is_new: bool, now: datetime) -> None:
        """Learn from what came what it says by itself: the owner's language, and that a pressed button had arrived."""
        if row.channel in inbox.OUR_OWN:
            return
        person = conversation.person
        person.language = language_after(person.language, person.language_chosen, is_new, row.body.get("text", ""))
        pressed = await outbox.find_button(session, conversation.id, row.body.get("button", ""))
        if pressed:
            row.body = {**row.body, "title": pressed.title}
            await pushing.prove_delivered(session, conversation.id, pressed.payload, now)

    async def _count_failure(self, inbox_id: int) -> None:
        """Count a failed try; after the last one say so to the owner and let the conversation go on."""
        async with self._database.transaction() as session:
            row = await session.get(InboxRow, inbox_id)
            if row is None or not await self._database.try_lock(session, f"conversation {row.conversation_id}"):
                return  # another replica is at it, and counts for itself
            await session.refresh(row)
            if row.state != "waiting":
                return
            row.attempts += 1
            if row.attempts < inbox.MOST_ATTEMPTS:
                return
            row.state, now = "set_aside", self._clock()
            conversation, is_new = await open_conversation(session, row.conversation_id, None, self._defaults, now)
            await self._learn(session, conversation, row, is_new, now)
            _take_place(conversation, row, now)
            await outbox.append(session, conversation, [self._responder.apology(conversation.person.language)], row.id, now)
            TURNS.labels(row.channel, "set_aside").inc()
        self._ring(row.conversation_id)


def _take_place(conversation: Conversation, row: InboxRow, now: datetime) -> None:
    """Give the owner's line its place before the answer; the owner is back. Last of all, so that no query writes the row half-way."""
    if row.channel in inbox.OUR_OWN:
        return
    conversation.active_at, conversation.unreachable = now, None
    conversation.last_seq += 1
    row.seq = conversation.last_seq
