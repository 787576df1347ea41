"""A calendar to subscribe to: always the plan as it is now, until its address is renewed or its owner deleted."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from icalendar import Calendar
from starlette.applications import Starlette

from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.reports.documents import Documents
from bot.reports.feeds import Feeds, calendar_routes
from bot.reports.service import Reports
from bot.services import Services
from bot.storage.database import Database
from bot.storage.tables import Conversation
from tests.fakes import FakeClock

PUBLIC = "https://advisor.example"


@pytest.fixture
def reports(services: Services) -> Reports:
    """Reports of an advisor that knows its own address."""
    return services.reports.keeping(Documents(), Feeds(b"a key for tests", f"{PUBLIC}/"))


async def subscribe(database: Database, reports: Reports, clock: FakeClock, renew: bool = False) -> str:
    """The path of a calendar of an owner with a plan."""
    async with database.transaction() as session:
        conversation, is_new = await open_conversation(session, "web:one", None, Defaults(), clock())
        if is_new:
            await reports.rollouts.start(session, conversation.person, "two-step-login", 2, clock())
        address = await reports.feeds.address(session, conversation.person, clock(), renew)
    assert address.startswith(f"{PUBLIC}/calendar/")
    assert address.endswith(".ics")
    return address.removeprefix(PUBLIC)


async def fetch(database: Database, reports: Reports, clock: FakeClock, path: str) -> httpx.Response:
    """What a calendar program gets."""
    application = Starlette(routes=calendar_routes(database, reports, clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=PUBLIC) as client:
        return await client.get(path)


async def test_a_calendar_follows_the_plan(database: Database, reports: Reports, clock: FakeClock) -> None:
    path = await subscribe(database, reports, clock)
    first = await fetch(database, reports, clock, path)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    phases = [event for event in Calendar.from_ical(first.content).events if "phase-" in event["uid"]]
    assert len(phases) == 8
    clock.advance(timedelta(days=3))
    async with database.transaction() as session:
        conversation = await session.get_one(Conversation, "web:one")
        [rollout] = await reports.rollouts.active(session, conversation.person)
        await reports.rollouts.close_phase(session, conversation.person, rollout, clock())
    second = Calendar.from_ical((await fetch(database, reports, clock, path)).content)
    assert len([event for event in second.events if "phase-" in event["uid"]]) == 7


async def test_the_address_stays_until_it_is_renewed(database: Database, reports: Reports, clock: FakeClock) -> None:
    path = await subscribe(database, reports, clock)
    assert await subscribe(database, reports, clock) == path
    renewed = await subscribe(database, reports, clock, renew=True)
    assert (await fetch(database, reports, clock, path)).status_code == 404
    assert (await fetch(database, reports, clock, renewed)).status_code == 200


async def test_a_forged_address_and_that_of_a_deleted_owner_show_nothing(database: Database, reports: Reports, clock: FakeClock) -> None:
    path = await subscribe(database, reports, clock)
    assert (await fetch(database, reports, clock, "/calendar/abc.def.ics")).status_code == 404
    async with database.transaction() as session:
        conversation = await session.get_one(Conversation, "web:one")
        await erase(session, conversation.person, conversation, clock())
    assert (await fetch(database, reports, clock, path)).status_code == 404
