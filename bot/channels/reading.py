"""Reading what a request brings, within bounds."""

from __future__ import annotations

from starlette.requests import Request


class TooLarge(Exception):
    """The body has more bytes than it may have; the rest of it was not read."""


async def body_of(request: Request, most_bytes: int) -> bytes:
    """The whole body. Raises TooLarge as soon as it has more than `most_bytes`."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > most_bytes:
            raise TooLarge
    return raw
