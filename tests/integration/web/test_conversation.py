"""What the owner says is taken once, and what was said is shown once and in order: over resends, reconnects, restarts and replicas."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from bot.channels.web.limits import Limits
from bot.messaging import turns
from bot.messaging.desk import Unavailable
from bot.messaging.message import Button, File, Image, Incoming, Reply
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.conftest import QUICK
from tests.integration.web.serving import Advisor

GREETING = (2, "advisor", "echo: start")


async def test_advisor_speaks_first_and_only_once(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client(lang="en") as first:
        assert await first.lines(1) == [GREETING]
    async with advisor.client(first.token) as again:
        assert await again.lines(1) == [GREETING]
        assert await again.hears_nothing_more()
    assert [(heard.command, heard.language) for heard in responder.heard] == [("start", "en")]


async def test_two_connections_of_a_new_session_get_one_greeting(advisor: Advisor, responder: FakeResponder) -> None:
    responder.gate.clear()
    async with advisor.client() as one, advisor.client(one.token) as other:
        responder.gate.set()
        assert await one.lines(1) == await other.lines(1) == [GREETING]
    assert len(responder.heard) == 1


async def test_message_is_acknowledged_and_answered(advisor: Advisor) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        await client.text("a", "こんにちは")
        assert await client.next("ack") == {"type": "ack", "cid": "a"}
        mine, answer = await client.next("message"), await client.next("message")
    assert (mine["seq"], mine["from"], mine["text"], mine["cid"]) == (3, "owner", "こんにちは", "a")
    assert (answer["seq"], answer["from"], answer["text"], answer["lang"]) == (4, "advisor", "echo: こんにちは", "ja")
    assert answer["id"] == "m4"
    assert answer["at"] == "2026-11-24T00:00:00+00:00"
    assert "cid" not in answer


async def test_typing_is_shown_until_the_answer_is_there(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client() as client:
        assert (await client.next("typing"))["on"] is True
        assert (await client.next("typing"))["on"] is False
        responder.gate.clear()
        await client.text("a")
        assert (await client.next("typing"))["on"] is True
        responder.gate.set()
        await client.lines(3)
        assert (await client.next("typing"))["on"] is False


async def test_acknowledgement_does_not_wait_for_the_answer(postgres_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    # On SQLite it does: a turn holds the one write lock.
    async with Advisor(postgres_url, responder, clock) as advisor, advisor.client() as client:
        await client.lines(1)
        responder.gate.clear()
        for cid in ("a", "b", "c"):
            await client.text(cid)
            assert (await client.next("ack"))["cid"] == cid
        responder.gate.set()
        assert [text for _, author, text in await client.lines(6) if author == "owner"] == ["text a", "text b", "text c"]


async def test_resent_message_is_answered_once(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        for _ in range(3):
            await client.text("same")
            assert (await client.next("ack"))["cid"] == "same"
        assert len(await client.lines(2)) == 2
        assert await client.hears_nothing_more()
    async with advisor.client(client.token, after=4) as later:
        await later.text("same")
        assert (await later.next("ack"))["cid"] == "same"
        assert await later.hears_nothing_more()
    assert [heard.text for heard in responder.heard] == ["", "text same"]


async def test_client_that_returns_gets_exactly_what_it_missed(advisor: Advisor) -> None:
    async with advisor.client() as client:
        await client.text("a")
        await client.lines(3)
    async with advisor.client(client.token, after=4) as other:
        await other.text("b")
        await other.lines(2)
    async with advisor.client(client.token, after=3) as back:
        frames = [await back.next("message") for _ in range(3)]
        assert [frame["seq"] for frame in frames] == [4, 5, 6]
        assert all(frame["replay"] for frame in frames)
        assert await back.hears_nothing_more()


async def test_two_tabs_see_the_same_lines(advisor: Advisor) -> None:
    async with advisor.client() as one, advisor.client(one.token) as other:
        await asyncio.gather(*(tab.lines(1) for tab in (one, other)))
        await asyncio.gather(one.text("a"), other.text("b"))
        seen = await asyncio.gather(one.lines(4), other.lines(4))
    assert seen[0] == seen[1]
    assert [seq for seq, _, _ in seen[0]] == [3, 4, 5, 6]


async def test_history_survives_a_restart(advisor: Advisor) -> None:
    async with advisor.client() as client:
        await client.text("a")
        before = await client.lines(3)
        await advisor.stop()
        assert await client.close_code() == 1012
    await advisor.start()
    async with advisor.client(client.token) as back:
        assert await back.lines(3) == before
        await back.text("b")
        assert [seq for seq, _, _ in await back.lines(2)] == [5, 6]


async def test_message_that_was_stored_before_a_stop_is_answered_after_it(
    advisor: Advisor, responder: FakeResponder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "FINISH_WITHIN_SECONDS", 0.1)
    async with advisor.client() as client:
        await client.lines(1)
        responder.gate.clear()
        await client.text("a")
        await client.next("ack")
        await advisor.stop()
    responder.gate.set()
    await advisor.start()
    async with advisor.client(client.token, after=2) as back:
        assert await back.lines(2) == [(3, "owner", "text a"), (4, "advisor", "echo: text a")]
        assert await back.hears_nothing_more()


async def test_what_another_replica_answers_is_shown_at_once(postgres_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    patient = Limits(look_seconds=3_600)  # nobody looks by themselves
    async with (
        Advisor(postgres_url, responder, clock, limits=patient) as here,
        Advisor(postgres_url, responder, clock, limits=patient) as there,
        here.client() as one,
        there.client(one.token) as other,
    ):
        assert await one.lines(1) == await other.lines(1)
        for cid in "abc":
            await other.text(cid)
            assert await other.lines(2) == await one.lines(2)


async def test_other_replica_is_heard_without_its_bell(database_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    async with (
        Advisor(database_url, responder, clock, limits=QUICK) as here,
        Advisor(database_url, responder, clock, limits=QUICK) as there,
        here.client() as one,
    ):
        await one.lines(1)
        async with there.client(one.token, after=2) as other:
            await other.text("a")
            assert await other.lines(2) == await one.lines(2)


async def test_long_history_shows_its_newest_lines(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    async with Advisor(sqlite_url, responder, clock, limits=Limits(history=4, look_seconds=0.1)) as advisor:
        async with advisor.client() as client:
            await client.lines(1)
            for cid in "abc":
                await client.text(cid)
                await client.lines(2)
        async with advisor.client(client.token) as back:
            assert [seq for seq, _, _ in await back.lines(4)] == [5, 6, 7, 8]
            assert await back.hears_nothing_more()


async def test_pressed_button_is_shown_with_its_title(advisor: Advisor, responder: FakeResponder) -> None:
    responder.script = _offer_then_echo
    async with advisor.client() as client:
        offer = await client.next("message")
        payload = offer["buttons"][1]["payload"]
        assert offer["buttons"][1] == {"title": "いいえ", "payload": payload}
        await client.say("button", cid="p", payload=payload)
        pressed = await client.next("message")
        assert (pressed["from"], pressed["text"], pressed["button"], pressed["cid"]) == ("owner", "いいえ", payload, "p")
        assert (await client.next("message"))["text"] == f"pressed {payload}"


def _offer_then_echo(incoming: Incoming) -> list[Reply]:
    if incoming.button:
        return [Reply(text=f"pressed {incoming.button}")]
    return [Reply(text="始めますか?", buttons=(Button("はい", meaning="yes"), Button("いいえ", meaning="no")))]


async def test_pictures_and_files_reach_the_client(advisor: Advisor, responder: FakeResponder) -> None:
    image = Image("/files/radar", "点数: 会計 3", 640, 480)
    responder.script = lambda _: [Reply(image=image, file=File("報告.pdf", "/files/report", 12_345), language="en")]
    async with advisor.client() as client:
        frame = await client.next("message")
    assert frame["image"] == {"url": "/files/radar", "alt": "点数: 会計 3", "width": 640, "height": 480}
    assert frame["file"] == {"name": "報告.pdf", "url": "/files/report", "size": 12_345}
    assert (frame["text"], frame["lang"]) == ("", "en")


async def test_failing_turn_ends_in_an_apology_and_the_conversation_goes_on(advisor: Advisor, responder: FakeResponder) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        responder.failures = 3
        await client.text("a")
        await client.text("b")
        assert await client.lines(4) == [
            (3, "owner", "text a"),
            (4, "advisor", "apology in ja"),
            (5, "owner", "text b"),
            (6, "advisor", "echo: text b"),
        ]


async def test_message_is_not_acknowledged_when_it_cannot_be_stored(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        with monkeypatch.context() as patch:
            patch.setattr(advisor.desk, "receive", _refuse)
            await client.text("a")
            assert await client.next("error") == {"type": "error", "code": "unavailable", "cid": "a"}
        await client.text("a")
        assert (await client.next("ack"))["cid"] == "a"
        assert len(await client.lines(2)) == 2
        assert not any(frame["type"] == "ack" for frame in client.others)


async def test_lines_that_cannot_be_read_come_later(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        with monkeypatch.context() as patch:
            patch.setattr(advisor.desk, "lines", _refuse)
            await client.text("a")
            await client.next("ack")
            assert await client.hears_nothing_more()
        assert [seq for seq, _, _ in await client.lines(2)] == [3, 4]


async def _refuse(*_: object) -> bool:
    raise Unavailable


async def test_slow_client_is_dropped(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    responder.script = lambda _: [Reply(text="長" * 100_000)] * 40
    async with Advisor(sqlite_url, responder, clock, limits=Limits(send_seconds=0.2, look_seconds=0.1)) as advisor:
        async with advisor.connected(max_queue=1) as client:
            await client.say("hello", token=None, after=0, lang="ja")
            got = 0
            await advisor.has_served()  # it reads nothing meanwhile
            with suppress(ConnectionClosed):
                async for _ in client.connection:
                    got += 1
        assert got < 40


async def test_a_colleagues_link_is_handed_in_once_in_place_of_the_greeting(database_url: str, clock: FakeClock) -> None:
    responder = FakeResponder(lambda incoming: [Reply(text=f"came by {incoming.code or incoming.command or incoming.text}")])
    async with Advisor(database_url, responder, clock) as advisor:
        async with advisor.connected() as client:
            await client.say("hello", token=None, after=0, lang="ja", join="ABCD3479")
            token = (await client.next("session"))["token"]
            assert (await client.next("message"))["text"] == "came by join_ABCD3479"
        async with advisor.connected() as client:
            await client.say("hello", token=token, after=0, lang="ja", join="ABCD3479")
            assert (await client.next("message"))["text"] == "came by join_ABCD3479"
            await client.say("text", cid="c1", text="what next")
            assert [(await client.next("message"))["text"] for _ in range(2)] == ["what next", "came by what next"]
    assert [each.code for each in responder.heard] == ["join_ABCD3479", None]


@pytest.mark.parametrize("join", ["", "a/b", "x" * 33, 7, None])
async def test_what_cannot_be_a_code_is_no_link(database_url: str, clock: FakeClock, join: object) -> None:
    responder = FakeResponder(lambda incoming: [Reply(text=f"came by {incoming.code or incoming.command}")])
    async with Advisor(database_url, responder, clock) as advisor, advisor.connected() as client:
        await client.say("hello", token=None, after=0, lang="ja", join=join)
        assert (await client.next("message"))["text"] == "came by start"
