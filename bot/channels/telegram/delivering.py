"""Sending what the advisor said: claim, intend, send, mark. The scheme and its reasons are in bot/messaging/outbox.py.

The table is the only layer that retries. Chats are served side by side; a chat's next line is claimed only when the one before is done.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from telegram import InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.channels.telegram.api import Bot
from bot.channels.telegram.commands import Wordings
from bot.channels.telegram.formatting import Piece, keyboard, pieces_of
from bot.channels.telegram.sending import send_piece
from bot.channels.telegram.timing import Backoff, Timing
from bot.channels.telegram.translating import CHANNEL, chat_of, conversation_of
from bot.channels.telegram.verdicts import Result, Verdict, judge, judge_later_part
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import finish, unbroken
from bot.messaging.files import Content, FileGone
from bot.messaging.message import Delivery, Reply

log = logging.getLogger(__name__)

_CHATS_AT_A_TIME = 40
#: Of these; the rest is kept free for answers.
_NUDGES_AT_A_TIME = 15
#: Intent leaves 25 s of the lease and the reaper grants 30 s more; a line of many parts must be done before somebody else sends it.
_LONGEST_SEND_SECONDS = 50.0
#: After this the reaper has judged the row anyway.
_MARK_WITHIN_SECONDS = 120.0
_LEVELS = {
    Result.SENT: logging.DEBUG,
    Result.NOT_SENT: logging.INFO,
    Result.MAYBE_SENT: logging.WARNING,
    Result.UNDELIVERABLE: logging.ERROR,
}


class Deliverer:
    """Takes this channel's lines out of the outbox and sends them."""

    def __init__(self, bot: Bot, desk: Desk, worker: str, timing: Timing, wordings: Wordings) -> None:
        self._bot = bot
        self._desk = desk
        self._worker = worker
        self._timing = timing
        self._wordings = wordings
        self._sending: set[asyncio.Task[None]] = set()
        self._nudging = 0
        self._reap_at = 0.0

    async def run(self) -> None:
        """Deliver until cancelled; what is being sent then is finished first."""
        with self._desk.listening(CHANNEL) as bell:
            try:
                while True:
                    await unbroken(self._look(bell), self._timing.finish_within)
                    await wait_for(bell, self._timing.look_every)
            finally:
                await finish(self._sending, self._timing.finish_within)

    async def _look(self, bell: asyncio.Event) -> None:
        try:
            await self._reap()
            await self._claim(bell)
        except Unavailable:
            log.warning("the outbox cannot be read", extra={"action": "telegram_claim_failed"})
        except Exception:  # the process loop
            log.exception("looking for lines to send failed", extra={"action": "telegram_look_failed"})

    async def _reap(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._reap_at:
            self._reap_at = now + self._timing.reap_every
            await self._desk.reap()

    async def _claim(self, bell: asyncio.Event) -> None:
        """Claim no more than can be sent at once: a claimed line must not sit out its lease in a queue."""
        while (free := _CHATS_AT_A_TIME - len(self._sending)) > 0:
            nudges = max(0, _NUDGES_AT_A_TIME - self._nudging)
            deliveries = await self._desk.claim(CHANNEL, self._worker, free, nudges, self._timing.rate)
            for delivery in deliveries:
                self._start(delivery, bell)
            if len(deliveries) < free:
                return

    def _start(self, delivery: Delivery, bell: asyncio.Event) -> None:
        def done(task: asyncio.Task[None]) -> None:
            self._sending.discard(task)
            self._nudging -= delivery.is_nudge
            bell.set()  # the same chat's next line can go now

        self._nudging += delivery.is_nudge
        task = asyncio.create_task(self._deliver(delivery))
        self._sending.add(task)
        task.add_done_callback(done)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await asyncio.sleep(delivery.wait)
            pieces = await self._pieces(delivery)  # before the intent: what is made now must not lie between it and the mark
            if await self._intend(delivery):
                verdict = await self._send(delivery, pieces)
                self._note(delivery, verdict)
                await self._mark(delivery, verdict)
        except Exception:  # the process loop; the reaper frees the row
            log.exception("delivering a line failed", extra={"action": "telegram_delivery_failed", "outbox_id": delivery.id})

    async def _pieces(self, delivery: Delivery) -> list[Piece]:
        """The messages to send; none for a line that cannot be shown, now or ever."""
        reply = self._worded(delivery)
        image = await self._content(reply.image.url, delivery) if reply.image else None
        file = await self._content(reply.file.url, delivery) if reply.file else None
        try:
            return pieces_of(reply, image, file)
        except Exception:
            log.exception("a line could not be formatted", extra={"action": "telegram_format_failed", "outbox_id": delivery.id})
            return []

    def _worded(self, delivery: Delivery) -> Reply:
        """A check-in that may be there already says so, lest it look like a second one."""
        wording = self._wordings.get(delivery.reply.language)
        if wording is None or not (delivery.is_nudge and delivery.repeated):
            return delivery.reply
        return replace(delivery.reply, text=f"{wording.again}\n{delivery.reply.text}")

    async def _content(self, url: str, delivery: Delivery) -> Content | None:
        """The bytes behind an address of ours; None when there are none, and words must do."""
        try:
            return await self._desk.file(url)
        except FileGone:
            log.warning("a file is gone; its words are sent", extra={"action": "telegram_file_gone", "outbox_id": delivery.id})
        except Exception:  # drawing may fail in any way, and the text must arrive all the same
            log.exception("a file could not be made", extra={"action": "telegram_file_failed", "outbox_id": delivery.id})
        return None

    async def _intend(self, delivery: Delivery) -> bool:
        """Ask until the database answers; it says no by itself once too little of the lease is left."""
        backoff = Backoff(self._timing)
        while True:
            try:
                return await self._desk.intend(delivery, self._worker)
            except Unavailable:
                await asyncio.sleep(backoff.next())

    async def _send(self, delivery: Delivery, pieces: list[Piece]) -> Verdict:
        try:
            async with asyncio.timeout(_LONGEST_SEND_SECONDS):
                return await self._send_pieces(delivery, pieces, keyboard(delivery.reply.buttons))
        except Exception as error:  # TimeoutError above all; not knowing is the safe verdict
            return Verdict(Result.MAYBE_SENT, type(error).__name__)

    async def _send_pieces(self, delivery: Delivery, pieces: list[Piece], markup: InlineKeyboardMarkup | None) -> Verdict:
        """Send all pieces in order, the buttons below the last."""
        provider_id = ""
        for number, piece in enumerate(pieces):
            is_first, is_last = number == 0, number == len(pieces) - 1
            if not is_first:
                await self._next_slot(delivery)
            try:
                provider_id = str(await send_piece(self._bot, chat_of(delivery.conversation), piece, markup if is_last else None))
            except TelegramError as error:
                return judge(error) if is_first else judge_later_part(error)
        return Verdict(Result.SENT, provider_id=provider_id) if pieces else Verdict(Result.UNDELIVERABLE, "nothing to send")

    async def _next_slot(self, delivery: Delivery) -> None:
        try:
            await asyncio.sleep(await self._desk.slot(delivery, CHANNEL, self._timing.rate))
        except Unavailable:  # the first piece is there already, so the others must not wait for the database
            await asyncio.sleep(1 / self._timing.rate.chat_per_second)

    def _note(self, delivery: Delivery, verdict: Verdict) -> None:
        level = logging.INFO if verdict.is_unreachable else _LEVELS[verdict.result]
        extra = {"action": "telegram_send", "result": verdict.result.name, "outbox_id": delivery.id, "attempt": delivery.attempt}
        log.log(level, "a line was handled", extra=extra | {"error": verdict.error.partition(":")[0]})

    async def _mark(self, delivery: Delivery, verdict: Verdict) -> None:
        """Record the outcome; while the database is away it is remembered here, for as long as it can still count."""
        backoff, until = Backoff(self._timing), asyncio.get_running_loop().time() + _MARK_WITHIN_SECONDS
        while asyncio.get_running_loop().time() < until:
            try:
                if not await self._record(delivery, verdict):
                    log.warning("an outcome came too late", extra={"action": "telegram_late_mark", "outbox_id": delivery.id})
                return
            except Unavailable:
                await asyncio.sleep(backoff.next())
        log.error("an outcome could not be recorded", extra={"action": "telegram_mark_failed", "outbox_id": delivery.id})

    async def _record(self, delivery: Delivery, verdict: Verdict) -> bool:
        match verdict.result:
            case Result.SENT:
                return await self._desk.sent(delivery, self._worker, verdict.provider_id)
            case Result.NOT_SENT:
                was_mine = await self._desk.not_sent(delivery, self._worker, verdict.error, verdict.retry_after)
                if verdict.moved_to is not None:
                    await self._desk.moved(delivery.conversation, conversation_of(verdict.moved_to))
                return was_mine
            case Result.UNDELIVERABLE:
                return await self._desk.undeliverable(delivery, self._worker, verdict.error, verdict.is_unreachable)
            case Result.MAYBE_SENT:
                return await self._desk.maybe_sent(delivery, self._worker, verdict.error, verdict.is_likely_lost)
