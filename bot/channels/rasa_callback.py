"""Rasa's callback channel: messages come as with REST, and every reply (a check-in too) is posted to the operator's own address."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.rasa_messages import BadRequest, as_rest, may_enter, read
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.message import Delivery

log = logging.getLogger(__name__)

CHANNEL = "callback"
PREFIX = "/webhooks/callback"
LOOK_EVERY_SECONDS = 1.0
REAP_EVERY_SECONDS = 30.0
SEND_WITHIN_SECONDS = 20.0


def callback_routes(desk: Desk, token: str) -> list[BaseRoute]:
    """The health check and the webhook, which says `success` once the message has been answered."""

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def webhook(request: Request) -> Response:
        if not may_enter(request, token):
            return JSONResponse({"error": "send the header 'Authorization: Bearer <token>'"}, status_code=401)
        try:
            incoming, _ = await read(request, desk, CHANNEL)
            await desk.answer(incoming)
        except BadRequest as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except Unavailable:
            return JSONResponse({"error": "the message was not stored; try again"}, status_code=503)
        return PlainTextResponse("success")

    return [Route(f"{PREFIX}/", health), Route(f"{PREFIX}/webhook", webhook, methods=["POST"])]


class CallbackSender:
    """Posts this channel's lines to `url`, in order; the outbox retries what was refused."""

    def __init__(self, desk: Desk, url: str, open_client: Callable[[], httpx.AsyncClient] | None = None) -> None:
        self._desk = desk
        self._url = url
        self._open_client = open_client or (lambda: httpx.AsyncClient(timeout=SEND_WITHIN_SECONDS))
        self._worker = f"{CHANNEL}-{secrets.token_hex(8)}"

    async def run(self) -> None:
        """Deliver until cancelled."""
        reap_at = 0.0
        async with self._open_client() as client:
            with self._desk.listening(CHANNEL) as bell:
                while True:
                    now = asyncio.get_running_loop().time()
                    try:
                        if now >= reap_at:
                            reap_at = now + REAP_EVERY_SECONDS
                            await self._desk.reap()
                        await self.deliver(client)
                    except Unavailable:
                        log.warning("the outbox cannot be read", extra={"action": "callback_unavailable"})
                    except Exception:  # the process loop
                        log.exception("delivering failed", extra={"action": "callback_failed"})
                    await wait_for(bell, LOOK_EVERY_SECONDS)

    async def deliver(self, client: httpx.AsyncClient) -> None:
        """Send everything that is due now."""
        while deliveries := await self._desk.claim(CHANNEL, self._worker):
            for delivery in deliveries:
                if await self._desk.intend(delivery, self._worker):
                    await self._send(client, delivery)

    async def _send(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        sender = delivery.conversation.partition(":")[2]
        for number, message in enumerate(as_rest(sender, delivery.reply)):
            try:
                answer = await client.post(self._url, json=message)
            except httpx.ConnectError as error:
                await self._failed(delivery, number, type(error).__name__)
                return
            except httpx.HTTPError as error:
                await self._desk.maybe_sent(delivery, self._worker, type(error).__name__)
                return
            if answer.is_error:
                await self._failed(delivery, number, f"HTTP {answer.status_code}")
                return
        await self._desk.sent(delivery, self._worker, "")

    async def _failed(self, delivery: Delivery, number: int, error: str) -> None:
        """A later part that failed cannot be sent without the first again: whether to do so, the outbox decides as for any doubt."""
        record = self._desk.maybe_sent if number else self._desk.not_sent
        await record(delivery, self._worker, error)
