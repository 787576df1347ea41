"""Bytes on the wire of a real server: what no client library would send. It may refuse them, but it must go on serving."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import httpx
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.channels.heads import BoundedHttp
from tests.fuzz.calling import PATIENCE
from tests.fuzz.house import House, shown_in
from tests.fuzz.making import Maker
from tests.fuzz.running import Outcome
from tests.fuzz.surfaces import frame
from tests.integration.web.serving import free_port, serving

_LINES = (
    *(b"GET / HTTP/1.1", b"POST /chat/messages HTTP/1.1", b"GET /ws HTTP/1.1", b"PUT * HTTP/1.1"),
    *(b"GET http://x/ HTTP/1.0", b"CONNECT a:1 HTTP/1.1", b"GET /%ff%00 HTTP/1.1"),
)
_FIELDS = (
    *(b"Host: localhost", b"Host: [", b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked, chunked", b"Connection: Upgrade", b"Upgrade: websocket"),
    *(b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13"),
    *(b"Sec-WebSocket-Protocol: advisor.v1", b"Origin: http://localhost", b"Expect: 100-continue", b"Cookie: " + b"a" * 9000),
    *(b"X: " + b"y" * 70_000, b": nothing", b"\x00: \x00", b"X-Forwarded-For: \xff, [", b"Content-Type: multipart/form-data; boundary="),
)
_BODIES = (b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\n", b"{}", b"\x00" * 100, b"a" * 200_000)


async def throw_at_the_wire(house: House, seed: int, inputs: int, outcome: Outcome) -> None:
    """Half of the inputs are requests as bytes, half are frames of a WebSocket, with one look at `/healthz` after every fifty."""
    port = free_port()
    options: dict[str, Any] = {"ws": "websockets-sansio", "ws_max_size": 64 * 1024, "access_log": False, "log_config": None}
    config = uvicorn.Config(house.app, port=port, lifespan="off", http=BoundedHttp, **options)
    async with serving(config), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for number in range(inputs):
            maker, surface = Maker(seed + number), "wire, WebSocket" if number % 2 else "wire, HTTP"
            outcome.counts[surface] += 1
            try:
                async with asyncio.timeout(PATIENCE):
                    shown = await (_socket(port, house, maker) if number % 2 else _bytes(port, maker))
                    if number % 50 == 0 and (await client.get("/healthz")).status_code != 200:
                        outcome.fail(surface, seed + number, "the server does not answer any more")
            except TimeoutError:
                outcome.fail(surface, seed + number, "no answer in time")
                continue
            for what in [*shown_in(shown), *(["a 5xx"] if shown.startswith(b"HTTP/1.1 5") else [])]:
                outcome.fail(surface, seed + number, f"showed {what}: {shown[:300]!r}")
    for what in house.said_wrong():
        outcome.fail("log", seed, what)


async def _bytes(port: int, maker: Maker) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    fields = [maker.chance.choice(_FIELDS) for _ in range(maker.chance.randint(0, 6))]
    made = b"\r\n".join([maker.chance.choice(_LINES), *fields, b"", maker.chance.choice(_BODIES)])
    with suppress(OSError):
        writer.write(maker.broken(made) if maker.often(0.5) else made)
        await writer.drain()
        writer.write_eof()
    shown = b""
    with suppress(OSError):
        shown = await reader.read(20_000)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return shown


async def _socket(port: int, house: House, maker: Maker) -> bytes:
    shown = ""
    hello = json.dumps({"type": "hello", "token": maker.chance.choice(house.tokens), "after": 0, "lang": "ja"})
    options: dict[str, Any] = {"origin": f"http://127.0.0.1:{port}", "subprotocols": ["advisor.v1"], "compression": None}
    with suppress(OSError, WebSocketException, EOFError):
        async with connect(f"ws://127.0.0.1:{port}/ws", **options) as socket:
            await socket.send(hello)
            for _ in range(maker.chance.randint(1, 3)):
                made = maker.body(frame(house, maker))
                await socket.send(made[:100_000], text=maker.often(0.9))
            shown = str(await socket.recv())
    return shown.encode()
