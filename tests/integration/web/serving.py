"""The web channel as it runs in production, on a real socket: uvicorn, desk, turns and a database, started and stopped at will."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.channels.web.limits import Limits
from bot.channels.web.server import web_routes
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.ending import Ending
from bot.messaging.replicas import ReplicaBell
from bot.messaging.turns import Responder, Turns
from bot.people.profiles import Defaults
from bot.storage.database import Database
from tests.fakes import FakeFiles

SECRET = b"a secret of the tests"
#: Nothing here takes longer, so a test that waits for this long has failed.
PATIENCE = 10.0


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the test runner has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _started(server: uvicorn.Server) -> None:
    async with asyncio.timeout(PATIENCE):
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(config: uvicorn.Config) -> AsyncIterator[None]:
    """Any other server beside the advisor."""
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    await _started(server)
    try:
        yield
    finally:
        server.should_exit = True
        await task


class Advisor:
    """One replica of the advisor. `start` and `stop` may alternate: port and database stay."""

    def __init__(
        self,
        url: str,
        responder: Responder,
        clock: Callable[[], datetime],
        *,
        port: int = 0,
        limits: Limits | None = None,
        allowed_origins: tuple[str, ...] = (),
        routes: tuple[BaseRoute, ...] = (),
        push_services: tuple[str, ...] = (),
        telegram_token: str = "",
    ) -> None:
        self._url = url
        self._responder = responder
        self._clock = clock
        self._limits = limits or Limits()
        self._allowed_origins = allowed_origins
        self._routes = routes
        self._push_services = push_services
        self._telegram_token = telegram_token
        self.files = FakeFiles()
        self.port = port or free_port()

    @property
    def origin(self) -> str:
        """Its address, as a browser names it."""
        return f"http://127.0.0.1:{self.port}"

    async def has_served(self, connections: int = 0) -> None:
        """Wait until no more than so many connections are being served."""
        async with asyncio.timeout(PATIENCE):
            while len(self._server.server_state.tasks) > connections:  # noqa: ASYNC110 - uvicorn offers no event
                await asyncio.sleep(0.01)

    async def has_begun(self, connections: int) -> None:
        """Wait until so many connections are being served."""
        async with asyncio.timeout(PATIENCE):
            while len(self._server.server_state.tasks) < connections:  # noqa: ASYNC110 - uvicorn offers no event
                await asyncio.sleep(0.01)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Everything that `advisor serve` would run for the web."""
        self.database = Database(self._url)
        self.bell, self.ending, self._beside = Bell(), Ending(), AsyncExitStack()
        bell = self.bell
        if not self.database.is_sqlite:
            replicas = ReplicaBell(bell, self.database.url)
            await self._beside.enter_async_context(replicas.carrying())
            await replicas.connected.wait()
        self.desk = Desk(self.database, bell, self._clock, self.files)
        self._turns = asyncio.create_task(Turns(self.database, self._responder, bell, self._clock, Defaults()).run())
        routes = web_routes(
            self.desk,
            secret_key=SECRET,
            allowed_origins=self._allowed_origins,
            push_services=self._push_services,
            telegram_token=self._telegram_token,
            clock=self._clock,
            limits=self._limits,
            ending=self.ending,
        )
        config = uvicorn.Config(
            Starlette(routes=[*self._routes, *routes]),
            port=self.port,
            log_level="warning",
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=self._limits.frame_bytes,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,  # as `advisor serve`: a client that never goes does not hold up the end
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        await _started(self._server)

    async def stop(self) -> None:
        """End it as a deployment would: connections are closed, what is not stored is not acknowledged."""
        self.ending.come()
        self._server.should_exit = True
        await self._serving
        self._turns.cancel()
        with suppress(asyncio.CancelledError):
            await self._turns
        await self._beside.aclose()
        await self.database.close()

    @asynccontextmanager
    async def client(self, token: str | None = None, after: int = 0, lang: str = "ja") -> AsyncIterator[Client]:
        """A connected client that has said hello."""
        async with self.connected() as client:
            await client.say("hello", token=token, after=after, lang=lang)
            client.token = (await client.next("session"))["token"]
            yield client

    @asynccontextmanager
    async def connected(self, **options: Any) -> AsyncIterator[Client]:
        """A client that has said nothing yet."""
        options = {"origin": self.origin, "subprotocols": ["advisor.v1"], "compression": None} | options
        async with connect(f"ws://127.0.0.1:{self.port}/ws", **options) as connection:
            yield Client(connection)


class Client:
    """A client of `advisor.v1` that keeps what it got."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.token: str | None = None
        #: Frames that came while another kind was waited for.
        self.others: list[dict[str, Any]] = []

    async def say(self, kind: str, **parts: Any) -> None:
        """Send one frame."""
        await self.connection.send(json.dumps({"type": kind} | parts))

    async def text(self, cid: str, text: str = "") -> None:
        """Type something."""
        await self.say("text", cid=cid, text=text or f"text {cid}")

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; others are kept aside."""
        for index, frame in enumerate(self.others):
            if frame["type"] == kind:
                return self.others.pop(index)
        async with asyncio.timeout(PATIENCE):
            while (frame := json.loads(await self.connection.recv()))["type"] != kind:
                self.others.append(frame)
        return dict(frame)

    async def lines(self, number: int) -> list[tuple[int, str, str]]:
        """The next lines as (seq, from, text)."""
        frames = [await self.next("message") for _ in range(number)]
        return [(frame["seq"], frame["from"], frame["text"]) for frame in frames]

    async def hears_nothing_more(self, seconds: float = 0.3) -> bool:
        """Whether no line is left, or comes shortly."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                self.others.append(await self.next("message"))
        return not any(frame["type"] == "message" for frame in self.others)

    async def close_code(self) -> int | None:
        """The code with which the server ends the connection."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.connection.recv()
        return self.connection.close_code


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
