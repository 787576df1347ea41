"""A plan that others may read: what is on its page, who may open it, and that its end says nothing of what was there."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.reports.sharing import LIFETIME, share, sharing_routes, stop_sharing, tidy_shared
from bot.rollout.checkins import Rollout
from bot.rollout.figures import Figure
from bot.services import Services
from bot.storage.database import Database
from bot.storage.tables import Conversation, Initiative, Person, SharedPlan
from tests.fakes import FakeClock

OWNER, OTHER = "web:owner", "web:other"


class Owner:
    """An owner with a plan, and whoever has a link to it."""

    def __init__(self, database: Database, services: Services, clock: FakeClock, key: str = OWNER, language: str = "ja") -> None:
        self.database, self.services, self.clock, self.key, self.language = database, services, clock, key, language

    async def begin(self) -> None:
        """Start a plan."""
        async with self.database.transaction() as session:
            conversation, _ = await open_conversation(session, self.key, self.language, Defaults(), self.clock())
            await self.services.rollouts.start(session, conversation.person, "weekly-number", 2, self.clock())

    async def share(self, with_figures: bool = False) -> str:
        """The path of a new page."""
        async with self.database.transaction() as session:
            [rollout] = await self.services.rollouts.active(session, await self.person(session))
            path, _ = await share(session, rollout, with_figures, self.clock())
        return path

    async def person(self, session) -> Person:  # type: ignore[no-untyped-def]
        return (await session.get_one(Conversation, self.key)).person

    async def stop(self) -> bool:
        """Close every page."""
        async with self.database.transaction() as session:
            return await stop_sharing(session, await self.person(session), self.clock())

    async def note(self, kind: str, figure: Figure) -> None:
        """Put a figure into the ledger."""
        async with self.database.transaction() as session:
            [rollout] = await self.services.rollouts.active(session, await self.person(session))
            self.services.ledgers.note(session, rollout, kind, 4, figure, self.clock())

    async def open(self, path: str) -> httpx.Response:
        """What whoever has the link gets."""
        application = Starlette(routes=sharing_routes(self.database, self.services, self.clock))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="https://advisor.example") as client:
            return await client.get(path)


@pytest.fixture
async def owner(database: Database, services: Services, clock: FakeClock) -> Owner:
    owner = Owner(database, services, clock)
    await owner.begin()
    return owner


def said(response: httpx.Response) -> str:
    """The words of a page."""
    without_style = re.sub("<style>.*?</style>", "", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", without_style))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ("の計画", "2026年11月24日 現在", "今の一歩", "終わりの目印", "進行中", "これから", "次に進み具合を確かめる日")),
        ("en", ("Plan:", "As of 24 November 2026", "Where we are", "Done when", "under way", "to come", "Next look")),
    ],
)
async def test_page_shows_the_plan_in_the_owners_language(
    database: Database, services: Services, clock: FakeClock, language: str, words: tuple[str, ...]
) -> None:
    owner = Owner(database, services, clock, language=language)
    await owner.begin()
    response = await owner.open(await owner.share())
    text = said(response)
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text
    for phase in services.rollouts.phases:
        assert phase.name.get(language) in text
    for word in words:
        assert word in text
    assert response.text.count('aria-current="step"') == 1
    assert re.search('<svg [^>]*role="img" aria-label="[^"]{10,}"', response.text)


async def test_page_follows_the_plan(owner: Owner, services: Services) -> None:
    path = await owner.share()
    async with owner.database.transaction() as session:
        person = await owner.person(session)
        [rollout] = await services.rollouts.active(session, person)
        await services.rollouts.close_phase(session, person, rollout, owner.clock())
    assert "✓ 1. " in said(await owner.open(path))
    async with owner.database.transaction() as session:
        [rollout] = await services.rollouts.active(session, await owner.person(session))
        await services.rollouts.stop(session, rollout)
    assert "ここで終わりにしました" in said(await owner.open(path))
    async with owner.database.transaction() as session:
        initiative = (await session.scalars(select(Initiative))).one()
        initiative.state = "active"
        person, rollout = await owner.person(session), Rollout(initiative, services.rollouts.phases)
        for _ in range(7):
            await services.rollouts.close_phase(session, person, rollout, owner.clock())
    assert "8つの段階がすべて終わりました" in said(await owner.open(path))


async def test_figures_are_on_it_only_where_the_owner_agreed(owner: Owner) -> None:
    await owner.note("before", Figure(12, "hour", "month", "月12時間", False))
    await owner.note("reading", Figure(5, "hour", "month", "月5時間", False))
    assert "12時間" not in said(await owner.open(await owner.share()))
    assert "始める前 月12時間 → いま 月5時間" in said(await owner.open(await owner.share(with_figures=True)))


async def test_nothing_else_of_the_owner_is_on_it(owner: Owner) -> None:
    async with owner.database.transaction() as session:
        person = await owner.person(session)
        person.industry, person.pain = "restaurant", "manual-work"
    text = (await owner.open(await owner.share(with_figures=True))).text
    for secret in ("restaurant", "飲食", "manual-work", OWNER, "レベル"):
        assert secret not in text


async def test_words_of_the_plan_cannot_become_markup(owner: Owner) -> None:
    async with owner.database.transaction() as session:
        (await session.scalars(select(Initiative))).one().action = '<script>alert("x")</script>'
    text = (await owner.open(await owner.share())).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


async def test_page_is_for_those_who_have_its_address_only(owner: Owner) -> None:
    headers = (await owner.open(await owner.share())).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "private, no-store"


async def test_stopped_expired_and_unknown_addresses_are_answered_alike(owner: Owner) -> None:
    stopped = await owner.share()
    assert await owner.stop()
    expired = await owner.share()
    owner.clock.advance(LIFETIME)
    answers = [await owner.open(path) for path in (stopped, expired, "/plan/never-given", "/plan/" + "x" * 500)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert len({str(dict(answer.headers)) for answer in answers}) == 1
    assert "このページは開けません" in said(answers[0])
    assert "This page does not open" in said(answers[0])
    assert "計画:" not in said(answers[0])


async def test_a_link_lives_for_ninety_days_and_is_then_deleted(owner: Owner) -> None:
    path = await owner.share()
    owner.clock.advance(LIFETIME - timedelta(seconds=1))
    assert (await owner.open(path)).status_code == 200
    owner.clock.advance(timedelta(seconds=1))
    async with owner.database.transaction() as session:
        assert await tidy_shared(session, owner.clock()) == 1
        assert await tidy_shared(session, owner.clock()) == 0


async def test_stopping_ends_every_link_of_the_owner_and_nobody_elses(
    owner: Owner, database: Database, services: Services, clock: FakeClock
) -> None:
    other = Owner(database, services, clock, OTHER)
    await other.begin()
    theirs, mine = await other.share(), [await owner.share(), await owner.share()]
    assert len(set(mine)) == 2
    assert await owner.stop()
    assert not await owner.stop()
    assert [(await owner.open(path)).status_code for path in (*mine, theirs)] == [404, 404, 200]


async def test_the_database_alone_opens_no_page(owner: Owner) -> None:
    token = (await owner.share()).removeprefix("/plan/")
    async with owner.database.reading() as session:
        row = (await session.scalars(select(SharedPlan))).one()
    assert token not in str(vars(row))
    assert (await owner.open(f"/plan/{row.token_hash}")).status_code == 404


async def test_deleting_the_owner_ends_the_page(owner: Owner) -> None:
    path = await owner.share()
    async with owner.database.transaction() as session:
        conversation = await session.get_one(Conversation, OWNER)
        await erase(session, conversation.person, conversation, owner.clock())
    assert (await owner.open(path)).status_code == 404
    async with owner.database.reading() as session:
        assert (await session.scalars(select(SharedPlan))).all() == []
