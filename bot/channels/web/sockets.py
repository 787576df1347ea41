"""The widget's socket. What the owner says is acknowledged once it is stored; what was said is pulled from the tables in order of `seq`,
so a push is only a hint, and a client that names its last line gets exactly what it missed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NoReturn, TypeVar

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.channels.web.frames import GREETING, PROTOCOL, BadFrame, Hello, Said, encode, message, parse
from bot.channels.web.limits import Limits, TooManyConnections, Visitors
from bot.channels.web.origins import Origins
from bot.channels.web.sessions import BadToken, Session, Sessions
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.message import Incoming, Line

log = logging.getLogger(__name__)

TOO_BIG = 1009
BAD_TOKEN = 4001
FORBIDDEN = 4003
NO_HELLO = 4008
TOO_MANY = 4029
PAGE = 500


T = TypeVar("T")


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Let work on the database end by itself when the connection ends meanwhile: cut off half-way, it can leave a lock behind."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class _Gone(Exception):
    """The connection is over; nothing more can be read or sent."""


class Sockets:
    """Serves `/ws`."""

    def __init__(self, desk: Desk, sessions: Sessions, origins: Origins, visitors: Visitors, limits: Limits) -> None:
        self._desk = desk
        self._sessions = sessions
        self._origins = origins
        self._visitors = visitors
        self._limits = limits

    async def serve(self, websocket: WebSocket) -> None:
        """One connection from its handshake to its end."""
        origin = websocket.headers.get("origin")
        if origin is not None and not self._origins.allows(origin, websocket.headers.get("host", "")):
            await websocket.send_denial_response(PlainTextResponse("origin not allowed\n", status_code=403))
            return
        if PROTOCOL not in websocket.scope.get("subprotocols", ()):
            await websocket.send_denial_response(PlainTextResponse(f"speak {PROTOCOL}\n", status_code=400))
            return
        try:
            await websocket.accept(subprotocol=PROTOCOL)
            await self._converse(Wire(websocket, self._limits), may_start=origin is not None)
        except* (_Gone, WebSocketDisconnect):
            pass

    async def _converse(self, wire: Wire, may_start: bool) -> None:
        hello = await _hello(wire, self._limits.hello_seconds)
        session = await self._session(wire, hello, may_start)
        try:
            with self._visitors.connected(session.conversation):
                await wire.send(encode("session", token=self._sessions.token(session)))
                await Visit(self._desk, wire, self._visitors, self._limits, session.conversation, hello).run()
        except TooManyConnections:
            await wire.close(TOO_MANY)

    async def _session(self, wire: Wire, hello: Hello, may_start: bool) -> Session:
        """Whom the token names, or somebody new. Only a browser may start without a token: it tells its Origin, and we checked it."""
        if hello.token is None:
            return self._sessions.new() if may_start else await wire.close(FORBIDDEN)
        try:
            return self._sessions.read(hello.token)
        except BadToken:
            return await wire.close(BAD_TOKEN)


async def _hello(wire: Wire, seconds: float) -> Hello:
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    frame = parse(await wire.receive())
                except BadFrame as bad:
                    await wire.send(encode("error", code=bad.code, cid=bad.cid))
                    continue
                if isinstance(frame, Hello):
                    return frame
                await wire.send(encode("error", code="hello_first"))
    except TimeoutError:
        await wire.close(NO_HELLO)


class Wire:
    """Text frames in and out. Every method raises _Gone when the connection is over."""

    def __init__(self, websocket: WebSocket, limits: Limits) -> None:
        self._websocket = websocket
        self._limits = limits
        self._sending = asyncio.Lock()

    async def receive(self) -> str:
        """The next text frame. Raises BadFrame for a binary one."""
        event = await self._websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise _Gone
        text: str | None = event.get("text")
        if len(event.get("bytes") or b"") > self._limits.frame_bytes or len((text or "").encode()) > self._limits.frame_bytes:
            await self.close(TOO_BIG)
        if text is None:
            raise BadFrame("bad_frame")
        return text

    async def send(self, frame: str) -> None:
        """Hand over one frame; a client that does not take it in time is dropped."""
        await self.send_what(lambda: frame)

    async def send_what(self, choose: Callable[[], str | None]) -> None:
        """Like :meth:`send`, but what is sent (or nothing) is decided when it is this frame's turn."""
        async with self._sending:
            frame = choose()
            if frame is not None:
                await self._within_time(self._websocket.send_text(frame))

    async def close(self, code: int) -> NoReturn:
        """End the connection with a code."""
        async with self._sending:
            await self._within_time(self._websocket.close(code))
        raise _Gone

    async def _within_time(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await sending
        except (TimeoutError, WebSocketDisconnect, OSError, RuntimeError) as error:  # RuntimeError: Starlette's word for "closed already"
            raise _Gone from error


class Visit:
    """One accepted connection: reads what the owner says, and pushes what was said."""

    def __init__(self, desk: Desk, wire: Wire, visitors: Visitors, limits: Limits, conversation: str, hello: Hello) -> None:
        self._desk = desk
        self._wire = wire
        self._visitors = visitors
        self._limits = limits
        self._conversation = conversation
        self._language = hello.language
        self._seen = hello.after
        self._greeted = False
        #: Ids of what was handed in here and has no answer yet; the advisor "types" meanwhile.
        self._unanswered: set[str] = set()
        self._typing = False

    async def run(self) -> None:
        """Both directions until the connection ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._speak())

    # --- from the owner ---

    async def _listen(self) -> None:
        while True:
            try:
                frame = parse(await self._wire.receive())
                if isinstance(frame, Hello):
                    raise BadFrame("bad_frame")
            except BadFrame as bad:
                await self._refuse(bad)
            else:
                await self._take(frame)

    async def _refuse(self, bad: BadFrame) -> None:
        code = bad.code if self._visitors.may_speak(self._conversation) else "slow_down"
        await self._wire.send(encode("error", code=code, cid=bad.cid))

    async def _take(self, said: Said) -> None:
        if not self._visitors.may_speak(self._conversation):
            await self._wire.send(encode("error", code="slow_down", cid=said.cid))
        elif await self._hand_in(self._incoming(said.cid, text=said.text, button=said.button, client_id=said.cid)):
            await self._wire.send(encode("ack", cid=said.cid))
            await self._show_typing()

    def _incoming(self, cid: str, **said: Any) -> Incoming:
        external_id = f"{self._conversation}:{cid}"
        return Incoming("web", external_id, self._conversation, language=self._language, **said)

    async def _hand_in(self, incoming: Incoming) -> bool:
        """Store it; False when that is impossible now, which the client has been told."""
        cid = incoming.client_id or GREETING
        self._unanswered.add(cid)  # before storing: the answer may come before `receive` returns
        try:
            new = await _whole(self._desk.receive(incoming))
        except Unavailable:
            self._unanswered.discard(cid)
            await self._wire.send(encode("error", code="unavailable", cid=incoming.client_id))
            return False
        if not new:  # answered already, perhaps on another connection: nothing here would end the typing
            self._unanswered.discard(cid)
        return True

    # --- to the owner ---

    async def _speak(self) -> None:
        with self._desk.listening(self._conversation) as event:
            replay = True
            while True:
                event.clear()
                try:
                    await self._push(replay)
                    replay = False
                    if self._seen == 0 and not self._greeted:
                        await self._greet()
                except Unavailable:
                    log.warning("lines cannot be read now", extra={"action": "web_lines_unavailable"})
                await wait_for(event, self._limits.look_seconds)

    async def _greet(self) -> None:
        """Nothing was ever said here: let the advisor speak first. Safe to repeat, because its id is always the same."""
        self._greeted = await self._hand_in(self._incoming(GREETING, command="start"))
        await self._show_typing()

    async def _push(self, replay: bool) -> None:
        while lines := await self._next_lines():
            for line in lines:
                await self._push_line(line, replay)
            await self._show_typing()

    async def _next_lines(self) -> list[Line]:
        if self._seen == 0:
            return await _whole(self._desk.latest_lines(self._conversation, self._limits.history))
        return await _whole(self._desk.lines(self._conversation, self._seen, PAGE))

    async def _push_line(self, line: Line, replay: bool) -> None:
        is_ours = line.author == "owner" and line.client_id is None  # the greeting's command: nobody typed it
        if not is_ours:
            await self._wire.send(message(line, replay))
        self._seen = line.seq
        if line.author == "owner":
            self._unanswered.discard(line.client_id or GREETING)

    async def _show_typing(self) -> None:
        await self._wire.send_what(self._typing_frame)

    def _typing_frame(self) -> str | None:
        on = bool(self._unanswered)
        if on == self._typing:
            return None
        self._typing = on
        return encode("typing", on=on)
