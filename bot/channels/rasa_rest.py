"""Rasa's REST channel, as Rasa 3.6 speaks it, behind a bearer token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.channels.rasa_messages import BadRequest, as_rest, may_enter, read
from bot.messaging.desk import Desk, Unavailable

CHANNEL = "rest"
PREFIX = "/webhooks/rest"


def rest_routes(desk: Desk, token: str) -> list[BaseRoute]:
    """The health check and the webhook; `token` is what callers must send as `Authorization: Bearer …`."""

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def webhook(request: Request) -> Response:
        if not may_enter(request, token):
            return JSONResponse({"error": "send the header 'Authorization: Bearer <token>'"}, status_code=401)
        try:
            incoming, sender = await read(request, desk, CHANNEL)
        except BadRequest as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        base = str(request.base_url).rstrip("/")
        try:
            messages = [message for reply in await desk.answer(incoming) for message in as_rest(sender, reply, base)]
        except Unavailable:
            return JSONResponse({"error": "the message was not stored; try again"}, status_code=503)
        if request.query_params.get("stream", "").lower() in ("1", "true"):
            return StreamingResponse(_lines(messages), media_type="text/event-stream")
        return JSONResponse(messages)

    return [Route(f"{PREFIX}/", health), Route(f"{PREFIX}/webhook", webhook, methods=["POST"])]


async def _lines(messages: list[dict[str, Any]]) -> AsyncIterator[str]:
    for message in messages:
        yield json.dumps(message, ensure_ascii=False) + "\n"
