"""Sending what the advisor said: claim, intend, send, mark. The scheme and its reasons are in bot/messaging/outbox.py.

The table is the only layer that retries. Chats are served side by side; a chat's next line is claimed only when the one before is done.
"""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.ending import finish, unbroken
from bot.channels.telegram.formatting import Part, keyboard, parts_of
from bot.channels.telegram.pacing import Pace
from bot.channels.telegram.timing import Backoff, Timing
from bot.channels.telegram.translating import CHANNEL, chat_of
from bot.channels.telegram.verdicts import Result, Verdict, is_markup_refused, judge, judge_later_part
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.message import Delivery

log = logging.getLogger(__name__)

_CHATS_AT_A_TIME = 20
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

    def __init__(self, bot: Bot, desk: Desk, worker: str, timing: Timing) -> None:
        self._bot = bot
        self._desk = desk
        self._worker = worker
        self._timing = timing
        self._pace = Pace(timing)
        self._sending: set[asyncio.Task[None]] = set()
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
        while not self._pace.is_held and (free := _CHATS_AT_A_TIME - len(self._sending)) > 0:
            deliveries = await self._desk.claim(CHANNEL, self._worker, free)
            for delivery in deliveries:
                self._start(delivery, bell)
            if len(deliveries) < free:
                return

    def _start(self, delivery: Delivery, bell: asyncio.Event) -> None:
        def done(task: asyncio.Task[None]) -> None:
            self._sending.discard(task)
            bell.set()  # the same chat's next line can go now

        task = asyncio.create_task(self._deliver(delivery))
        self._sending.add(task)
        task.add_done_callback(done)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._pace.turn(chat_of(delivery.conversation))
            if await self._intend(delivery):
                verdict = await self._send(delivery)
                self._note(delivery, verdict)
                await self._mark(delivery, verdict)
        except Exception:  # the process loop; the reaper frees the row
            log.exception("delivering a line failed", extra={"action": "telegram_delivery_failed", "outbox_id": delivery.id})

    async def _intend(self, delivery: Delivery) -> bool:
        """Ask until the database answers; it says no by itself once too little of the lease is left."""
        backoff = Backoff(self._timing)
        while True:
            try:
                return await self._desk.intend(delivery, self._worker)
            except Unavailable:
                await asyncio.sleep(backoff.next())

    async def _send(self, delivery: Delivery) -> Verdict:
        try:
            parts = parts_of(delivery.reply)
            markup = keyboard(delivery.reply.buttons)
        except Exception as error:  # a line that cannot be shown now never can be
            log.exception("a line could not be formatted", extra={"action": "telegram_format_failed", "outbox_id": delivery.id})
            return Verdict(Result.UNDELIVERABLE, type(error).__name__)
        try:
            async with asyncio.timeout(_LONGEST_SEND_SECONDS):
                return await self._send_parts(chat_of(delivery.conversation), parts, markup)
        except Exception as error:  # TimeoutError above all; not knowing is the safe verdict
            return Verdict(Result.MAYBE_SENT, type(error).__name__)

    async def _send_parts(self, chat: str, parts: list[Part], markup: InlineKeyboardMarkup | None) -> Verdict:
        """Send all parts in order, the buttons below the last."""
        provider_id = ""
        for number, part in enumerate(parts):
            is_first, is_last = number == 0, number == len(parts) - 1
            if not is_first:
                await self._pace.turn(chat)
            try:
                provider_id = str(await self._send_part(chat, part, markup if is_last else None))
            except TelegramError as error:
                return judge(error) if is_first else judge_later_part(error)
        return Verdict(Result.SENT, provider_id=provider_id) if parts else Verdict(Result.UNDELIVERABLE, "nothing to send")

    async def _send_part(self, chat: str, part: Part, markup: InlineKeyboardMarkup | None) -> int:
        preview = LinkPreviewOptions(is_disabled=True)
        try:
            message = await self._bot.send_message(chat, part.html, ParseMode.HTML, reply_markup=markup, link_preview_options=preview)
        except TelegramError as error:
            if not is_markup_refused(error):
                raise
            log.warning("Telegram refused our HTML; plain text is sent", extra={"action": "telegram_html_refused"})
            message = await self._bot.send_message(chat, part.plain, reply_markup=markup, link_preview_options=preview)
        return message.message_id

    def _note(self, delivery: Delivery, verdict: Verdict) -> None:
        if verdict.retry_after is not None:
            self._pace.push_back(delivery.conversation, verdict.retry_after)
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
                return await self._desk.not_sent(delivery, self._worker, verdict.error, verdict.retry_after)
            case Result.UNDELIVERABLE:
                return await self._desk.undeliverable(delivery, self._worker, verdict.error, verdict.is_unreachable)
            case Result.MAYBE_SENT:
                return await self._desk.maybe_sent(delivery, self._worker, verdict.error)
