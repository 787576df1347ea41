"""The widget's socket `/ws`, subprotocol `advisor.v1`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.channels.web.door import BAD_TOKEN, TOO_MANY, Door, Refused
from bot.channels.web.frames import PROTOCOL, BadFrame, Hello, encode, parse
from bot.channels.web.limits import Limits, TooManyConnections
from bot.channels.web.visits import Ended, Gone, Visit
from bot.messaging.desk import Desk
from bot.metrics import connected

TOO_BIG = 1009
NO_HELLO = 4008


class Sockets:
    """Serves `/ws`."""

    def __init__(self, desk: Desk, door: Door, limits: Limits) -> None:
        self._desk = desk
        self._door = door
        self._limits = limits

    async def serve(self, websocket: WebSocket) -> None:
        """One connection from its handshake to its end."""
        if not self._door.knows_site(websocket):
            await websocket.send_denial_response(PlainTextResponse("origin not allowed\n", status_code=403))
            return
        if PROTOCOL not in websocket.scope.get("subprotocols", ()):
            await websocket.send_denial_response(PlainTextResponse(f"speak {PROTOCOL}\n", status_code=400))
            return
        try:
            await websocket.accept(subprotocol=PROTOCOL)
            with connected("socket"):
                await self._converse(websocket, SocketWire(websocket, self._limits))
        except* (Gone, WebSocketDisconnect):
            pass

    async def _converse(self, websocket: WebSocket, wire: SocketWire) -> None:
        hello = await _hello(wire, self._limits.hello_seconds)
        try:
            session = await self._door.enter(websocket, hello)
            with self._door.visitors.connected(session.conversation):
                await wire.send(encode("session", token=self._door.sessions.token(session)))
                await Visit(self._desk, wire, self._door, self._limits, session, hello).run()
        except* Ended:
            await wire.close(BAD_TOKEN)
        except* Refused as refused:
            await wire.close(next(each.code for each in refused.exceptions if isinstance(each, Refused)))
        except* TooManyConnections:
            await wire.close(TOO_MANY)


async def _hello(wire: SocketWire, seconds: float) -> Hello:
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


class SocketWire:
    """Text frames in and out of a socket. Every method raises Gone when the connection is over."""

    def __init__(self, websocket: WebSocket, limits: Limits) -> None:
        self._websocket = websocket
        self._limits = limits
        self._sending = asyncio.Lock()

    async def receive(self) -> str:
        """The next text frame. Raises BadFrame for a binary one."""
        event = await self._websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise Gone
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
        raise Gone

    async def _within_time(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                await sending
        except (TimeoutError, WebSocketDisconnect, OSError, RuntimeError) as error:  # RuntimeError: Starlette's word for "closed already"
            raise Gone from error
