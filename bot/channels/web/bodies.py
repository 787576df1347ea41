"""Reading the small JSON bodies that the widget sends, and answering them."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.channels.reading import TooLarge, body_of
from bot.channels.web.door import BAD_TOKEN, TOO_MANY, Refused
from bot.channels.web.frames import BadFrame

NEVER_KEPT = {"Cache-Control": "no-store"}
_STATUS = {BAD_TOKEN: 401, TOO_MANY: 429}


async def text_of(request: Request, most_bytes: int) -> str:
    """The body, if it is not too large. Raises BadFrame."""
    try:
        return (await body_of(request, most_bytes)).decode("utf-8", "replace")
    except TooLarge as error:
        raise BadFrame("too_big") from error


async def object_of(request: Request, most_bytes: int) -> dict[str, Any]:
    """The JSON object in the body. Raises BadFrame."""
    try:
        body = json.loads(await text_of(request, most_bytes))
    except (ValueError, RecursionError) as error:
        raise BadFrame("bad_json") from error
    if not isinstance(body, dict):
        raise BadFrame("bad_frame")
    return body


def answer(body: object) -> Response:
    """An answer that nobody keeps."""
    return JSONResponse(body, headers=NEVER_KEPT)


def refusal(status: int) -> Response:
    """A refusal without words: the widget has its own."""
    return Response(status_code=status, headers=NEVER_KEPT)


def refused(reason: Refused) -> Response:
    """The refusal that matches a door's."""
    return refusal(_STATUS.get(reason.code, 403))
