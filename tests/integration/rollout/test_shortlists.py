"""Quotes in the database: kept for their plan and owner, changed in place, gone with the owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.people.data import erase, kept_about
from bot.people.linking import join
from bot.people.profiles import Defaults, open_conversation
from bot.rollout.checkins import Rollouts
from bot.rollout.ladder import ASSESSMENT_GOES_STALE, Ladder, Rung
from bot.rollout.phases import load_phases
from bot.rollout.prices import Price
from bot.rollout.shortlists import Shortlists, quote_of
from bot.rollout.vendors import load_vendor_words
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, Person, Vendor, VendorScore
from tests.fakes import MORNING

PHASES = load_phases(ROOT / "knowledge")


@pytest.fixture
def rollouts() -> Rollouts:
    return Rollouts(PHASES)


@pytest.fixture
def shortlists(rollouts: Rollouts) -> Shortlists:
    return Shortlists(load_vendor_words(ROOT / "knowledge"), PHASES, rollouts)


async def owner(database: Database, key: str = "web:a") -> int:
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, key, None, Defaults(), MORNING)
        return conversation.person_id


async def test_a_quote_is_kept_with_its_price_and_scores_and_changed_in_place(database: Database, shortlists: Shortlists) -> None:
    person_id = await owner(database)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        vendor = await shortlists.add(session, person, None, "A社", Price(monthly=30_000, currency="yen"), MORNING)
        await shortlists.note(session, vendor, {"ease": 4, "support": None}, MORNING)
        await shortlists.note(session, vendor, {"support": 3}, MORNING)
        again = await shortlists.add(session, person, None, "a社".upper(), None, MORNING)
        assert again.id == vendor.id
    async with database.reading() as session:
        person = await session.get_one(Person, person_id)
        [quote] = await shortlists.quotes(session, person, None)
        assert quote.scores == {"ease": 4, "support": 3}
        assert quote.price is not None
        assert quote.price.first_year == 360_000
        assert len((await session.scalars(select(VendorScore))).all()) == 2


async def test_quotes_of_two_plans_are_kept_apart_and_early_ones_count_for_both(
    database: Database, shortlists: Shortlists, rollouts: Rollouts
) -> None:
    person_id = await owner(database)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        await shortlists.add(session, person, None, "early", None, MORNING)
        first = await rollouts.start(session, person, "simple-crm", 1, MORNING)
        second = await rollouts.start(session, person, "bank-feed", 1, MORNING)
        await shortlists.add(session, person, first.initiative.id, "one", None, MORNING)
        await shortlists.add(session, person, second.initiative.id, "two", None, MORNING)
        assert [each.name for each in await shortlists.vendors(session, person, first.initiative.id)] == ["early", "one"]
        assert [each.name for each in await shortlists.vendors(session, person, second.initiative.id)] == ["early", "two"]
        await rollouts.stop(session, second)
        assert set((await shortlists.names(session, person)).values()) == {"early", "one"}


async def test_another_owner_reaches_nothing(database: Database, shortlists: Shortlists) -> None:
    mine, theirs = await owner(database), await owner(database, "web:b")
    async with database.transaction() as session:
        vendor = await shortlists.add(session, await session.get_one(Person, mine), None, "A社", None, MORNING)
        other = await session.get_one(Person, theirs)
        assert await shortlists.vendor(session, other, vendor.id) is None
        assert await shortlists.vendors(session, other) == []


async def test_a_removed_supplier_takes_its_scores_along_and_a_choice_replaces_the_one_before(
    database: Database, shortlists: Shortlists
) -> None:
    person_id = await owner(database)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        first = await shortlists.add(session, person, None, "A社", None, MORNING)
        second = await shortlists.add(session, person, None, "B社", None, MORNING)
        await shortlists.note(session, first, {"ease": 4}, MORNING)
        await shortlists.choose(session, person, first, MORNING)
        await shortlists.choose(session, person, second, MORNING)
        chosen = await shortlists.chosen(session, person, None)
        assert chosen is not None
        assert chosen.name == "B社"
        await shortlists.remove(session, first)
        assert (await session.scalars(select(VendorScore))).all() == []
        assert quote_of(second).scores == {}


async def test_quotes_are_in_the_copy_of_the_owners_data_and_go_with_its_deletion(database: Database, shortlists: Shortlists) -> None:
    person_id = await owner(database)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        vendor = await shortlists.add(session, person, None, "A社", Price(), MORNING)
        await shortlists.note(session, vendor, {"ease": 4}, MORNING)
        assert (await kept_about(session, person)).quotes == {"A社": {"ease": 4}}
    async with database.transaction() as session:
        conversation = await session.get_one(Conversation, "web:a")
        await erase(session, conversation.person, conversation, MORNING)
    async with database.reading() as session:
        assert (await session.scalars(select(Vendor))).all() == []
        assert (await session.scalars(select(VendorScore))).all() == []


async def test_quotes_come_along_when_two_channels_become_one_owner(database: Database, shortlists: Shortlists) -> None:
    mine, other = await owner(database), await owner(database, "telegram:1")
    async with database.transaction() as session:
        await shortlists.add(session, await session.get_one(Person, other), None, "A社", None, MORNING)
    async with database.transaction() as session:
        await join(session, await session.get_one(Conversation, "telegram:1"), await session.get_one(Person, mine))
    async with database.reading() as session:
        assert list((await shortlists.names(session, await session.get_one(Person, mine))).values()) == ["A社"]


async def test_a_checkin_is_held_back_while_the_owner_scores(database: Database, shortlists: Shortlists, rollouts: Rollouts) -> None:
    person_id = await owner(database)
    async with database.transaction() as session:
        person = await session.get_one(Person, person_id)
        rollout = await rollouts.start(session, person, "simple-crm", 1, MORNING)
        checkin = await rollouts.next_checkin(session, rollout)
        assert checkin is not None
        now = checkin.due_at
        vendor = await shortlists.add(session, person, rollout.initiative.id, "A社", None, now - timedelta(minutes=5))
        checkin.state = "rung"
        assert await Ladder(rollouts).step(session, person, checkin, now) is None
        assert (checkin.state, checkin.due_at) == ("pending", vendor.touched_at + ASSESSMENT_GOES_STALE)
        checkin.state = "rung"
        assert await Ladder(rollouts).step(session, person, checkin, checkin.due_at) is Rung.ASK
        assert isinstance(checkin, CheckIn)
