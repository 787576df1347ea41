"""The chat inside Telegram: its visitor is the person who writes there, and nobody else becomes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.messaging.message import Incoming
from bot.storage.tables import Assessment, Conversation
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor
from tests.telegram_data import TOKEN, init_data

OWNER, STRANGER = 77, 78


@pytest.fixture
async def advisor(database_url: str, responder: FakeResponder, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The advisor with a Telegram bot, serving."""
    async with Advisor(database_url, responder, clock, telegram_token=TOKEN) as advisor:
        yield advisor


async def _write_in_telegram(advisor: Advisor, user: int) -> None:
    incoming = Incoming("telegram", f"1:{user}", f"telegram:{user}", text="こんにちは")
    await advisor.desk.answer(incoming)


async def _enter(advisor: Advisor, init: object, token: str | None = None) -> dict[str, Any]:
    headers = {"origin": advisor.origin} | ({"authorization": f"Bearer {token}"} if token else {})
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        answer = await client.post("/chat/telegram", json={"init": init}, headers=headers)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def _talk(advisor: Advisor, token: str | None, words: str = "やあ") -> str:
    """Say something with a token; returns the token that goes on."""
    async with advisor.client(token) as client:
        await client.text(words.encode().hex(), words)
        while (await client.lines(1))[0][1] != "owner":
            pass
        await client.lines(1)
        assert client.token
        return client.token


async def _people(advisor: Advisor) -> dict[str, int]:
    """Whose each conversation is."""
    async with advisor.database.reading() as session:
        rows = list(await session.scalars(select(Conversation).order_by(Conversation.created_at, Conversation.id)))
    return {row.id: row.person_id for row in rows}


async def test_visitor_goes_on_as_the_person_who_writes_in_telegram(advisor: Advisor, clock: FakeClock) -> None:
    await _write_in_telegram(advisor, OWNER)
    told = await _enter(advisor, init_data(OWNER, clock.now))
    await _talk(advisor, told["token"])
    people = await _people(advisor)
    assert len(people) == 2
    assert len(set(people.values())) == 1


async def test_every_device_of_a_telegram_user_opens_the_same_conversation(advisor: Advisor, clock: FakeClock) -> None:
    await _write_in_telegram(advisor, OWNER)
    for _ in range(2):
        await _talk(advisor, (await _enter(advisor, init_data(OWNER, clock.now)))["token"])
    assert len(await _people(advisor)) == 2


async def test_what_was_begun_on_the_page_before_is_joined(advisor: Advisor, clock: FakeClock) -> None:
    token = await _talk(advisor, None, "診断の途中")
    await _write_in_telegram(advisor, OWNER)
    async with advisor.database.transaction() as session:
        person = next(person for name, person in (await _people(advisor)).items() if name.startswith("web:"))
        session.add(Assessment(person_id=person, started_at=clock.now, touched_at=clock.now))
    told = await _enter(advisor, init_data(OWNER, clock.now), token)
    assert told["same"] is True
    people = await _people(advisor)
    assert len(people) == 2
    async with advisor.database.reading() as session:
        assert set(people.values()) == set(await session.scalars(select(Assessment.person_id)))


async def test_two_telegram_users_of_one_phone_stay_two_people(advisor: Advisor, clock: FakeClock) -> None:
    for user in (OWNER, STRANGER):
        await _write_in_telegram(advisor, user)
    first = await _talk(advisor, (await _enter(advisor, init_data(OWNER, clock.now)))["token"])
    told = await _enter(advisor, init_data(STRANGER, clock.now), first)
    assert told["same"] is False
    await _talk(advisor, told["token"])
    people = await _people(advisor)
    assert people[f"telegram:{OWNER}"] != people[f"telegram:{STRANGER}"]
    assert sorted(list(people.values()).count(person) for person in set(people.values())) == [2, 2]


async def test_who_opens_the_page_before_writing_is_joined_the_next_time(advisor: Advisor, clock: FakeClock) -> None:
    token = await _talk(advisor, (await _enter(advisor, init_data(OWNER, clock.now)))["token"])
    await _write_in_telegram(advisor, OWNER)
    assert len(set((await _people(advisor)).values())) == 2
    told = await _enter(advisor, init_data(OWNER, clock.now), token)
    assert told["same"] is True
    assert len(set((await _people(advisor)).values())) == 1


async def test_checkins_still_arrive_in_telegram_unless_the_owner_chose(advisor: Advisor, clock: FakeClock) -> None:
    await _write_in_telegram(advisor, OWNER)
    await _enter(advisor, init_data(OWNER, clock.now))
    async with advisor.database.transaction() as session:
        conversation = await session.get_one(Conversation, f"telegram:{OWNER}")
        assert conversation.person.preferred_channel == "telegram"
        conversation.person.preferred_channel = "web"
    await _enter(advisor, init_data(OWNER, clock.now))
    async with advisor.database.reading() as session:
        assert (await session.get_one(Conversation, f"telegram:{OWNER}")).person.preferred_channel == "web"


async def test_bad_old_or_foreign_data_opens_nothing_and_is_no_error(advisor: Advisor, clock: FakeClock) -> None:
    await _write_in_telegram(advisor, OWNER)
    old, foreign = init_data(OWNER, clock.now - timedelta(hours=2)), init_data(OWNER, clock.now, token="2:another")
    for init in (old, foreign, init_data(OWNER, clock.now).replace("77", "78"), "", None, 7):
        assert await _enter(advisor, init) == {"token": None}
    assert len(await _people(advisor)) == 1


async def test_only_our_own_pages_may_hand_data_in(advisor: Advisor, clock: FakeClock) -> None:
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        body = {"init": init_data(OWNER, clock.now)}
        assert (await client.post("/chat/telegram", json=body)).status_code == 403
        assert (await client.post("/chat/telegram", json=body, headers={"origin": "https://evil.example"})).status_code == 403
        assert (await client.post("/chat/telegram", content=b"[", headers={"origin": advisor.origin})).status_code == 400


async def test_telegrams_web_site_may_frame_the_mini_app_and_no_other_page(advisor: Advisor) -> None:
    async with httpx.AsyncClient(base_url=advisor.origin) as client:
        policies = {path: (await client.get(path)).headers["content-security-policy"] for path in ("/telegram", "/")}
    assert "frame-ancestors 'self' https://web.telegram.org;" in policies["/telegram"]
    assert "telegram" not in policies["/"]
    assert policies["/telegram"].replace(" https://web.telegram.org", "") == policies["/"]


async def test_without_a_bot_there_is_no_mini_app(database_url: str, responder: FakeResponder, clock: FakeClock) -> None:
    async with Advisor(database_url, responder, clock) as advisor, httpx.AsyncClient(base_url=advisor.origin) as client:
        assert (await client.get("/telegram")).status_code == 404
