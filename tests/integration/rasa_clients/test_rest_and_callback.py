"""Rasa's REST and callback channels, as their clients use them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.channels.rasa_callback import CallbackSender, callback_routes
from bot.channels.rasa_rest import rest_routes
from bot.messaging.desk import Desk
from bot.messaging.message import Button, File, Image, Incoming, Reply
from tests.fakes import FakeClock, FakeResponder
from tests.integration.rasa_clients.conftest import Served
from tests.integration.web.serving import serving

TOKEN = {"authorization": "Bearer secret"}


def _rich(incoming: Incoming) -> Sequence[Reply]:
    image, file = Image("/files/a", "点数", 10, 10), File("報告.pdf", "/files/b", 1)
    buttons = (Button("はい", meaning="yes"),)
    return [Reply(text="一\n\n二"), Reply(text="三\n\n四", buttons=buttons), Reply(text="五", image=image, file=file)]


def _expected(base: str) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"text": "一"},
        {"text": "二"},
        {"text": "三\n\n四", "buttons": [{"title": "はい", "payload": "b3.0"}]},
        {"text": "五"},
        {"image": f"{base}/files/a"},
        {"attachment": f"{base}/files/b"},
    ]
    return [{"recipient_id": "me"} | part for part in parts]


async def test_reply_is_what_rasa_would_send(served: Served, desk: Desk, responder: FakeResponder) -> None:
    responder.script = _rich
    async with serving(served.config(rest_routes(desk, "secret"))), httpx.AsyncClient(base_url=served.origin, headers=TOKEN) as client:
        assert (await client.get("/webhooks/rest/")).json() == {"status": "ok"}
        body = json.dumps({"sender": "me", "message": " hi ", "metadata": {}})
        plain = await client.post("/webhooks/rest/webhook", content=body, headers={"content-type": "text/plain"})
        assert plain.json() == _expected(served.origin)
    assert responder.heard[0].text == "hi"


async def test_stream_is_one_json_object_a_line(served: Served, desk: Desk) -> None:
    async with serving(served.config(rest_routes(desk, "secret"))), httpx.AsyncClient(base_url=served.origin, headers=TOKEN) as client:
        answer = await client.post("/webhooks/rest/webhook?stream=true", json={"message": "hi"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(line) for line in answer.text.splitlines()] == [{"recipient_id": "default", "text": "echo: hi"}]


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b'{"sender":1}', 400), (b"x" * 300_000, 400)])
async def test_malformed_bodies_are_refused(served: Served, desk: Desk, body: bytes, status: int) -> None:
    async with serving(served.config(rest_routes(desk, "secret"))), httpx.AsyncClient(base_url=served.origin, headers=TOKEN) as client:
        assert (await client.post("/webhooks/rest/webhook", content=body)).status_code == status


@pytest.mark.parametrize("channel", ["rest", "callback"])
async def test_nobody_enters_without_the_token(served: Served, desk: Desk, channel: str, responder: FakeResponder) -> None:
    routes = [*rest_routes(desk, "secret"), *callback_routes(desk, "secret")]
    async with serving(served.config(routes)), httpx.AsyncClient(base_url=served.origin) as client:
        for headers in ({}, {"authorization": "Bearer wrong"}):
            assert (await client.post(f"/webhooks/{channel}/webhook", json={"message": "x"}, headers=headers)).status_code == 401
    assert responder.heard == []


class FakeReceiver:
    """The operator's address; answers with `statuses`, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[dict[str, Any]] = []
        self._statuses = list(statuses)
        self._came = asyncio.Event()

    async def has_got(self, number: int) -> None:
        """Wait for so many messages."""
        while len(self.got) < number:
            self._came.clear()
            await self._came.wait()

    def client(self) -> httpx.AsyncClient:
        """A client whose requests all come here."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._take))

    def _take(self, request: httpx.Request) -> httpx.Response:
        if self._statuses:
            return httpx.Response(self._statuses.pop(0))
        self.got.append(json.loads(request.content))
        self._came.set()
        return httpx.Response(200)


async def test_callback_posts_every_reply_in_order_and_check_ins_too(served: Served, desk: Desk, responder: FakeResponder) -> None:
    responder.script, receiver = _rich, FakeReceiver()
    sending = asyncio.create_task(CallbackSender(desk, "https://shop.example/replies", receiver.client).run())
    async with serving(served.config(callback_routes(desk, "secret"))), httpx.AsyncClient(base_url=served.origin, headers=TOKEN) as client:
        answer = await client.post("/webhooks/callback/webhook", json={"sender": "me", "message": "hi"})
        assert (answer.status_code, answer.text) == (200, "success")
        await desk.answer(Incoming("clock", "checkin-1", "callback:me", checkin=1))
        async with asyncio.timeout(10):
            await receiver.has_got(12)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    assert receiver.got[:6] == _expected("")
    assert len(receiver.got) == 12


async def test_callback_that_was_refused_is_tried_again(served: Served, desk: Desk, clock: FakeClock) -> None:
    receiver = FakeReceiver(503)
    sender = CallbackSender(desk, "https://shop.example/replies", receiver.client)
    await desk.answer(Incoming("callback", "1", "callback:me", text="hi"))
    async with receiver.client() as client:
        await sender.deliver(client)
        assert receiver.got == []
        clock.advance(timedelta(minutes=1))
        await sender.deliver(client)
    assert receiver.got == [{"recipient_id": "me", "text": "echo: hi"}]
