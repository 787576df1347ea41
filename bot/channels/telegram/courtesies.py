"""Small signs to the owner that cost nothing when they fail: an answered press, an edited message, "typing…"."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from telegram import CallbackQuery
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.api import Bot
from bot.channels.telegram.pressing import show_choice
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.translating import chat_of
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import finish
from bot.messaging.message import Incoming

log = logging.getLogger(__name__)
#: Under way at a time; more wait their turn.
_AT_A_TIME = 20
_END_WITHIN_SECONDS = 2.0


class Courtesies:
    """Begins them and forgets them."""

    def __init__(self, bot: Bot, desk: Desk, timing: Timing) -> None:
        self._bot = bot
        self._desk = desk
        self._timing = timing
        self._under_way: set[asyncio.Task[None]] = set()
        self._typing: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_AT_A_TIME)

    def answer(self, query: CallbackQuery) -> None:
        """At once: the button shows a spinner until then."""
        _begin(self._politely(self._bot.answer_callback_query(query.id)), self._under_way)

    def show_choice(self, query: CallbackQuery) -> None:
        """Show the chosen answer in the pressed message."""
        _begin(self._politely(show_choice(self._bot, query)), self._under_way)

    def type_until_answered(self, incoming: Incoming) -> None:
        """Show "typing…" until the answer has left, within limits."""
        _begin(self._type(incoming), self._typing)

    async def end(self) -> None:
        """Finish what has begun, but do not go on typing."""
        await finish(self._typing, 0)
        await finish(self._under_way, min(_END_WITHIN_SECONDS, self._timing.finish_within))

    async def _type(self, incoming: Incoming) -> None:
        for _ in range(self._timing.typing_times):
            await self._politely(self._bot.send_chat_action(chat_of(incoming.conversation), ChatAction.TYPING))
            await asyncio.sleep(self._timing.typing_every)
            try:
                if not await self._desk.is_writing(incoming):
                    return
            except Unavailable:
                return

    async def _politely(self, courtesy: Coroutine[Any, Any, object]) -> None:
        async with self._room:
            try:
                await courtesy
            except BadRequest:
                pass  # not modified, too old, gone: nothing is left to do
            except TelegramError as error:
                log.info("a courtesy failed", extra={"action": "telegram_courtesy_failed", "error": type(error).__name__})


def _begin(courtesy: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
    task = asyncio.create_task(courtesy)
    among.add(task)
    task.add_done_callback(among.discard)
