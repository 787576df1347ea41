"""Rasa's Socket.IO channel, as Rasa 3.6 speaks it, so that front ends made for Rasa work unchanged. Needs `advisor[socketio]`.

A session id that a client chose is a secret that opens a conversation: one that could be guessed opens none but that connection's own.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import socketio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.allowance import Allowance
from bot.channels.rasa_messages import as_socketio, said
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import finish, unbroken
from bot.metrics import CONNECTIONS, REFUSALS

log = logging.getLogger(__name__)

CHANNEL = "socketio"
PATH = "/socket.io"
PREFIX = "/webhooks/socketio"
BOT_UTTERED = "bot_uttered"
LOOK_EVERY_SECONDS = 2.0
MOST_BYTES = 64 * 1024
#: As on the web page: more than anybody types.
MESSAGES, MESSAGES_PER_MINUTE = 20, 100.0
#: As long as what is hard to guess: a uuid, with or without its strokes, or longer.
_SECRET = re.compile(r"[A-Za-z0-9_-]{22,100}")


@dataclass(slots=True)
class _Room:
    """One conversation as far as this process has clients of it."""

    sids: set[str] = field(default_factory=set)
    speaking: asyncio.Task[None] | None = None


class RasaSocketIO:
    """The channel. `allows` says whether a page of an origin may connect to us under a host's name; `jwt_key` asks for a signed token."""

    def __init__(self, desk: Desk, allows: Callable[[str, str], bool], jwt_key: str = "") -> None:
        self._desk = desk
        self._jwt_key = jwt_key
        self._rooms: dict[str, _Room] = {}
        self._bases: dict[str, str] = {}
        #: Of each connection, and of each session whoever speaks in it.
        self._messages = Allowance(MESSAGES, MESSAGES_PER_MINUTE, time.monotonic)
        #: Cancelled, but perhaps still finishing what they were reading.
        self._leaving: set[asyncio.Task[None]] = set()

        def may_connect(origin: str | None, environ: dict[str, Any]) -> bool:
            return origin is None or allows(origin, environ.get("HTTP_HOST", ""))  # what names no site is no page

        # Without async_handlers a client's events are taken one after the other, in the order in which they were sent.
        # Without loggers of ours, the library would write errors, with what clients sent, past the advisor's log.
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            async_handlers=False,
            cors_allowed_origins=may_connect,
            max_http_buffer_size=MOST_BYTES,
            logger=logging.getLogger("socketio"),
            engineio_logger=logging.getLogger("engineio"),
        )
        for event in ("connect", "disconnect", "session_request", "user_uttered"):
            self.server.on(event, getattr(self, f"on_{event}"))

    @property
    def routes(self) -> list[BaseRoute]:
        """The health check and the socket."""

        async def health(request: Request) -> Response:
            return JSONResponse({"status": "ok"})

        return [Route(f"{PREFIX}/", health), Mount(PATH, socketio.ASGIApp(self.server, socketio_path=PATH))]

    async def run(self) -> None:
        """Until cancelled; then nobody is spoken to any more, and nothing is left half read."""
        try:
            await asyncio.Event().wait()
        finally:
            speaking = [room.speaking for room in self._rooms.values() if room.speaking]
            for task in speaking:
                task.cancel()
            await finish([*speaking, *self._leaving])

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> bool:
        """Let a client in, with a good token where one is asked for."""
        scheme = environ.get("HTTP_X_FORWARDED_PROTO") or environ["asgi.scope"]["scheme"].replace("ws", "http")
        self._bases[sid] = f"{scheme}://{environ.get('HTTP_HOST', '')}"
        is_welcome = not self._jwt_key or self._is_signed(auth)
        CONNECTIONS.labels(CHANNEL).set(len(self._bases))
        return is_welcome

    def _is_signed(self, auth: object) -> bool:
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            return False
        try:
            jwt.decode(token.removeprefix("Bearer "), self._jwt_key, algorithms=["HS256"])
        except jwt.PyJWTError:
            return False
        return True

    async def on_disconnect(self, sid: str, reason: object = None) -> None:
        """Stop speaking where nobody listens any more."""
        self._bases.pop(sid, None)
        CONNECTIONS.labels(CHANNEL).set(len(self._bases))
        for name, room in list(self._rooms.items()):
            room.sids.discard(sid)
            if not room.sids:
                del self._rooms[name]
                if room.speaking:
                    room.speaking.cancel()
                    self._leaving.add(room.speaking)
                    room.speaking.add_done_callback(self._leaving.discard)

    async def on_session_request(self, sid: str, data: object = None) -> None:
        """Confirm the client's session, or begin one, by its bare id."""
        session_id = _session_id(data) or uuid.uuid4().hex
        await self._join(sid, session_id)
        await self.server.emit("session_confirm", session_id, room=sid)

    async def on_user_uttered(self, sid: str, data: object = None) -> None:
        """Take what the owner said; the answer comes as events."""
        text = data.get("message") if isinstance(data, dict) else None
        room = _session_id(data) or sid
        if not isinstance(text, str):
            text = ""
        if not (self._messages.take(sid) and self._messages.take(_conversation(room))):
            REFUSALS.labels("messages").inc()  # the protocol knows no word for it
            return
        try:
            await self._join(sid, room)
            await unbroken(self._receive(_conversation(room), text))
        except Unavailable:
            log.warning("a message could not be stored", extra={"action": "socketio_unavailable"})

    async def _receive(self, conversation: str, text: str) -> None:
        await self._desk.receive(await said(self._desk, CHANNEL, conversation, text))

    async def _join(self, sid: str, name: str) -> None:
        """Have this client hear what is said in a conversation from now on."""
        room = self._rooms.setdefault(name, _Room())
        if sid in room.sids:
            return
        room.sids.add(sid)
        await self.server.enter_room(sid, name)
        if room.speaking is None:
            last = await unbroken(self._desk.latest_lines(_conversation(name), 1))
            if room.speaking is None and self._rooms.get(name) is room:  # it may have emptied meanwhile
                room.speaking = asyncio.create_task(self._speak(name, max((line.seq for line in last), default=0)))

    async def _speak(self, name: str, seen: int) -> None:
        with self._desk.listening(_conversation(name)) as event:
            while True:
                try:
                    seen = await self._tell(name, seen)
                except Unavailable:
                    log.warning("lines cannot be read now", extra={"action": "socketio_lines_unavailable"})
                await wait_for(event, LOOK_EVERY_SECONDS)

    async def _tell(self, name: str, seen: int) -> int:
        """Send what was said after `seen`; returns the last line's place."""
        base = next((self._bases[sid] for sid in self._rooms[name].sids if sid in self._bases), "")
        for line in await unbroken(self._desk.lines(_conversation(name), seen)):
            seen = line.seq
            if line.author == "advisor":
                for message in as_socketio(line.reply, base):
                    await self.server.emit(BOT_UTTERED, message, room=name)
        return seen


def _session_id(data: object) -> str | None:
    """The client's session id, when nobody could guess it."""
    given = data.get("session_id") if isinstance(data, dict) else None
    return given if isinstance(given, str) and _SECRET.fullmatch(given) else None


def _conversation(name: str) -> str:
    return f"{CHANNEL}:{name}"
