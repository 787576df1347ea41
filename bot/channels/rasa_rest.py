"""Rasa's REST channel, as Rasa 3.6 speaks it, behind a bearer token."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.messaging.desk import Desk, Unavailable
from bot.messaging.message import Incoming, Reply

PREFIX = "/webhooks/rest"
MOST_BYTES = 256 * 1024
_LONGEST_SENDER = 120


class BadRequest(Exception):
    """The body is not what Rasa's channel takes."""


def rest_routes(desk: Desk, token: str) -> list[BaseRoute]:
    """The health check and the webhook; `token` is what callers must send as `Authorization: Bearer …`."""

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def webhook(request: Request) -> Response:
        if not _may_enter(request, token):
            return JSONResponse({"error": "send the header 'Authorization: Bearer <token>'"}, status_code=401)
        try:
            incoming, sender = await _read(request, desk)
        except BadRequest as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        try:
            messages = [message for reply in await desk.answer(incoming) for message in as_rasa(sender, reply)]
        except Unavailable:
            return JSONResponse({"error": "the message was not stored; try again"}, status_code=503)
        if request.query_params.get("stream", "").lower() in ("1", "true"):
            return StreamingResponse(_lines(messages), media_type="text/event-stream")
        return JSONResponse(messages)

    return [Route(f"{PREFIX}/", health), Route(f"{PREFIX}/webhook", webhook, methods=["POST"])]


def _may_enter(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


async def _read(request: Request, desk: Desk) -> tuple[Incoming, str]:
    """The message, whatever content type it came with: Rasa's own widget sends text/plain."""
    body = await _object(request)
    sender, text = body.get("sender") or "default", body.get("message")
    if not isinstance(sender, str) or not isinstance(text, str | None):
        raise BadRequest("'sender' and 'message' are texts")
    if len(sender) > _LONGEST_SENDER:
        raise BadRequest(f"'sender' is longer than {_LONGEST_SENDER} characters")
    conversation, text = f"rest:{sender}", (text or "").strip()
    pressed = text if await desk.is_button(conversation, text) else None
    # Rasa's channel has no message ids: every request is a message of its own, as with Rasa.
    incoming = Incoming("rest", secrets.token_urlsafe(16), conversation, text="" if pressed else text, button=pressed)
    return incoming, sender


async def _object(request: Request) -> dict[str, Any]:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise BadRequest(f"the body is larger than {MOST_BYTES} bytes")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def as_rasa(sender: str, reply: Reply) -> Iterator[dict[str, Any]]:
    """A reply in Rasa's wire form: text without buttons is split at blank lines, text with buttons is not; then image and file."""
    if reply.buttons:
        buttons = [{"title": each.title, "payload": each.payload} for each in reply.buttons]
        yield {"recipient_id": sender, "text": reply.text, "buttons": buttons}
    else:
        yield from ({"recipient_id": sender, "text": part} for part in reply.text.strip().split("\n\n") if part)
    if reply.image:
        yield {"recipient_id": sender, "image": reply.image.url}
    if reply.file:
        yield {"recipient_id": sender, "attachment": reply.file.url}


async def _lines(messages: list[dict[str, Any]]) -> AsyncIterator[str]:
    for message in messages:
        yield json.dumps(message, ensure_ascii=False) + "\n"
