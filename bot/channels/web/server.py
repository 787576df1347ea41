"""The web channel: the chat page, the widget's files and its socket, as routes for the one web server."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.channels.web.door import Door
from bot.channels.web.limits import Limits, Visitors
from bot.channels.web.origins import Origins
from bot.channels.web.pages import LAUNCHER, Downloads, Pages
from bot.channels.web.sessions import Sessions
from bot.channels.web.sockets import Sockets
from bot.channels.web.streams import Streams
from bot.messaging.desk import Desk

STATIC = Path(__file__).parent / "static"


def _now() -> datetime:
    return datetime.now(UTC)


def web_routes(
    desk: Desk,
    *,
    secret_key: bytes,
    allowed_origins: tuple[str, ...] = (),
    public_folder: Path = STATIC,
    clock: Callable[[], datetime] = _now,
    limits: Limits | None = None,
) -> list[BaseRoute]:
    """Everything of the web channel. `allowed_origins` may open the socket and frame the page. Raises ValueError for what is no origin.

    Run uvicorn with `ws_max_size=limits.frame_bytes` and `ws_per_message_deflate=False`: a frame is refused before it is held in memory.
    """
    limits = limits or Limits()
    origins = Origins(allowed_origins)
    pages = Pages(public_folder, origins)
    door = Door(Sessions(secret_key, clock), origins, Visitors(limits, time.monotonic))
    streams = Streams(desk, door, limits)
    return [
        Route("/", pages.page, name="chat"),
        Route("/demo", pages.demo, name="demo"),
        *(Route(f"/{name}", pages.launcher) for name in LAUNCHER),
        Route("/worker.js", pages.worker),
        Route("/static/{version}/{name}", pages.asset, name="static"),
        Route("/files/{signed}", Downloads(desk).file, name="file"),
        WebSocketRoute("/ws", Sockets(desk, door, limits).serve, name="socket"),
        Route("/chat/messages", streams.messages, methods=["POST"]),
        Route("/chat/events", streams.events),
    ]
