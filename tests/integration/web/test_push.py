"""Telling a browser of a check-in while no page is open, against a push service that is as strict as a real one."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
import httpx
import jwt
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web.push import signing_key
from bot.channels.web.server import web_pusher
from bot.messaging.message import Incoming, Reply
from bot.messaging.notices import GRACE
from bot.people.data import erase
from bot.storage.tables import Conversation, PushSubscription
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.conftest import QUICK
from tests.integration.web.serving import SECRET, Advisor, Client, free_port, serving

#: A public key on the curve.
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class FakePushService:
    """Takes what is encrypted for its browser and signed for its own address; answers with `statuses`, then 201."""

    port: int = field(default_factory=free_port)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    statuses: list[int] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def subscription(self, name: str = "one") -> dict[str, Any]:
        """What the browser's PushManager would hand out."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": f"{self.origin}/send/{name}", "keys": {"p256dh": _text(point), "auth": _text(self.auth)}}

    async def send(self, request: Request) -> Response:
        """The push service's side of RFC 8030, 8291 and 8292."""
        if self.statuses:
            return Response(status_code=self.statuses.pop(0))
        scheme, _, parts = request.headers["authorization"].partition(" ")
        named = dict(part.strip().split("=", 1) for part in parts.split(","))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(named["k"]))
        claims = jwt.decode(named["t"], public, algorithms=["ES256"], audience=self.origin)
        if scheme != "vapid" or request.headers["content-encoding"] != "aes128gcm" or int(request.headers["ttl"]) <= 0:
            return Response(status_code=400)
        self.claims.append(claims)
        self.told.append(json.loads(http_ece.decrypt(await request.body(), private_key=self.key, auth_secret=self.auth)))
        return Response(status_code=201)


@pytest.fixture
async def service() -> AsyncIterator[FakePushService]:
    """A push service, listening."""
    fake = FakePushService()
    app = Starlette(routes=[Route("/send/{name}", fake.send, methods=["POST"])])
    async with serving(uvicorn.Config(app, port=fake.port, log_level="warning", lifespan="off")):
        yield fake


@pytest.fixture
async def advisor(sqlite_url: str, responder: FakeResponder, clock: FakeClock, service: FakePushService) -> AsyncIterator[Advisor]:
    """The advisor, which takes the fake for a push service."""
    responder.script = _check_in
    async with Advisor(sqlite_url, responder, clock, limits=QUICK, push_services=(service.origin,)) as advisor:
        yield advisor


def _check_in(incoming: Incoming) -> list[Reply]:
    text = "**1週間**たちました。進み具合はいかがですか?\n選んでください。" if incoming.checkin else "はい。"
    return [Reply(text=text, language="ja")]


async def _change(advisor: Advisor, token: str | None, **body: Any) -> int:
    headers = {"origin": advisor.origin, "authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        return (await client.post("/chat/push", json=body, headers=headers)).status_code


@asynccontextmanager
async def _subscribed(advisor: Advisor, service: FakePushService) -> AsyncIterator[Client]:
    async with advisor.client() as client:
        await client.lines(1)
        assert await _change(advisor, client.token, subscription=service.subscription()) == 200
        yield client


async def _comes_due(advisor: Advisor, number: int = 1) -> str:
    """A check-in reaches the conversation; returns the conversation."""
    async with advisor.database.reading() as session:
        conversation = str(await session.scalar(select(Conversation.id)))
    incoming = Incoming("clock", f"checkin-{number}", conversation, checkin=number)
    assert await advisor.desk.answer(incoming)
    return conversation


async def test_check_in_is_told_when_nobody_looked_in_time(advisor: Advisor, service: FakePushService, clock: FakeClock) -> None:
    async with _subscribed(advisor, service):
        pass
    pusher = web_pusher(advisor.desk, SECRET)
    await _comes_due(advisor)
    assert await pusher.tell() == 0
    clock.advance(GRACE)
    assert await pusher.tell() == 1
    told = {"title": "経営のデジタル相談", "body": "1週間たちました。進み具合はいかがですか?", "lang": "ja"}
    assert service.told == [told | {"url": f"{advisor.origin}/?lang=ja"}]
    assert service.claims[0]["sub"].startswith("mailto:")
    assert await pusher.tell() == 0


async def test_check_in_that_was_read_on_an_open_page_is_not_told(advisor: Advisor, service: FakePushService, clock: FakeClock) -> None:
    async with _subscribed(advisor, service) as client:
        await _comes_due(advisor)
        seq = (await client.next("message"))["seq"]
        await client.say("read", seq=seq)
        await client.text("a")
        await client.next("ack")  # what came before it has been dealt with
    clock.advance(GRACE)
    assert await web_pusher(advisor.desk, SECRET).tell() == 0


async def test_answers_are_never_told(advisor: Advisor, service: FakePushService, clock: FakeClock) -> None:
    async with _subscribed(advisor, service) as client:
        await client.text("a")
        await client.lines(2)
    clock.advance(GRACE)
    assert await web_pusher(advisor.desk, SECRET).tell() == 0


async def test_two_replicas_tell_once(advisor: Advisor, service: FakePushService, clock: FakeClock) -> None:
    async with _subscribed(advisor, service):
        await _comes_due(advisor)
    clock.advance(GRACE)
    assert [await web_pusher(advisor.desk, SECRET).tell() for _ in range(2)] == [1, 0]


async def test_busy_service_is_tried_again(
    advisor: Advisor, service: FakePushService, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.web.push.PAUSES_SECONDS", (0.0, 0.0, None))
    async with _subscribed(advisor, service):
        await _comes_due(advisor)
    clock.advance(GRACE)
    service.statuses = [503, 429]
    assert await web_pusher(advisor.desk, SECRET).tell() == 1
    assert len(service.told) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_browser_that_is_gone_is_forgotten(advisor: Advisor, service: FakePushService, clock: FakeClock, status: int) -> None:
    async with _subscribed(advisor, service):
        await _comes_due(advisor)
    clock.advance(GRACE)
    service.statuses = [status]
    assert await web_pusher(advisor.desk, SECRET).tell() == 0
    assert await _subscriptions(advisor) == []


async def _subscriptions(advisor: Advisor) -> list[str]:
    async with advisor.database.reading() as session:
        return list(await session.scalars(select(PushSubscription.endpoint)))


async def test_owner_stops_it(advisor: Advisor, service: FakePushService) -> None:
    async with _subscribed(advisor, service) as client:
        assert len(await _subscriptions(advisor)) == 1
        assert await _change(advisor, client.token, gone=service.subscription()["endpoint"]) == 200
    assert await _subscriptions(advisor) == []


async def test_only_the_newest_browsers_of_a_conversation_are_kept(advisor: Advisor, service: FakePushService) -> None:
    async with _subscribed(advisor, service) as client:
        for number in range(6):
            await _change(advisor, client.token, subscription=service.subscription(f"n{number}"))
    assert [endpoint[-2:] for endpoint in await _subscriptions(advisor)] == ["n1", "n2", "n3", "n4", "n5"]


async def test_erasing_what_is_kept_ends_it(advisor: Advisor, service: FakePushService, clock: FakeClock) -> None:
    async with _subscribed(advisor, service):
        pass
    async with advisor.database.transaction() as session:
        conversation = (await session.scalars(select(Conversation))).one()
        await erase(session, conversation.person, conversation, clock())
    assert await _subscriptions(advisor) == []


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://internal.example/send"},
        {"endpoint": "http://fcm.googleapis.com/send"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/send"},
        {"endpoint": "https://fcm.googleapis.com:8443/send"},
        {"endpoint": "https://user@fcm.googleapis.com/send"},
        {"endpoint": "https://fcm.googleapis.com/" + "x" * 1000},
        {"endpoint": "https://[fcm.googleapis.com"},
        {"endpoint": "https://fcm.googleapis.com/\x00"},
        {"endpoint": "https://fcm.googleapis.com/あ"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": POINT, "auth": "AAAA"}},
        {"keys": {"p256dh": POINT, "auth": "あ" * 22}},
        {"keys": None},
    ],
)
async def test_only_the_push_services_of_browsers_are_taken(advisor: Advisor, service: FakePushService, change: dict[str, Any]) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        assert await _change(advisor, client.token, subscription=service.subscription() | change) == 400
        good = service.subscription() | {"endpoint": "https://fcm.googleapis.com/fcm/send/x"}
        assert await _change(advisor, client.token, subscription=good) == 200


async def test_key_is_the_same_on_every_replica_and_after_a_restart(advisor: Advisor) -> None:
    assert signing_key(SECRET).private_numbers() == signing_key(SECRET).private_numbers()
    assert signing_key(SECRET).private_numbers() != signing_key(b"another").private_numbers()
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        key = (await client.get("/chat/push")).json()["key"]
    assert len(_raw(key)) == 65
