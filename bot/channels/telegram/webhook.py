"""Receiving by webhook, inside our own web application: Telegram gets its 200 only when the update is stored."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update

from bot.channels.reading import TooLarge, body_of
from bot.channels.telegram.api import Bot, readable
from bot.channels.telegram.commands import until_done
from bot.channels.telegram.listening import Listener
from bot.channels.telegram.timing import Timing
from bot.channels.telegram.translating import WANTED_UPDATES
from bot.messaging.desk import Unavailable

log = logging.getLogger(__name__)

PATH = "/webhooks/telegram"
#: An update is a few kilobytes; more is not from Telegram.
_LONGEST_UPDATE = 1_000_000
_OK, _BAD, _FORBIDDEN, _AGAIN = 200, 400, 403, 503


@dataclass(frozen=True, slots=True)
class Webhook:
    """The public address that Telegram is to call, and the secret that it shows when it does: the newest, or one from before."""

    url: str
    secret: str
    older: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that are believed."""
        return self.secret, *self.older

    async def set(self, bot: Bot, timing: Timing) -> None:
        """Tell Telegram to call. Raises InvalidToken; any other refusal is logged."""

        async def tell() -> object:
            return await bot.set_webhook(self.url, secret_token=self.secret, allowed_updates=WANTED_UPDATES)

        await until_done(tell, "the webhook (check ADVISOR_TELEGRAM_WEBHOOK_URL)", timing)


class Door:
    """The route that Telegram calls."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._listener: Listener | None = None

    def open(self, listener: Listener | None) -> None:
        """From now on, updates go to `listener`; None: Telegram shall come again later."""
        self._listener = listener

    @property
    def route(self) -> Route:
        """Where it is found."""
        return Route(PATH, self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        shown = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
        if not any(hmac.compare_digest(shown, secret) for secret in self._secrets):
            log.warning("somebody else called Telegram's webhook", extra={"action": "telegram_webhook_forbidden"})
            return Response(status_code=_FORBIDDEN)
        if (update := await _read(request)) is None:
            return Response(status_code=_BAD)
        return await self._take(update)

    async def _take(self, update: dict[str, Any]) -> Response:
        if self._listener is None:
            return Response(status_code=_AGAIN)
        try:
            await self._listener.take(Update.de_json(readable(update)))
        except Unavailable:
            extra = {"action": "telegram_store_failed", "update_id": update["update_id"]}
            log.warning("an update cannot be stored yet; Telegram will send it again", extra=extra)
            return Response(status_code=_AGAIN)
        return Response(status_code=_OK)


async def _read(request: Request) -> dict[str, Any] | None:
    try:
        update = json.loads(await body_of(request, _LONGEST_UPDATE))
    except (TooLarge, ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) and isinstance(update.get("update_id"), int) else None
