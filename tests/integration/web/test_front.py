"""What every request passes: sizes, times, numbers, and the headers of every answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.addresses import counted
from bot.channels import allowance, heads
from bot.channels.front import HEADERS, Front, FrontLimits
from bot.channels.heads import BoundedHttp
from bot.metrics import REGISTRY
from tests.fuzz.calling import Answer, Headers, request, talk
from tests.integration.web.serving import free_port, serving

HOST: Headers = [(b"host", b"advisor.example")]
ABROAD = "198.18.0.9"


async def _read_all(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _greedy(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads to the end, whatever it is told, and then answers."""
    while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
        pass
    await PlainTextResponse("read")(scope, receive, send)


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    while True:
        try:
            await websocket.receive_text()
        except WebSocketDisconnect:
            return


def front(**limits: Any) -> Front:
    routes = [
        *(Route(path, _read_all, methods=["GET", "POST"]) for path in ("/", "/webhooks/rest/webhook", "/metrics")),
        WebSocketRoute("/ws", _socket),
    ]
    return Front(Starlette(routes=routes), FrontLimits(**limits), lambda: 0.0)


def refused(limit: str) -> float:
    return REGISTRY.get_sample_value("advisor_refusals_total", {"limit": limit}) or 0.0


async def ask(app: Any, path: bytes = b"/", headers: Headers = HOST, body: bytes = b"", **more: Any) -> Answer:
    return await request(app, "POST" if body else "GET", path, headers=headers, body=body, **more)


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        (b"a=1", HOST, 200),
        (b"a" * 5000, HOST, 414),
        (b"a=\xc3\x28", HOST, 400),
        (b"", [*HOST, (b"cookie", b"a" * 33_000)], 431),
        (b"", [*HOST, *[(b"x", b"y")] * 101], 431),
        (b"", [(b"host", b"[")], 400),
        (b"", [(b"host", b"a b")], 400),
        (b"", [(b"host", b"[::1]:8000")], 200),
        (b"", [*HOST, (b"host", b"other.example")], 400),
        (b"", [*HOST, (b"content-length", b"1000001")], 413),
        (b"", [*HOST, (b"content-length", b"9" * 400)], 413),
    ],
)
async def test_what_is_too_large_or_names_no_host_is_refused_before_anybody_sees_it(query: bytes, headers: Headers, status: int) -> None:
    answer = await ask(front(), query=query, headers=headers)
    assert answer.status == status
    assert all(answer.header(name.lower().encode()) for name in HEADERS)


async def test_a_body_without_a_length_is_bounded_too_whatever_the_channel_does() -> None:
    before = refused("body")
    for app in (front(body_bytes=1000), Front(_greedy, FrontLimits(body_bytes=1000))):
        assert (await ask(app, body=b"a" * 1000, pieces=4)).status == 200
        assert (await ask(app, body=b"a" * 5000, pieces=10)).status == 413
    assert refused("body") == before + 2


def _post() -> Scope:
    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": HOST, "scheme": "http"}
    return scope | {"client": None, "server": None, "root_path": ""}


async def test_a_body_that_does_not_come_ends_the_request() -> None:
    answered: list[Any] = []

    async def receive() -> dict[str, Any]:
        if answered:
            return {"type": "http.disconnect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        answered.append(message)

    await front(body_seconds=0.01)(_post(), receive, send)
    assert answered[0]["status"] == 408


async def test_a_client_that_goes_in_the_middle_of_its_body_is_no_fault_of_ours() -> None:
    answered: list[Any] = []
    parts = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: Any) -> None:
        answered.append(message)

    await front()(_post(), receive, send)
    assert answered == []


async def test_what_the_application_itself_raises_gets_out() -> None:
    async def falls(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        raise RuntimeError("a fault of ours")

    with pytest.raises(RuntimeError):
        await ask(Front(falls), body=b"x")


async def test_an_address_may_ask_so_often_and_others_do_not_pay_for_it() -> None:
    app, before = front(requests=2, requests_per_minute=0.0), refused("requests_of_address")
    answers = [await ask(app, client=ABROAD) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].header(b"retry-after") == b"60"
    assert (await ask(app, client="198.51.100.8")).status == 200
    assert refused("requests_of_address") == before + 1


async def test_callers_with_secrets_of_their_own_and_near_addresses_are_not_counted() -> None:
    app = front(requests=1, requests_per_minute=0.0)
    for path in (b"/webhooks/rest/webhook", b"/metrics"):
        assert {(await ask(app, path, client=ABROAD)).status for _ in range(3)} == {200}
    for client in ("127.0.0.1", "10.0.0.3", "::1", "fe80::1%eth0", "", "unix"):
        assert {(await ask(app, client=client)).status for _ in range(3)} == {200}


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001:81b::/64"),
        ("192.168.1.4", ""),
        ("testclient", ""),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(host: str, name: str) -> None:
    assert counted(host) == name


async def test_a_site_may_ask_so_often_whoever_visits_it() -> None:
    app = front(site_requests=2, site_requests_per_minute=0.0)
    site = [*HOST, (b"origin", b"https://shop.example")]
    assert [(await ask(app, headers=site, client=f"203.0.113.{n}")).status for n in range(3)] == [200, 200, 429]
    assert (await ask(app, headers=[*HOST, (b"origin", b"https://other.example")])).status == 200


async def test_an_address_holds_so_many_sockets_and_gets_them_back() -> None:
    app = front(sockets=1)
    app._sockets["203.0.113.9"] = 1
    refused_one = await request_socket(app, "203.0.113.9")
    assert refused_one.status == 429
    del app._sockets["203.0.113.9"]
    assert (await request_socket(app, "203.0.113.9")).status == 101
    assert not app._sockets


async def request_socket(app: Front, client: str) -> Answer:
    async def from_there(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": (client, 1)}, receive, send)

    return await talk(from_there, b"/ws", b"", HOST, [], ["hello"])


async def test_over_tls_browsers_are_told_to_stay_there() -> None:
    async def over_tls(scope: Scope, receive: Receive, send: Send) -> None:
        await front()({**scope, "scheme": "https"}, receive, send)

    assert (await ask(over_tls)).header(b"strict-transport-security")
    assert not (await ask(front())).header(b"strict-transport-security")


def test_a_crowd_of_names_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_BUCKETS", 100)
    bucket = allowance.Allowance(2, 0.0, lambda: 0.0)
    assert [bucket.take("greedy") for _ in range(3)] == [True, True, False]
    for number in range(1000):
        bucket.take(f"name {number}")
    assert len(bucket) <= 100
    assert not bucket.take("greedy")  # who has used up theirs is remembered before those who have not


class _Wire:
    """A real server with bounded heads."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def ask(self, *pieces: bytes) -> bytes:
        """What comes back, until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(10):
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()


@pytest.fixture
async def wire() -> Any:
    config = uvicorn.Config(front(), port=free_port(), http=BoundedHttp, log_config=None, lifespan="off")
    async with serving(config):
        yield _Wire(config.port)


async def test_a_head_without_end_ends_the_connection(wire: _Wire) -> None:
    before = refused("head")
    assert await wire.ask(b"GET / HTTP/1.1\r\nHost: localhost\r\n", *[b"X: " + b"y" * 8000 + b"\r\n"] * 20) == b""
    assert refused("head") == before + 1


async def test_a_head_that_does_not_come_ends_the_connection(wire: _Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "WITHIN_SECONDS", 0.05)
    before = refused("head_time")
    assert await wire.ask() == b""
    assert await wire.ask(b"GET / HTTP/1.1\r\n") == b""
    assert refused("head_time") == before + 2


async def test_requests_on_one_connection_go_on_as_ever(wire: _Wire) -> None:
    one = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + b"a" * 100_000
    last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert (await wire.ask(one, last)).count(b"200 OK") == 2
