"""The web channel: the chat page, the widget's files and its socket, as routes for the one web server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.channels.web.door import Door
from bot.channels.web.handover import Handover
from bot.channels.web.limits import Limits, Visitors
from bot.channels.web.miniapp import MiniApp
from bot.channels.web.origins import Origins
from bot.channels.web.pages import LAUNCHER, Downloads, Pages
from bot.channels.web.push import PushDoor, Pusher
from bot.channels.web.sessions import Sessions
from bot.channels.web.sockets import Sockets
from bot.channels.web.streams import Streams
from bot.keys import Keys
from bot.messaging.desk import Desk
from bot.messaging.ending import Ending

STATIC = Path(__file__).parent / "static"


def _now() -> datetime:
    return datetime.now(UTC)


def web_routes(
    desk: Desk,
    *,
    secret_key: Keys,
    allowed_origins: tuple[str, ...] = (),
    public_folder: Path = STATIC,
    push_services: tuple[str, ...] = (),
    telegram_token: str = "",
    clock: Callable[[], datetime] = _now,
    limits: Limits | None = None,
    ending: Ending | None = None,
) -> list[BaseRoute]:
    """Everything of the web channel. `allowed_origins` may open the socket and frame the page. Raises ValueError for what is no origin.

    `push_services` are origins of push services beside those of the browsers' makers. With a `telegram_token` there is a Mini App.
    Run uvicorn with `ws_max_size=limits.frame_bytes` and `ws_per_message_deflate=False`: a frame is refused before it is held in memory.
    """
    limits = limits or Limits()
    origins = Origins(allowed_origins)
    pages = Pages(public_folder, origins)
    door = Door(desk, Sessions(secret_key, clock), origins, Visitors(limits, time.monotonic))
    streams, handover = Streams(desk, door, limits, ending or Ending()), Handover(desk, door)
    push = PushDoor(desk, door, secret_key, push_services)
    mini_app = [
        Route("/telegram", pages.mini_app),
        Route("/chat/telegram", MiniApp(desk, door, telegram_token, clock).enter, methods=["POST"]),
    ]
    return [
        *(mini_app if telegram_token else ()),
        Route("/", pages.page, name="chat"),
        Route("/demo", pages.demo, name="demo"),
        *(Route(f"/{name}", pages.launcher) for name in LAUNCHER),
        Route("/worker.js", pages.worker),
        Route("/static/{version}/{name}", pages.asset, name="static"),
        Route("/files/{signed}", Downloads(desk).file, name="file"),
        WebSocketRoute("/ws", Sockets(desk, door, limits).serve, name="socket"),
        Route("/chat/messages", streams.messages, methods=["POST"]),
        Route("/chat/events", streams.events),
        Route("/chat/handover", handover.offer, methods=["POST"]),
        Route("/chat/leave", handover.leave, methods=["POST"]),
        Route("/chat/arrive", handover.arrive, methods=["POST"]),
        Route("/chat/push", push.key, methods=["GET"]),
        Route("/chat/push", push.change, methods=["POST"]),
    ]


def web_pusher(desk: Desk, secret_key: Keys, public_folder: Path = STATIC) -> Pusher:
    """What tells browsers of check-ins while no page is open; to be run beside the routes."""
    words = json.loads((public_folder / "page.json").read_text(encoding="utf-8"))
    return Pusher(desk, secret_key, {language: texts["page"]["title"] for language, texts in words.items()})
