"""A web session can be ended before its time: tokens from before are refused, open connections end, and nothing is deleted."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.channels.web.sessions import Session, Sessions
from bot.messaging.desk import Unavailable
from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.people.signing_out import REMEMBERED, end_sessions, has_ended, sign_out
from bot.storage.database import Database
from bot.storage.tables import Conversation, EndedSession
from tests.fakes import FakeClock
from tests.integration.web.serving import SECRET, Advisor


async def leave(advisor: Advisor, token: str | None) -> int:
    headers = {"Origin": advisor.origin, "Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        return (await client.post("/chat/leave", headers=headers)).status_code


async def test_after_signing_out_no_device_gets_in_with_what_it_had_and_open_ones_are_closed(advisor: Advisor, clock: FakeClock) -> None:
    async with advisor.client() as phone:
        await phone.lines(1)
        async with advisor.client(phone.token) as office:
            await office.lines(1)
            clock.advance(timedelta(seconds=5))
            assert await leave(advisor, phone.token) == 200
            assert await office.close_code() == 4001
        assert await phone.close_code() == 4001
    async with advisor.connected() as again:
        await again.say("hello", token=phone.token, after=0, lang="ja")
        assert await again.close_code() == 4001
    assert await leave(advisor, phone.token) == 401
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        headers = {"Authorization": f"Bearer {phone.token}"}
        assert (await client.get("/chat/events", params={"poll": 1}, headers=headers)).status_code == 401


async def test_who_comes_back_later_begins_anew_and_others_stay(advisor: Advisor, clock: FakeClock) -> None:
    async with advisor.client() as mine, advisor.client() as others:
        await mine.lines(1)
        await others.lines(1)
        assert await leave(advisor, mine.token) == 200
        assert await mine.close_code() == 4001
        await others.text("here")
        assert len(await others.lines(2)) == 2
        async with advisor.client() as anew:
            assert anew.token != mine.token
            assert len(await anew.lines(1)) == 1


async def test_every_conversation_of_the_owner_on_the_page_is_signed_out(database: Database, clock: FakeClock) -> None:
    async with database.transaction() as session:
        phone, _ = await open_conversation(session, "telegram:1", None, Defaults(), clock())
        for key in ("web:a", "web:b"):
            one, _ = await open_conversation(session, key, None, Defaults(), clock())
            one.person = phone.person
        await open_conversation(session, "web:others", None, Defaults(), clock())
        await session.flush()
        await sign_out(session, "telegram:1", clock())
        ended = [await has_ended(session, key, clock()) for key in ("web:a", "web:b", "web:others")]
        later = await has_ended(session, "web:a", clock() + timedelta(seconds=1))
    assert (ended, later) == ([True, True, False], False)


async def test_deletion_signs_other_browsers_out_and_keeps_the_one_that_asked(database: Database, clock: FakeClock) -> None:
    async with database.transaction() as session:
        here, _ = await open_conversation(session, "web:here", None, Defaults(), clock())
        there, _ = await open_conversation(session, "web:there", None, Defaults(), clock())
        there.person = here.person
        await session.flush()
        await erase(session, here.person, here, clock())
        assert [await has_ended(session, key, clock()) for key in ("web:here", "web:there")] == [False, True]
        assert list(await session.scalars(select(Conversation.id))) == ["web:here"]


async def test_what_ended_is_forgotten_when_no_token_of_that_time_would_be_believed(database: Database, clock: FakeClock) -> None:
    async with database.transaction() as session:
        await end_sessions(session, ["web:old"], clock())
        await end_sessions(session, ["web:new"], clock() + REMEMBERED + timedelta(seconds=1))
        assert len(list(await session.scalars(select(EndedSession)))) == 1


async def test_while_the_database_is_away_nobody_is_turned_away(advisor: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(advisor.desk, "has_ended", away)
    async with advisor.client() as client, advisor.client(client.token) as again:
        assert again.token


async def test_a_code_of_an_ended_session_opens_nothing(advisor: Advisor, clock: FakeClock) -> None:
    async with advisor.client() as client:
        await client.lines(1)
        session = Sessions(SECRET, clock).read(client.token or "")
        code = Sessions(SECRET, clock).code(Session(session.id))
        assert await leave(advisor, client.token) == 200
        async with httpx.AsyncClient(base_url=advisor.origin) as http:
            answer = await http.post("/chat/arrive", headers={"Origin": advisor.origin}, json={"code": code})
            assert answer.status_code == 410
