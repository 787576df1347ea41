"""The proxy's configuration, as docker-compose.yml mounts it, before servers that say what reached them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from bot.stopping import StoppableServer
from tests.integration.web.serving import free_port, serving
from tests.replicas.proxying import Proxy, caddy, require_caddy

PATIENCE = 15.0


class Upstream:
    """Stands in for an advisor: echoes who came and how; its readiness is set by the test."""

    def __init__(self) -> None:
        self.port = free_port()
        self.is_ready = True
        self.asked = 0
        self.gate = asyncio.Event()

    @property
    def app(self) -> Starlette:
        routes = [Route("/readyz", self._readyz), Route("/events", self._events), WebSocketRoute("/ws", self._ws)]
        return Starlette(routes=[*routes, Route("/{path:path}", self._echo, methods=["GET", "POST"])])

    def config(self) -> uvicorn.Config:
        """As `advisor serve` runs it, with its default trust."""
        server = StoppableServer(lambda ending: self.app, ["127.0.0.1"], 0)
        config = server.config
        config.port = self.port
        return config

    async def _readyz(self, request: Request) -> Response:
        return PlainTextResponse("", 200 if self.is_ready else 503)

    async def _echo(self, request: Request) -> Response:
        self.asked += 1
        client = request.client.host if request.client else None
        try:
            size = len(await request.body())
        except ClientDisconnect:
            return Response(status_code=400)
        seen = {"client": client, "scheme": request.url.scheme, "host": request.headers["host"]}
        return JSONResponse(seen | {"port": self.port, "size": size})

    async def _events(self, request: Request) -> Response:
        async def events() -> AsyncIterator[str]:
            yield "data: first\n\n"
            await self.gate.wait()
            yield "data: second\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _ws(self, websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="advisor.v1")
        await websocket.send_text(json.dumps({"origin": websocket.headers.get("origin"), "heard": await websocket.receive_text()}))
        await websocket.close(1000)


@pytest.fixture
async def upstreams() -> AsyncIterator[list[Upstream]]:
    found = [Upstream(), Upstream()]
    async with AsyncExitStack() as stack:
        for each in found:
            await stack.enter_async_context(serving(each.config()))
        yield found


@pytest.fixture
async def proxy(upstreams: list[Upstream], tmp_path: Path) -> AsyncIterator[Proxy]:
    with caddy(require_caddy(), tmp_path, [each.port for each in upstreams], operators="10.0.0.0/8") as proxy:
        await answering(proxy)
        yield proxy


async def answering(proxy: Proxy) -> None:
    async with asyncio.timeout(PATIENCE), client(proxy) as browser:
        while True:
            try:
                if (await browser.get("/")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


def client(proxy: Proxy) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=proxy.origin, verify=proxy.trust, timeout=PATIENCE)


async def test_the_advisor_sees_who_came_and_by_https_whatever_the_client_claims(proxy: Proxy) -> None:
    async with client(proxy) as browser:
        claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http", "Forwarded": "for=203.0.113.9"}
        seen = (await browser.get("/", headers=claimed)).json()
    assert (seen["client"] in ("127.0.0.1", "::1"), seen["scheme"], seen["host"]) == (True, "https", f"localhost:{proxy.port}")


async def test_figures_and_readiness_are_not_for_the_outside_and_the_operators_page_only_for_theirs(proxy: Proxy) -> None:
    paths = "/metrics", "/readyz", "/operator", "/operator/x", "/healthz", "/"
    async with client(proxy) as browser:
        found = {path: (await browser.get(path)).status_code for path in paths}
    assert found == {"/metrics": 404, "/readyz": 404, "/operator": 404, "/operator/x": 404, "/healthz": 200, "/": 200}


async def test_an_event_passes_at_once(proxy: Proxy, upstreams: list[Upstream]) -> None:
    async with client(proxy) as browser, browser.stream("GET", "/events") as stream, asyncio.timeout(PATIENCE):
        lines = stream.aiter_lines()
        assert await anext(lines) == "data: first"
        for each in upstreams:
            each.gate.set()
        assert [line async for line in lines if line] == ["data: second"]


async def test_a_socket_passes_with_its_protocol_and_origin(proxy: Proxy) -> None:
    address = f"wss://localhost:{proxy.port}/ws"
    options: dict[str, Any] = {"ssl": proxy.trust, "origin": proxy.origin, "subprotocols": ["advisor.v1"]}
    async with connect(address, **options) as socket:
        assert socket.subprotocol == "advisor.v1"
        await socket.send("hello")
        assert json.loads(await socket.recv()) == {"origin": proxy.origin, "heard": "hello"}


async def test_a_body_that_is_too_large_is_refused(proxy: Proxy) -> None:
    async with client(proxy) as browser:
        assert (await browser.post("/chat/messages", content=b"a" * 1_000)).json()["size"] == 1_000
        assert (await browser.post("/chat/messages", content=b"a" * 1_100_000)).status_code in (413, 502)


async def test_a_replica_that_is_not_ready_gets_nothing_more_and_comes_back(proxy: Proxy, upstreams: list[Upstream]) -> None:
    leaving, staying = upstreams
    async with client(proxy) as browser:
        leaving.is_ready = False
        await until(browser, lambda ports: ports == {staying.port})
        before = leaving.asked
        assert {await port_of(browser) for _ in range(20)} == {staying.port}
        assert leaving.asked == before
        leaving.is_ready = True
        await until(browser, lambda ports: leaving.port in ports)


async def test_a_message_for_a_replica_that_was_killed_goes_to_another(upstreams: list[Upstream], tmp_path: Path) -> None:
    killed, staying = Upstream(), upstreams[0]
    async with AsyncExitStack() as dying:
        await dying.enter_async_context(serving(killed.config()))
        with caddy(require_caddy(), tmp_path, [killed.port, staying.port]) as proxy:
            async with client(proxy) as browser:
                await answering(proxy)
                await until(browser, lambda ports: ports == {killed.port, staying.port})
                await dying.aclose()
                seen = [await browser.get("/") for _ in range(5)]  # before the proxy looks again
                tries = [await tries_until_taken(browser) for _ in range(10)]
    assert [answer.status_code for answer in seen] == [200] * 5
    assert max(tries) <= 10
    assert tries[-1] == 1


async def tries_until_taken(browser: httpx.AsyncClient) -> int:
    """Send a message as the widget does: again, until it is taken."""
    for tried in count(1):
        if (await browser.post("/chat/messages", content=b"a")).status_code == 200:
            return tried
        await asyncio.sleep(0.3)
    raise AssertionError


async def port_of(browser: httpx.AsyncClient) -> int:
    return int((await browser.get("/")).json()["port"])


async def until(browser: httpx.AsyncClient, condition: Callable[[set[int]], bool]) -> None:
    """Wait until ten requests in a row go where they should."""
    async with asyncio.timeout(PATIENCE):
        while not condition({await port_of(browser) for _ in range(10)}):  # noqa: ASYNC110 - asks again
            await asyncio.sleep(0.1)


async def test_only_a_trusted_proxy_is_believed() -> None:
    upstream = Upstream()
    for trusted, believed in ((["127.0.0.1"], "203.0.113.9"), (["10.0.0.0/8"], "127.0.0.1"), ([], "127.0.0.1")):
        config = StoppableServer(lambda ending: upstream.app, trusted, 0).config
        config.port = upstream.port
        async with serving(config), httpx.AsyncClient() as browser:
            seen = await browser.get(f"http://127.0.0.1:{upstream.port}/", headers={"X-Forwarded-For": "203.0.113.9"})
            assert seen.json()["client"] == believed
