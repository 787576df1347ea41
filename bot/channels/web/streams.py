"""The same conversation without a socket, for networks that let none through: server-sent events or polling for what is said, plain
requests for what the owner says. The JSON is that of `advisor.v1`; the token comes in a header, never in an address.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.channels.web.bodies import NEVER_KEPT, refusal, refused, text_of
from bot.channels.web.door import Door, Refused
from bot.channels.web.frames import BadFrame, Hello, encode, known_code, known_language, parse, position
from bot.channels.web.limits import Limits, TooManyConnections
from bot.channels.web.sessions import Session
from bot.channels.web.visits import Gone, Visit
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import Ending
from bot.metrics import connected

#: nginx would keep the events until its buffer is full.
_STREAM = NEVER_KEPT | {"X-Accel-Buffering": "no"}
_WAITING_FRAMES = 64
_NO_FRAME, _SIGN_OF_LIFE = "", ": here\n\n"


class Streams:
    """Serves `/chat/messages` and `/chat/events`."""

    def __init__(self, desk: Desk, door: Door, limits: Limits, ending: Ending) -> None:
        self._desk = desk
        self._door = door
        self._limits = limits
        self._ending = ending

    async def messages(self, request: Request) -> Response:
        """One frame of the client; answered with the frames that a socket would have sent at once."""
        if not self._door.knows_site(request):
            return refusal(403)
        try:
            frame = parse(await text_of(request, self._limits.frame_bytes))
            if isinstance(frame, Hello):
                session = await self._door.enter(request, frame)
                return _frames([encode("session", token=self._door.sessions.token(session))])
            wire = Collected()
            await self._visit(wire, await self._door.bearer(request), _hello(request)).take(frame)
        except BadFrame as bad:
            return _frames([encode("error", code=bad.code, cid=bad.cid)])
        except Refused as reason:
            return refused(reason)
        return _frames(wire.frames)

    async def events(self, request: Request) -> Response:
        """What was said after `after`: a stream, or with `poll` what is there now (waiting a while for something)."""
        try:
            session, hello = await self._door.bearer(request), _hello(request)
        except Refused as reason:
            return refused(reason)
        if "poll" in request.query_params:
            return await self._poll(session, hello, replay="first" in request.query_params)
        return StreamingResponse(self._stream(session, hello), media_type="text/event-stream", headers=_STREAM)

    async def _poll(self, session: Session, hello: Hello, replay: bool) -> Response:
        wire = Collected()
        visit, conversation = self._visit(wire, session, hello), session.conversation
        try:
            with self._door.visitors.connected(conversation), connected("poll"), self._desk.listening(conversation) as event:
                await visit.look(replay)
                if not wire.says_something:
                    with self._ending.telling(event.set):
                        await wait_for(event, self._limits.poll_seconds)
                    await visit.look(replay=False)
        except TooManyConnections:
            return refusal(429)
        except Unavailable:
            return refusal(503)
        return _frames(wire.frames)

    async def _stream(self, session: Session, hello: Hello) -> AsyncIterator[str]:
        wire = Queued(self._limits.send_seconds)
        try:
            with self._door.visitors.connected(session.conversation), connected("stream"), self._ending.telling(wire.end):
                speaking = asyncio.create_task(self._visit(wire, session, hello).speak())
                try:
                    yield _SIGN_OF_LIFE
                    while not speaking.done() and not wire.is_ended:
                        yield await wire.next_event(self._limits.stream_beat_seconds)
                finally:
                    speaking.cancel()
                    with suppress(asyncio.CancelledError, Gone):
                        await speaking
        except TooManyConnections:
            yield "event: refused\ndata: 429\n\n"

    def _visit(self, wire: Collected | Queued, session: Session, hello: Hello) -> Visit:
        return Visit(self._desk, wire, self._door, self._limits, session, hello)


class Collected:
    """A wire whose frames become the answer to one request."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    @property
    def says_something(self) -> bool:
        """Whether a line is among the frames."""
        return any(frame.startswith('{"type":"message"') for frame in self.frames)

    async def receive(self) -> str:
        """Nothing comes in on this wire."""
        raise Gone

    async def send(self, frame: str) -> None:
        """Keep one frame."""
        self.frames.append(frame)

    async def send_what(self, choose: Callable[[], str | None]) -> None:
        """Keep what is chosen, if anything."""
        frame = choose()
        if frame is not None:
            self.frames.append(frame)


class Queued:
    """A wire whose frames leave as server-sent events. Every method raises Gone when the client takes none any more."""

    def __init__(self, send_seconds: float) -> None:
        self._waiting: asyncio.Queue[str] = asyncio.Queue(_WAITING_FRAMES)
        self._send_seconds = send_seconds
        self.is_ended = False

    def end(self) -> None:
        """No more than what waits already; the client comes back, to another process perhaps."""
        self.is_ended = True
        if self._waiting.empty():
            self._waiting.put_nowait(_NO_FRAME)

    async def receive(self) -> str:
        """Nothing comes in on this wire."""
        raise Gone

    async def send(self, frame: str) -> None:
        """Queue one frame."""
        try:
            async with asyncio.timeout(self._send_seconds):
                await self._waiting.put(frame)
        except TimeoutError as error:
            raise Gone from error

    async def send_what(self, choose: Callable[[], str | None]) -> None:
        """Queue what is chosen, if anything."""
        frame = choose()
        if frame is not None:
            await self.send(frame)

    async def next_event(self, seconds: float) -> str:
        """The next frame as an event, or a sign of life after so many seconds without one."""
        try:
            async with asyncio.timeout(seconds):
                frame = await self._waiting.get()
        except TimeoutError:
            frame = _NO_FRAME
        return f"data: {frame}\n\n" if frame else _SIGN_OF_LIFE


def _hello(request: Request) -> Hello:
    query: dict[str, Any] = dict(request.query_params)
    return Hello(None, position(query.get("after", "0")), known_language(query.get("lang")), known_code(query.get("join")))


def _frames(frames: list[str]) -> Response:
    return Response(f"[{','.join(frames)}]", media_type="application/json", headers=NEVER_KEPT)
