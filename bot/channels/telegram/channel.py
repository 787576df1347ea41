"""Telegram as a channel: what owners write goes to the desk, what the advisor says goes to their chats."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Sequence
from types import MappingProxyType

from starlette.routing import BaseRoute
from telegram.error import InvalidToken

from bot.channels.telegram.api import Bot, open_bot
from bot.channels.telegram.commands import Menu, MiniApp, Wordings, publish
from bot.channels.telegram.courtesies import Courtesies
from bot.channels.telegram.delivering import Deliverer
from bot.channels.telegram.listening import Listener
from bot.channels.telegram.receiving import Poller
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.webhook import Door, Webhook
from bot.messaging.desk import Desk

log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot, by long polling or, with a `webhook`, by being called. `api_base` is another Bot API server; None means Telegram's own."""

    def __init__(
        self,
        desk: Desk,
        token: str,
        api_base: str | None,
        menu: Menu,
        webhook: Webhook | None = None,
        timing: Timing | None = None,
        wordings: Wordings = MappingProxyType({}),
        mini_app: MiniApp | None = None,
    ) -> None:
        self._desk = desk
        self._token = token
        self._api_base = api_base
        self._menu = menu
        self._wordings = wordings
        self._mini_app = mini_app
        self._webhook = webhook
        self._timing = timing or Timing()
        self._door = Door(webhook.secrets) if webhook else None

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What the web application has to serve for it."""
        return [self._door.route] if self._door else []

    async def run(self) -> None:
        """Serve until cancelled; then finish what is being sent. Returns early only when Telegram does not know the token."""
        try:
            async with open_bot(self._token, self._api_base) as bot:
                await self._serve(bot)
        except* InvalidToken:
            # Without the error itself: its text may contain the token.
            message = "Telegram does not know this bot; the channel is off until ADVISOR_TELEGRAM_TOKEN is right and the advisor restarts"
            log.error(message, extra={"action": "telegram_token_refused"})

    async def _serve(self, bot: Bot) -> None:
        courtesies = Courtesies(bot, self._desk, self._timing)
        listener = Listener(bot, self._desk, self._menu, courtesies, self._timing)
        await listener.introduce()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(bot, listener))
                group.create_task(Deliverer(bot, self._desk, _worker_name(), self._timing, self._wordings).run())
                group.create_task(publish(bot, self._menu, self._wordings, self._timing, self._mini_app))
        finally:
            await courtesies.end()

    async def _listen(self, bot: Bot, listener: Listener) -> None:
        if self._webhook is None or self._door is None:
            await Poller(bot, listener, self._timing).run()
            return
        self._door.open(listener)
        try:
            await self._webhook.set(bot, self._timing)
            await asyncio.Event().wait()
        finally:
            self._door.open(None)


def _worker_name() -> str:
    """Unlike any other, also after a restart: a late mark of a former life must not pass for ours."""
    return f"telegram-{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
