"""The conversation without a socket: plain requests, server-sent events, polling."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.channels.web.limits import Limits
from bot.messaging.desk import Unavailable
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import PATIENCE, Advisor


class Requests:
    """A client of the fallback that has said hello."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.token = token
        self.headers = {"authorization": f"Bearer {token}"}

    async def say(self, **frame: Any) -> list[dict[str, Any]]:
        """Hand in one frame."""
        answer = await self.client.post("/chat/messages", json=frame, headers=self.headers)
        answer.raise_for_status()
        frames: list[dict[str, Any]] = answer.json()
        return frames

    async def poll(self, after: int = 0, first: bool = False) -> list[dict[str, Any]]:
        """The lines after `after`, as soon as there are any."""
        query = {"after": after, "poll": 1} | ({"first": 1} if first else {})
        answer = await self.client.get("/chat/events", params=query, headers=self.headers)
        return [frame for frame in answer.json() if frame["type"] == "message"]

    @asynccontextmanager
    async def stream(self, after: int = 0) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Frames as they come."""
        async with self.client.stream("GET", "/chat/events", params={"after": after}, headers=self.headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield _events(answer.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    async for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def _lines(events: AsyncIterator[dict[str, Any]], number: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < number:
            frame = await anext(events)
            if frame["type"] == "message":
                found.append((frame["seq"], frame["text"]))
    return found


@asynccontextmanager
async def _greeted(advisor: Advisor, token: str | None = None) -> AsyncIterator[Requests]:
    async with httpx.AsyncClient(base_url=advisor.origin, headers={"origin": advisor.origin}, timeout=PATIENCE) as client:
        answer = await client.post("/chat/messages", json={"type": "hello", "token": token, "after": 0, "lang": "ja"})
        yield Requests(client, answer.json()[0]["token"])


async def test_stream_greets_answers_and_says_who_is_typing(advisor: Advisor) -> None:
    async with _greeted(advisor) as client, client.stream() as events:
        assert await _lines(events, 1) == [(2, "echo: start")]
        assert (await client.say(type="text", cid="a", text="はい"))[0] == {"type": "ack", "cid": "a"}
        assert await _lines(events, 2) == [(3, "はい"), (4, "echo: はい")]


async def test_stream_that_returns_gets_exactly_what_it_missed(advisor: Advisor) -> None:
    async with _greeted(advisor) as client:
        async with client.stream() as events:
            await _lines(events, 1)
        await client.say(type="text", cid="a", text="はい")
        async with client.stream(after=2) as events:
            assert await _lines(events, 2) == [(3, "はい"), (4, "echo: はい")]


async def test_polling_waits_for_something_to_say(advisor: Advisor) -> None:
    async with _greeted(advisor) as client:
        assert [frame["text"] for frame in await client.poll(first=True)] == ["echo: start"]
        waiting = asyncio.create_task(client.poll(after=2))
        await client.say(type="text", cid="a", text="はい")
        got = await waiting
        got += await client.poll(after=got[-1]["seq"]) if len(got) < 2 else []
        assert [frame["text"] for frame in got] == ["はい", "echo: はい"]


async def test_poll_without_news_ends_by_itself(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    async with Advisor(sqlite_url, responder, clock, limits=Limits(poll_seconds=0.1)) as advisor, _greeted(advisor) as client:
        while not await client.poll():
            pass
        assert await client.poll(after=2) == []


async def test_message_resent_over_another_way_is_taken_once(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client() as socket:
        await socket.lines(1)
        await socket.text("same")
        await socket.lines(2)
        async with _greeted(advisor, socket.token) as client:
            assert (await client.say(type="text", cid="same", text="text same"))[0]["type"] == "ack"
            assert [frame["seq"] for frame in await client.poll()] == [2, 3, 4]
    assert [heard.text for heard in responder.heard] == ["", "text same"]


async def test_silent_stream_gives_a_sign_of_life(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    limits = Limits(stream_beat_seconds=0.05)
    async with Advisor(sqlite_url, responder, clock, limits=limits) as advisor, _greeted(advisor) as client:
        async with client.client.stream("GET", "/chat/events?after=2", headers=client.headers) as answer:
            beats = 0
            async for line in answer.aiter_lines():
                beats += line == ": here"
                if beats == 3:
                    break
        assert beats == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 403), ({"authorization": "Bearer forged"}, 401), ({"authorization": "Basic x"}, 403)],
    ids=["none", "forged", "scheme"],
)
async def test_nothing_is_heard_or_said_without_a_good_token(advisor: Advisor, headers: dict[str, str], status: int) -> None:
    async with httpx.AsyncClient(base_url=advisor.origin, headers=headers) as client:
        assert (await client.get("/chat/events?after=0&poll=1")).status_code == status
        said = await client.post("/chat/messages", json={"type": "text", "cid": "a", "text": "x"}, headers={"origin": advisor.origin})
        assert said.status_code == status


async def test_foreign_site_is_refused(advisor: Advisor) -> None:
    async with httpx.AsyncClient(base_url=advisor.origin, headers={"origin": "https://evil.example"}) as client:
        hello = await client.post("/chat/messages", json={"type": "hello", "token": None, "after": 0})
        assert hello.status_code == 403


async def test_client_without_a_site_cannot_begin(advisor: Advisor) -> None:
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        assert (await client.post("/chat/messages", json={"type": "hello", "token": None, "after": 0})).status_code == 403


async def test_malformed_and_oversize_bodies_are_named(advisor: Advisor) -> None:
    async with _greeted(advisor) as client:
        for body, code in ((b"{", "bad_json"), (b"[]", "bad_frame"), (b"x" * 70_000, "too_big"), (b"\xff", "bad_json")):
            answer = await client.client.post("/chat/messages", content=body, headers=client.headers)
            assert answer.json()[0]["code"] == code


async def test_flood_by_requests_is_slowed_down(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    limits = Limits(burst=2, messages_per_minute=0.01)
    async with Advisor(sqlite_url, responder, clock, limits=limits) as advisor, _greeted(advisor) as client:
        said = [(await client.say(type="text", cid=f"c{number}", text="x"))[0] for number in range(3)]
    assert [frame.get("code", frame["type"]) for frame in said] == ["ack", "ack", "slow_down"]


async def test_streams_count_as_connections(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    limits = Limits(connections=1)
    async with Advisor(sqlite_url, responder, clock, limits=limits) as advisor, _greeted(advisor) as client, client.stream() as events:
        await _lines(events, 1)
        assert (await client.client.get("/chat/events?after=0&poll=1", headers=client.headers)).status_code == 429


async def test_one_address_begins_only_so_many_conversations(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    limits = Limits(new_sessions=2, new_sessions_per_minute=0.01)
    async with Advisor(sqlite_url, responder, clock, limits=limits) as advisor:
        async with advisor.client() as known, advisor.client():
            pass
        async with advisor.connected() as third:
            await third.say("hello", token=None, after=0, lang="ja")
            assert await third.close_code() == 4029
        async with httpx.AsyncClient(base_url=advisor.origin, headers={"origin": advisor.origin}) as client:
            assert (await client.post("/chat/messages", json={"type": "hello", "token": None, "after": 0})).status_code == 429
        async with advisor.client(known.token) as again:
            assert again.token


async def test_poll_says_so_when_lines_cannot_be_read(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise Unavailable

    async with _greeted(advisor) as client:
        monkeypatch.setattr(advisor.desk, "latest_lines", refuse)
        assert (await client.client.get("/chat/events?after=0&poll=1", headers=client.headers)).status_code == 503


async def test_a_colleagues_link_is_followed_without_a_socket_too(advisor: Advisor, responder: FakeResponder) -> None:
    async with _greeted(advisor) as requests:
        query = {"after": 0, "poll": 1, "first": 1, "join": "ABCD3479"}
        for _ in range(2):
            await requests.client.get("/chat/events", params=query, headers=requests.headers)
    assert [each.code for each in responder.heard] == ["join_ABCD3479"]


async def test_streams_and_polls_end_by_themselves_when_the_end_comes(advisor: Advisor) -> None:
    async with _greeted(advisor) as client, client.stream() as events, asyncio.timeout(PATIENCE):
        await _lines(events, 1)
        polling = asyncio.create_task(client.poll(after=2))
        await advisor.has_begun(2)
        advisor.ending.come()
        assert await polling == []
        assert [frame async for frame in events if frame["type"] == "message"] == []
        assert await client.poll(after=2) == []
