"""Peers: the installation's own distribution, from thirty firms of a trade and size on, and nobody's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.assessment.journey import Journeys
from bot.assessment.outlook import LEAST_PEERS, distribution
from bot.assessment.questionnaire import AnswerKind, Profile, Questionnaire, load_questionnaire
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import AnswerRow, Assessment, Colleague, Person
from tests.fakes import MORNING

CELL = Profile("restaurant", "6-20", None)


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    """The shipped questions."""
    return load_questionnaire(ROOT / "knowledge", None)


async def finish(
    database: Database,
    questionnaire: Questionnaire,
    level: int,
    industry: str = "restaurant",
    size: str = "6-20",
    is_finished: bool = True,
    person_id: int | None = None,
) -> int:
    """An assessment in which every answer is `level`, of a new firm or of a known person; returns the person's id."""
    async with database.transaction() as session:
        person = await session.get(Person, person_id) if person_id else None
        if person is None:
            person = Person(language="ja", time_zone="Asia/Tokyo", industry=industry, size=size, created_at=MORNING)
            session.add(person)
            await session.flush()
        ended = MORNING + timedelta(hours=1) if is_finished else None
        assessment = Assessment(person_id=person.id, started_at=MORNING, touched_at=MORNING, finished_at=ended, is_open=False)
        session.add(assessment)
        await session.flush()
        kept = {"assessment_id": assessment.id, "kind": AnswerKind.VALUE.value, "value": level, "answered_at": MORNING}
        session.add_all(AnswerRow(question=each.id, **kept) for each in questionnaire.questions)
        return person.id


async def levels(database: Database, questionnaire: Questionnaire, profile: Profile = CELL) -> list[int]:
    """The levels of a cell."""
    async with database.reading() as session:
        return await Journeys(questionnaire).peer_levels(session, profile)


async def test_thirty_firms_of_a_cell_have_a_distribution_and_twenty_nine_have_none(
    database: Database, questionnaire: Questionnaire
) -> None:
    for number in range(LEAST_PEERS - 1):
        await finish(database, questionnaire, 1 + number % 3)
    found = await levels(database, questionnaire)
    assert len(found) == LEAST_PEERS - 1
    assert distribution(found) is None
    await finish(database, questionnaire, 3)
    assert distribution(await levels(database, questionnaire)) == (33, 33, 33, 0, 0)


async def test_only_finished_assessments_of_the_very_cell_count_once_a_firm(database: Database, questionnaire: Questionnaire) -> None:
    twice = await finish(database, questionnaire, 1)
    await finish(database, questionnaire, 4, person_id=twice)
    await finish(database, questionnaire, 2, is_finished=False)
    await finish(database, questionnaire, 2, industry="retail")
    await finish(database, questionnaire, 2, size="2-5")
    assert await levels(database, questionnaire) == [4]


async def test_colleagues_are_no_firm_of_their_own(database: Database, questionnaire: Questionnaire) -> None:
    owner, colleague = await finish(database, questionnaire, 2), await finish(database, questionnaire, 5)
    async with database.transaction() as session:
        session.add(Colleague(person_id=colleague, owner_id=owner, joined_at=MORNING))
    assert await levels(database, questionnaire) == [2]


async def test_levels_come_in_no_order_that_tells_who_is_who(database: Database, questionnaire: Questionnaire) -> None:
    for level in (3, 1, 2):
        await finish(database, questionnaire, level)
    assert await levels(database, questionnaire) == [1, 2, 3]


@pytest.mark.parametrize("profile", [Profile(None, "6-20", None), Profile("restaurant", None, None), Profile("", "", None)])
async def test_a_firm_that_has_not_told_its_trade_or_size_has_no_peers(
    database: Database, questionnaire: Questionnaire, profile: Profile
) -> None:
    await finish(database, questionnaire, 2, industry="", size="")
    assert await levels(database, questionnaire, profile) == []
