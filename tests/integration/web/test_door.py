"""Who may come in, and what happens to those who do not keep to the protocol."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from bot.channels.web.limits import Limits, TooManyConnections, Visitors
from bot.channels.web.sessions import Session, Sessions
from bot.messaging.message import TEXT_LIMIT
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.conftest import QUICK
from tests.integration.web.serving import SECRET, Advisor, Client


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example", ""])
async def test_foreign_origin_is_refused_before_the_handshake(advisor: Advisor, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with advisor.connected(origin=origin):
            pass
    assert refusal.value.response.status_code == 403


async def test_allowed_origin_may_begin_a_session(advisor: Advisor) -> None:
    async with advisor.connected(origin="https://shop.example") as client:
        await client.say("hello", token=None, after=0, lang="ja")
        assert (await client.next("session"))["token"]


async def test_client_without_origin_needs_a_token(advisor: Advisor) -> None:
    async with advisor.connected(origin=None) as stranger:
        await stranger.say("hello", token=None, after=0, lang="ja")
        assert await stranger.close_code() == 4003
    async with advisor.client() as browser:
        await browser.lines(1)
    async with advisor.connected(origin=None) as known:
        await known.say("hello", token=browser.token, after=0, lang="ja")
        assert len(await known.lines(1)) == 1


async def test_other_subprotocol_is_refused(advisor: Advisor) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(f"ws://127.0.0.1:{advisor.port}/ws", origin=Origin(advisor.origin)):
            pass
    assert refusal.value.response.status_code == 400


def _token(signer_key: bytes = SECRET, payload: object = ("a" * 32, 0)) -> str:
    return str(URLSafeSerializer(signer_key, salt="advisor web session").dumps(payload))


@pytest.mark.parametrize(
    "token", ["x", "not.a.token", _token(), _token(b"another key"), "é" * 2000], ids=["short", "shape", "digest", "key", "long"]
)
async def test_forged_token_is_refused(advisor: Advisor, token: str) -> None:
    async with advisor.connected() as client:
        await client.say("hello", token=token, after=0, lang="ja")
        assert await client.close_code() == 4001


async def test_changed_token_is_refused(advisor: Advisor) -> None:
    async with advisor.client() as client:
        token = client.token or ""
    changed = token[:5] + ("A" if token[5] != "A" else "B") + token[6:]
    async with advisor.connected() as thief:
        await thief.say("hello", token=changed, after=0, lang="ja")
        assert await thief.close_code() == 4001


async def test_token_expires_after_thirty_days_unless_it_is_used(advisor: Advisor, clock: FakeClock) -> None:
    async with advisor.client() as first:
        await first.lines(1)
    clock.advance(timedelta(days=29))
    async with advisor.client(first.token) as second:
        assert len(await second.lines(1)) == 1
    clock.advance(timedelta(days=29))
    async with advisor.client(second.token) as third:
        assert len(await third.lines(1)) == 1
    async with advisor.connected() as late:
        await late.say("hello", token=first.token, after=0, lang="ja")
        assert await late.close_code() == 4001


def test_tokens_are_random_and_name_their_conversation(clock: FakeClock) -> None:
    sessions = Sessions(SECRET, clock)
    made = {sessions.new() for _ in range(50)}
    assert len(made) == 50
    assert all(len(session.id) == 32 for session in made)
    assert sessions.read(sessions.token(Session("abc"))).conversation == "web:abc"


async def test_silent_client_is_closed(advisor: Advisor) -> None:
    async with advisor.connected() as client:
        assert await client.close_code() == 4008


async def test_nothing_is_taken_before_hello(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.connected() as client:
        await client.text("a")
        assert (await client.next("error"))["code"] == "hello_first"
        await client.connection.send("{")
        assert (await client.next("error"))["code"] == "bad_json"
        assert await client.close_code() == 4008
    assert not responder.heard


BAD_FRAMES: list[tuple[str | bytes, str]] = [
    ("{", "bad_json"),
    ("", "bad_json"),
    ("[" * 5000, "bad_json"),
    ("[]", "bad_frame"),
    ("null", "bad_frame"),
    ('{"type":"unknown"}', "bad_frame"),
    ('{"type":["text"]}', "bad_frame"),
    ('{"type":"hello","token":null,"after":0}', "bad_frame"),
    (b"\x00\x01", "bad_frame"),
    ('{"type":"text","text":"no id"}', "bad_cid"),
    ('{"type":"text","cid":"' + "c" * 65 + '","text":"x"}', "bad_cid"),
    ('{"type":"text","cid":"あ","text":"x"}', "bad_cid"),
    ('{"type":"text","cid":"hello","text":"x"}', "bad_cid"),
    ('{"type":"text","cid":"c"}', "bad_text"),
    ('{"type":"text","cid":"c","text":" \\u0000 "}', "bad_text"),
    ('{"type":"button","cid":"c","payload":""}', "bad_payload"),
    ('{"type":"button","cid":"c","payload":"b1.0\\u0000"}', "bad_payload"),
    ('{"type":"button","cid":"c","payload":7}', "bad_payload"),
]


async def test_malformed_frames_are_named_and_the_connection_stays(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    async with Advisor(sqlite_url, responder, clock, limits=Limits(burst=100)) as advisor, advisor.client() as client:
        await client.lines(1)
        for frame, code in BAD_FRAMES:
            await client.connection.send(frame)
            assert (await client.next("error"))["code"] == code, frame
        await client.text("good")
        assert len(await client.lines(2)) == 2
    assert len(responder.heard) == 2


@pytest.mark.parametrize("after", [-1, 2**31, 1.5, "1", True, None])
async def test_hello_with_an_impossible_number_is_refused(advisor: Advisor, after: Any) -> None:
    async with advisor.connected() as client:
        await client.say("hello", token=None, after=after, lang="ja")
        assert (await client.next("error"))["code"] == "bad_frame"


async def test_oversize_frame_ends_the_connection(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        await client.text("big", "x" * 70_000)
        assert await client.close_code() == 1009
    assert len(responder.heard) == 1


async def test_long_text_is_cut_and_hostile_text_is_kept_as_text(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        await client.text("long", "長" * 5000)
        await client.connection.send('{"type":"text","cid":"odd","text":"a\\u0000\\ud800b<script>"}')
        await client.text("slash", "/start{}")
        await client.say("button", cid="stale", payload="b99999999999999999999.0")
        lines = await client.lines(8)
    assert lines[0][2] == "長" * TEXT_LIMIT
    assert lines[2][2] == "ab<script>"
    assert lines[4][2] == "/start{}"
    assert [heard.button for heard in responder.heard][-1] == "b99999999999999999999.0"


async def test_flood_is_slowed_down_and_nothing_acknowledged_is_lost(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    hardly_refilled = replace(QUICK, messages_per_minute=0.001)
    async with Advisor(sqlite_url, responder, clock, limits=hardly_refilled) as advisor, advisor.client() as client:
        await client.lines(1)
        for number in range(60):
            await client.text(f"f{number}")
        frames = await _answers(client, 60)
        acked = [frame["cid"] for frame in frames if frame["type"] == "ack"]
        slowed = [frame["cid"] for frame in frames if frame["type"] == "error" and frame["code"] == "slow_down"]
        assert sorted(acked + slowed) == sorted(f"f{number}" for number in range(60))
        assert len(acked) == QUICK.burst
        await client.lines(2 * len(acked))
    assert [heard.client_id for heard in responder.heard[1:]] == acked


async def _answers(client: Client, number: int) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    while len(frames) < number:
        frame = json.loads(await client.connection.recv())
        (frames if frame["type"] in ("ack", "error") else client.others).append(frame)
    return frames


async def test_reconnecting_does_not_refill_the_allowance(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    limits = Limits(burst=1, messages_per_minute=0.01)
    async with Advisor(sqlite_url, responder, clock, limits=limits) as advisor:
        async with advisor.client() as client:
            await client.text("a")
            await client.next("ack")
        async with advisor.client(client.token) as again:
            await again.text("b")
            assert await again.next("error") == {"type": "error", "code": "slow_down", "cid": "b"}


async def test_connections_of_one_session_are_counted(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    async with Advisor(sqlite_url, responder, clock, limits=Limits(connections=2)) as advisor, advisor.client() as one:
        async with advisor.client(one.token), advisor.connected() as third:
            await third.say("hello", token=one.token, after=0, lang="ja")
            assert await third.close_code() == 4029
        await advisor.has_served(connections=1)
        async with advisor.client(one.token) as fourth:
            assert fourth.token


def test_allowance_refills_with_time_and_forgets_the_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    visitors = Visitors(Limits(burst=2, messages_per_minute=60), lambda: now)
    assert [visitors.may_speak("a") for _ in range(3)] == [True, True, False]
    now = 1.0
    assert [visitors.may_speak("a") for _ in range(2)] == [True, False]
    monkeypatch.setattr("bot.channels.allowance.MOST_BUCKETS", 1)
    now = 100.0
    assert visitors.may_speak("b")
    assert len(visitors._messages) == 1


def test_connection_is_given_back() -> None:
    visitors = Visitors(Limits(connections=1), lambda: 0.0)
    with visitors.connected("a"), pytest.raises(TooManyConnections), visitors.connected("a"):
        pass
    with visitors.connected("a"):
        pass


def test_quick_limits_differ_only_in_time() -> None:
    assert (QUICK.burst, QUICK.frame_bytes, QUICK.connections) == (Limits().burst, Limits().frame_bytes, Limits().connections)
