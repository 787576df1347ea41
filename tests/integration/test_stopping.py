"""The end of a process: announced first, then what has begun is finished, and it is this process that decides when."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import connect

from bot.app import claim_port
from bot.channels.web.server import web_routes
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.ending import Ending
from bot.operations.health import Readiness, health_routes
from bot.stopping import StoppableServer
from bot.storage.database import Database
from tests.fakes import FakeClock
from tests.integration.web.serving import PATIENCE

#: Nobody waits for it in these tests; a stop that waits is stopped a second time.
LONG_DRAIN = 300.0


@asynccontextmanager
async def served(database: Database, drain_seconds: float) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """The web routes and health, as `advisor serve` has them; the address, and the task that serves."""

    def build(ending: Ending) -> Starlette:
        web = web_routes(Desk(database, Bell(), FakeClock()), secret_key=b"a secret of the tests", ending=ending)
        return Starlette(routes=[*health_routes(Readiness({"database": database.check}), lambda: ending.is_announced), *web])

    server, listener = StoppableServer(build, [], drain_seconds), claim_port("127.0.0.1", 0)
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.005)
    yield address, serving
    if not serving.done():
        os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(PATIENCE):
        await serving


async def readiness(client: httpx.AsyncClient) -> tuple[int, list[str]]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json().get("failed", [])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the signal's handler runs in this loop
            await asyncio.sleep(0.01)


async def test_after_a_sigterm_readyz_is_red_while_everything_goes_on(database: Database) -> None:
    async with served(database, LONG_DRAIN) as (address, serving), httpx.AsyncClient(base_url=f"http://{address}") as client:
        assert await readiness(client) == (200, [])
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
        assert await readiness(client) == (503, ["stopping"])
        assert (await client.get("/healthz")).status_code == 200
        async with connect(f"ws://{address}/ws", origin=f"http://{address}", subprotocols=["advisor.v1"]):  # type: ignore[arg-type, list-item]
            assert not serving.done()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
async def test_the_server_ends_by_itself_and_tells_sockets_to_come_back(database: Database, sent: signal.Signals) -> None:
    async with served(database, 0) as (address, serving):
        async with connect(f"ws://{address}/ws", origin=f"http://{address}", subprotocols=["advisor.v1"]) as socket:  # type: ignore[arg-type, list-item]
            os.kill(os.getpid(), sent)
            async with asyncio.timeout(PATIENCE):
                await socket.wait_closed()
        assert socket.close_code == 1012
        async with asyncio.timeout(PATIENCE):
            await serving  # and the process goes on to finish the rest


async def test_a_ctrl_c_waits_for_nobody_and_a_second_signal_ends_the_drain(database: Database) -> None:
    async with served(database, LONG_DRAIN) as (_, serving):
        os.kill(os.getpid(), signal.SIGINT)
        await until(serving.done)
    async with served(database, LONG_DRAIN) as (_, serving):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await until(serving.done)


def test_whoever_holds_a_connection_is_told_when_the_end_is_here() -> None:
    ending, told = Ending(), list[str]()
    with ending.telling(lambda: told.append("left before")):
        ending.is_announced = True
    with ending.telling(lambda: told.append("here")):
        assert told == []
        ending.come()
    with ending.telling(lambda: told.append("came too late")):
        assert told == ["here", "came too late"]
