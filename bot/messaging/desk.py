"""The one door between channels and the advisor: hand in what came, read what was said, take what must be pushed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messaging import codes, inbox, notices, outbox, pushing, rates
from bot.messaging.bell import INBOX, Bell, wait_for
from bot.messaging.files import Content, FileGone, Files
from bot.messaging.intake import Intake
from bot.messaging.message import Delivery, Incoming, Line, Reply
from bot.messaging.notices import Browser, Notice
from bot.messaging.pushing import LeavesAt, Mine, at_once
from bot.messaging.rates import Rate
from bot.metrics import DELIVERIES
from bot.people.linking import join_channels
from bot.people.signing_out import has_ended, sign_out
from bot.storage.database import Database
from bot.storage.tables import ChannelAddress

#: How long :meth:`Desk.answer` waits between two looks when nobody rings.
LOOK_EVERY_SECONDS = 5.0


class Unavailable(Exception):
    """The advisor cannot take messages right now; nothing was stored, so the sender should try again."""


class Desk:
    """Everything a channel may do."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        clock: Callable[[], datetime],
        files: Files | None = None,
        leaves_at: LeavesAt = at_once,
    ) -> None:
        self._database = database
        self._intake = Intake(database)
        self._bell = bell
        self._clock = clock
        self._files = files
        self._leaves_at = leaves_at

    async def receive(self, incoming: Incoming) -> bool:
        """Store what came; when this returns, it is safe on disk. False: it had come before. Raises Unavailable."""
        try:
            is_new = await self._intake.store(incoming, self._clock())
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable from error
        self._bell.ring(INBOX)
        return is_new

    async def answer(self, incoming: Incoming, timeout: float = 30.0) -> list[Reply]:
        """Store what came and wait (seconds) for the replies to it; an empty list when they did not come in time. Raises Unavailable."""
        with self._bell.listening(incoming.conversation) as event:
            is_new = await self.receive(incoming)
            try:
                async with asyncio.timeout(timeout):
                    if is_new:  # else it may have been answered long ago, and nobody rings
                        await wait_for(event, LOOK_EVERY_SECONDS)
                    while (replies := await self._replies(incoming)) is None:
                        await wait_for(event, LOOK_EVERY_SECONDS)
                return replies
            except TimeoutError:
                return []

    async def _replies(self, incoming: Incoming) -> list[Reply] | None:
        """None: not yet, or the database is away for a moment, which changes nothing about what is stored."""
        with suppress(Unavailable):
            async with self._looking() as session:
                return await outbox.replies_to(session, incoming.channel, inbox.kept_id(incoming.external_id))
        return None

    async def lines(self, conversation: str, after: int = 0, limit: int = 500) -> list[Line]:
        """Both sides of a conversation after a sequence number, oldest first. Raises Unavailable."""
        async with self._looking() as session:
            return await outbox.lines(session, conversation, after, limit)

    async def latest_lines(self, conversation: str, limit: int = 100) -> list[Line]:
        """The newest lines of a conversation, oldest first. Raises Unavailable."""
        async with self._looking() as session:
            return await outbox.latest_lines(session, conversation, limit)

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._database.reading() as session:
                yield session
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable from error

    async def is_button(self, conversation: str, payload: str) -> bool:
        """Whether `payload` was handed out in this conversation, so that sending it back presses the button. Raises Unavailable."""
        async with self._looking() as session:
            return await outbox.find_button(session, conversation, payload) is not None

    async def file(self, url: str) -> Content:
        """The picture or document behind an address that a reply named. Raises FileGone, or Unavailable."""
        if self._files is None:
            raise FileGone(url)
        try:
            return await self._files.read(url)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable from error

    def listening(self, topic: str) -> AbstractContextManager[asyncio.Event]:
        """An event that is set when something was said: `topic` is a conversation, or a channel's name for all of its conversations."""
        return self._bell.listening(topic)

    # --- for channels that push; see pushing.py for the scheme. Each raises Unavailable while the database is away ---

    async def claim(
        self, channel: str, worker: str, limit: int = 20, nudges: int | None = None, rate: Rate | None = None
    ) -> list[Delivery]:
        """Take lines that are due, in order within each conversation, answers before check-ins, of which at most `nudges`."""
        async with self._transaction() as session:
            return await pushing.claim(self._database, session, channel, worker, self._clock(), limit, nudges, rate, self._leaves_at)

    async def slot(self, delivery: Delivery, channel: str, rate: Rate) -> float:
        """One more message for a claimed line (a long text goes in parts); returns the seconds to wait before it may leave."""
        async with self._transaction() as session:
            now = self._clock()
            slots = await rates.take(self._database, session, channel, rate, 1, 0, now)
            return max(*slots.answers, 0.0, await rates.take_in_chat(session, delivery.conversation, rate, now))

    async def intend(self, delivery: Delivery, worker: str) -> bool:
        """Last step before sending; False: do not send."""
        async with self._transaction() as session:
            return await pushing.intend(session, Mine(delivery, worker), self._clock(), self._leaves_at)

    async def sent(self, delivery: Delivery, worker: str, provider_id: str) -> bool:
        """It arrived, and the channel calls it `provider_id`."""
        async with self._ending(delivery, "sent") as session:
            return await pushing.mark_sent(session, Mine(delivery, worker), provider_id, self._clock())

    async def not_sent(self, delivery: Delivery, worker: str, error: str, retry_after: float | None = None) -> bool:
        """It certainly did not arrive; try again later (after `retry_after` seconds when the channel asks for that)."""
        async with self._ending(delivery, "not_sent" if retry_after is None else "throttled") as session:
            return await pushing.mark_failed(self._database, session, Mine(delivery, worker), error, self._clock(), retry_after)

    async def undeliverable(self, delivery: Delivery, worker: str, error: str, unreachable: bool) -> bool:
        """It will not arrive; `unreachable` when that is so for the whole conversation, whose lines then wait for the owner's return."""
        mark = pushing.mark_unreachable if unreachable else pushing.mark_refused
        async with self._ending(delivery, "unreachable" if unreachable else "refused") as session:
            return await mark(self._database, session, Mine(delivery, worker), error, self._clock())

    async def maybe_sent(self, delivery: Delivery, worker: str, error: str, is_likely_lost: bool = False) -> bool:
        """Nobody knows whether it arrived; `is_likely_lost` when the other side said that it failed."""
        async with self._ending(delivery, "ambiguous") as session:
            return await pushing.mark_ambiguous(self._database, session, Mine(delivery, worker), error, self._clock(), is_likely_lost)

    async def reap(self) -> int:
        """Free what workers that died had claimed."""
        async with self._transaction() as session:
            return await pushing.reap(self._database, session, self._clock())

    async def set_reachable(self, conversation: str, obstacle: str | None) -> None:
        """Whether the conversation can be reached, as the channel was told: `obstacle` is why not; None lets what waited go out."""
        async with self._transaction() as session:
            await pushing.set_unreachable(session, conversation, obstacle)
        self._bell.ring(conversation.partition(":")[0])

    async def moved(self, old: str, new: str) -> None:
        """A conversation has another address from now on."""
        async with self._transaction() as session:
            await pushing.move(session, old, new, self._clock())
        self._bell.ring(new.partition(":")[0])

    async def announce(self, channel: str, url: str | None) -> None:
        """Where owners find the channel, so that the advisor can tell them; None: nowhere. Several replicas may say so at once."""
        this = ChannelAddress.channel == channel
        async with self._transaction() as session:
            if url is None:
                await session.execute(delete(ChannelAddress).where(this))
            elif not await self._database.insert_new(session, ChannelAddress, {"channel": channel, "url": url}, unique=("channel",)):
                await session.execute(update(ChannelAddress).where(this).values(url=url))

    async def is_writing(self, incoming: Incoming) -> bool:
        """Whether the answer to something that came is still being made, or is on its way."""
        async with self._looking() as session:
            row = await inbox.find(session, incoming.channel, incoming.external_id)
            return row is not None and (row.state == "waiting" or await outbox.has_unsent(session, row.id))

    # --- for the web page; each raises Unavailable while the database is away ---

    async def read_up_to(self, conversation: str, seq: int) -> None:
        """The owner has seen everything up to `seq`: no browser has to be told of it. Writes nothing where none asked to be told."""
        async with self._looking() as session:
            if not await notices.has_untold(session, conversation, seq):
                return
        async with self._transaction() as session:
            await notices.note_read(session, conversation, seq)

    async def subscribe(self, conversation: str, browser: Browser) -> None:
        """Tell this browser of the conversation's check-ins while no page is open."""
        async with self._transaction() as session:
            await notices.subscribe(session, conversation, browser, self._clock())

    async def unsubscribe(self, endpoint: str) -> None:
        """Tell this browser nothing more."""
        async with self._transaction() as session:
            await notices.unsubscribe(session, endpoint)

    async def claim_notices(self) -> list[Notice]:
        """The check-ins that nobody has seen in time, marked as told."""
        async with self._transaction() as session:
            return await notices.claim(self._database, session, self._clock())

    async def use_code(self, code: str) -> bool:
        """Use up a one-time code; False when it was used before."""
        async with self._transaction() as session:
            return await codes.use(self._database, session, code, self._clock())

    async def sign_out(self, conversation: str) -> None:
        """End the web sessions of the conversation's owner, on every device."""
        async with self._transaction() as session:
            await sign_out(session, conversation, self._clock())
        self._bell.ring(conversation)

    async def has_ended(self, conversation: str, made_at: datetime) -> bool:
        """Whether a web session that was begun, or renewed, then has been ended since."""
        async with self._looking() as session:
            return await has_ended(session, conversation, made_at)

    async def join_channels(self, conversation: str, known: str) -> bool:
        """The owner of `conversation` has shown to be the one of `known`: from now on they are one person.

        False: somebody else of that channel stands behind `conversation`, so it must not be opened.
        """
        async with self._transaction() as session:
            return await join_channels(self._database, session, conversation, known, self._clock())

    @asynccontextmanager
    async def _ending(self, delivery: Delivery, outcome: str) -> AsyncIterator[AsyncSession]:
        """A transaction that records how a try to send has ended; counted once it has committed.

        It goes before all others: a crash before it is written has the line sent once more.
        """
        async with self._transaction(urgent=True) as session:
            yield session
        DELIVERIES.labels(delivery.conversation.partition(":")[0], outcome).inc()

    @asynccontextmanager
    async def _transaction(self, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """A transaction whose failures channels can tell without knowing the database."""
        try:
            async with self._database.transaction(urgent) as session:
                yield session
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable from error
