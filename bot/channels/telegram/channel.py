"""Telegram as a channel: what owners write goes to the desk, what the advisor says goes to their chats."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid

from telegram.error import InvalidToken

from bot.channels.telegram.api import open_bot
from bot.channels.telegram.commands import Menu, publish
from bot.channels.telegram.delivering import Deliverer
from bot.channels.telegram.receiving import Receiver
from bot.channels.telegram.timing import Timing
from bot.messaging.desk import Desk

log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot in private chats, by long polling. `api_base` is another Bot API server's address; None means Telegram's own."""

    def __init__(self, desk: Desk, token: str, api_base: str | None, menu: Menu, timing: Timing | None = None) -> None:
        self._desk = desk
        self._token = token
        self._api_base = api_base
        self._menu = menu
        self._timing = timing or Timing()

    async def run(self) -> None:
        """Serve until cancelled; then finish what is being sent. Returns early only when Telegram does not know the token."""
        try:
            async with open_bot(self._token, self._api_base) as bot, asyncio.TaskGroup() as group:
                group.create_task(Receiver(bot, self._desk, self._menu, self._timing).run())
                group.create_task(Deliverer(bot, self._desk, _worker_name(), self._timing).run())
                group.create_task(publish(bot, self._menu, self._timing))
        except* InvalidToken:
            # Without the error itself: its text may contain the token.
            message = "Telegram does not know this bot; the channel is off until ADVISOR_TELEGRAM_TOKEN is right and the advisor restarts"
            log.error(message, extra={"action": "telegram_token_refused"})


def _worker_name() -> str:
    """Unlike any other, also after a restart: a late mark of a former life must not pass for ours."""
    return f"telegram-{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
