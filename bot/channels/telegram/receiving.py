"""Receiving by long polling. Telegram forgets what lies below the offset, so the offset moves only past what is stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import Bot
from bot.channels.telegram.listening import Listener
from bot.channels.telegram.timing import Backoff, Timing
from bot.channels.telegram.translating import WANTED_UPDATES
from bot.channels.telegram.verdicts import seconds_of
from bot.messaging.desk import Unavailable

log = logging.getLogger(__name__)


class Poller:
    """Asks Telegram what is new, for ever."""

    def __init__(self, bot: Bot, listener: Listener, timing: Timing) -> None:
        self._bot = bot
        self._listener = listener
        self._timing = timing
        self._offset: int | None = None

    async def run(self) -> None:
        """Receive until cancelled. Raises InvalidToken when Telegram does not know the token."""
        while True:
            updates = await self._fetch()
            for update in updates:
                await self._take(update)
                self._offset = update.update_id + 1
            if not updates:
                # All is acknowledged, and what comes next may have a lower number: after a quiet week Telegram picks a new one.
                self._offset = None

    async def _fetch(self) -> Sequence[Update]:
        backoff = Backoff(self._timing)
        while True:
            try:
                return await self._bot.get_updates(offset=self._offset, timeout=self._timing.poll, allowed_updates=WANTED_UPDATES)
            except InvalidToken:
                raise
            except Conflict as error:
                await self._yield_to_other(error)
                pause = self._timing.conflict_pause
            except RetryAfter as error:
                pause = seconds_of(error)
            except Exception as error:  # the process loop: whatever it is, owners keep writing
                log.warning("Telegram cannot be reached", extra={"action": "telegram_poll_failed", "error": type(error).__name__})
                pause = backoff.next()
            await asyncio.sleep(pause)

    async def _yield_to_other(self, error: Conflict) -> None:
        """Somebody else takes this bot's updates: a webhook of former days is removed, another process can only be waited for."""
        if "webhook" not in str(error).lower():
            log.error("another process polls with the same Telegram token; stop one of the two", extra={"action": "telegram_conflict"})
            return
        log.warning("a webhook was set for this bot; it is removed", extra={"action": "telegram_webhook_removed"})
        try:
            await self._bot.delete_webhook()  # and keep what waits
        except TelegramError as failure:
            extra = {"action": "telegram_webhook_kept", "error": type(failure).__name__}
            log.warning("the webhook could not be removed; it is tried again", extra=extra)

    async def _take(self, update: Update) -> None:
        """Have it stored, however long the database is away: nothing behind it can be acknowledged before."""
        backoff = Backoff(self._timing)
        while True:
            try:
                return await self._listener.take(update)
            except Unavailable:
                extra = {"action": "telegram_store_failed", "update_id": update.update_id}
                log.warning("an update cannot be stored yet", extra=extra)
            await asyncio.sleep(backoff.next())
