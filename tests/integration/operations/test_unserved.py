"""`advisor insights questions` reads what owners passed on, and says it to people or to programs."""

from __future__ import annotations

import json

from bot.insights.reading import read_table
from bot.insights.terminal import Form
from bot.people.questions import note
from bot.storage.database import Database
from bot.storage.tables import Person
from tests.fakes import MORNING
from tests.integration.operations.printing import printed, sources


async def shown(database: Database, form: Form) -> str:
    return printed(await read_table("questions", database, sources(lambda text: {"challenge/limited-budget": 0.6}), MORNING), form)


async def test_unanswered_and_disliked_questions_are_shown_in_groups(database: Database) -> None:
    assert "no questions" in await shown(database, Form.TEXT)
    async with database.transaction() as session:
        person = Person(language="ja", time_zone="Asia/Tokyo", created_at=MORNING, shares_questions=True)
        for text, topic, verdict, feedback in (
            ("補助金 [2026] の締め切り", None, "nothing", None),
            ("補助金は出ますか", "challenge/limited-budget", "answer", "bad"),
            ("役に立った", "challenge/limited-budget", "answer", "good"),
        ):
            await note(session, person, text, "ja", topic, verdict, feedback, MORNING.date())
    assert json.loads(await shown(database, Form.JSON)) == [
        {
            "count": 2,
            "unanswered": 1,
            "disliked": 1,
            "languages": ["ja"],
            "nearest": "challenge/limited-budget",
            "examples": ["補助金は出ますか", "補助金 [***] の締め切り"],
        }
    ]
    told = (await shown(database, Form.TEXT)).splitlines()
    assert told[0] == "2 (1 unanswered, 1 disliked; ja), nearest topic: challenge/limited-budget"
    assert told[1:] == ["  - 補助金は出ますか", "  - 補助金 [***] の締め切り"]
