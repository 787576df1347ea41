"""Receiving by long polling. Telegram forgets what lies below the offset, so the offset moves only past what is stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from telegram import Bot, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.commands import Menu
from bot.channels.telegram.ending import finish, unbroken
from bot.channels.telegram.pressing import show_choice
from bot.channels.telegram.timing import Backoff, Timing
from bot.channels.telegram.translating import WANTED_UPDATES, chat_of, incoming_of
from bot.channels.telegram.verdicts import seconds_of
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.message import Incoming

log = logging.getLogger(__name__)

#: Courtesies (answered presses, "typing…") under way at a time; more wait their turn.
_COURTESIES_AT_A_TIME = 20


class Receiver:
    """Hands everything that owners send to the desk."""

    def __init__(self, bot: Bot, desk: Desk, menu: Menu, timing: Timing) -> None:
        self._bot = bot
        self._desk = desk
        self._menu = menu
        self._timing = timing
        self._offset: int | None = None
        self._courtesies: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_COURTESIES_AT_A_TIME)

    async def run(self) -> None:
        """Receive until cancelled. Raises InvalidToken when Telegram does not know the token."""
        try:
            while True:
                updates = await self._fetch()
                for update in updates:
                    await self._take(update)
                    self._offset = update.update_id + 1
                if not updates:
                    # All is acknowledged, and what comes next may have a lower number: after a quiet week Telegram picks a new one.
                    self._offset = None
        finally:
            await finish(self._courtesies, self._timing.finish_within)

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
        """Somebody else takes this bot's updates: an old webhook of ours is removed, another process can only be waited for."""
        if "webhook" in str(error).lower():
            log.warning("a webhook was set for this bot; it is removed", extra={"action": "telegram_webhook_removed"})
            await self._politely(self._bot.delete_webhook())
            return
        log.error("another process polls with the same Telegram token; stop one of the two", extra={"action": "telegram_conflict"})

    async def _take(self, update: Update) -> None:
        query = update.callback_query
        if query is not None:  # at once: the button shows a spinner until then
            self._soon(self._bot.answer_callback_query(query.id))
        incoming = self._translated(update)
        if incoming is None:
            return
        is_new = await self._store(incoming)
        if query is not None:  # also when it came before: the process may have died just then
            self._soon(show_choice(self._bot, query))
        if is_new:
            self._soon(self._bot.send_chat_action(chat_of(incoming.conversation), ChatAction.TYPING))

    def _translated(self, update: Update) -> Incoming | None:
        try:
            return incoming_of(update, self._menu)
        except Exception:  # one odd update must not stop the others
            log.exception("an update was not understood", extra={"action": "telegram_update_failed", "update_id": update.update_id})
            return None

    async def _store(self, incoming: Incoming) -> bool:
        """Store it, however long the database is away: nothing behind it can be acknowledged before."""
        backoff = Backoff(self._timing)
        while True:
            try:
                return await unbroken(self._desk.receive(incoming), self._timing.finish_within)
            except Unavailable:
                extra = {"action": "telegram_store_failed", "update_id": incoming.external_id}
                log.warning("an update cannot be stored yet", extra=extra)
            await asyncio.sleep(backoff.next())

    # --- courtesies: their failure costs nothing ---

    def _soon(self, courtesy: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(self._politely(courtesy))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def _politely(self, courtesy: Coroutine[Any, Any, object]) -> None:
        async with self._room:
            try:
                await courtesy
            except BadRequest:
                pass  # not modified, too old, gone: nothing is left to do
            except TelegramError as error:
                log.info("a courtesy failed", extra={"action": "telegram_courtesy_failed", "error": type(error).__name__})
