"""The connection to the Bot API: time limits, and nothing of what people write (nor the token) in any log."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from telegram import Update
from telegram.error import NetworkError, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

log = logging.getLogger(__name__)

PUBLIC_API = "https://api.telegram.org"
#: connect + pool + write + read stays below the outbox's longest send. The read limit is long, because running into it leaves us
#: not knowing whether the message arrived.
_LIMITS: dict[str, Any] = {
    **{"connect_timeout": 5.0, "pool_timeout": 1.0, "write_timeout": 5.0, "read_timeout": 10.0},
    "media_write_timeout": 15.0,
}
#: More than the most requests that are made at a time: nothing should ever wait for a connection.
_CONNECTIONS = 96

_SERVER_ERROR = 500


class ServerTrouble(NetworkError):
    """Telegram itself says that it failed (5xx), in whatever form: most likely nothing has arrived."""


#: A bot without any of the library's optional extras.
Bot = ExtBot[None]


class _QuietRequest(HTTPXRequest):
    """Requests whose broken answers are not written to the log: an answer repeats what people wrote."""

    async def do_request(self, *arguments: Any, **more: Any) -> tuple[int, bytes]:
        code, payload = await super().do_request(*arguments, **more)
        if code >= _SERVER_ERROR:
            raise ServerTrouble(f"Telegram's server failed ({code})")
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            parsed: dict[str, Any] = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        return parsed


class _PollingRequest(_QuietRequest):
    """One update that the library cannot read must not hold up all others for ever, so it arrives empty, with its number."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = _QuietRequest.parse_json_payload(payload)
        if isinstance(updates := answer.get("result"), list):
            answer["result"] = [readable(update) for update in updates]
        return answer


def readable(update: dict[str, Any]) -> dict[str, Any]:
    """The update, or only its number when the library cannot read the rest."""
    try:
        Update.de_json(update)
    except Exception as error:  # the library raises whatever the missing field leads to
        extra = {"action": "telegram_update_unreadable", "update_id": update.get("update_id"), "error": type(error).__name__}
        log.error("an update of Telegram cannot be read and is left out", extra=extra)
        return {"update_id": update["update_id"]}
    return update


@asynccontextmanager
async def open_bot(token: str, api_base: str | None) -> AsyncIterator[Bot]:
    """A bot with its connections, closed at the end. Raises InvalidToken when the token is empty."""
    base = (api_base or PUBLIC_API).rstrip("/")
    sending = _QuietRequest(connection_pool_size=_CONNECTIONS, **_LIMITS)
    polling = _PollingRequest(connection_pool_size=1, **_LIMITS)
    try:
        with _token_unlogged(token):
            yield ExtBot(token, f"{base}/bot", f"{base}/file/bot", request=sending, get_updates_request=polling)
    finally:
        await sending.shutdown()
        await polling.shutdown()


@contextmanager
def _token_unlogged(token: str) -> Iterator[None]:
    """Keep httpx from logging its requests to Telegram: the address of each contains the token."""

    def has_no_token(record: logging.LogRecord) -> bool:
        return token not in record.getMessage()

    logger = logging.getLogger("httpx")
    logger.addFilter(has_no_token)
    try:
        yield
    finally:
        logger.removeFilter(has_no_token)
