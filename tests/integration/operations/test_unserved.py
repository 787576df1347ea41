"""`advisor insights questions` reads what owners passed on, and says it to people or to programs."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import cast

from rich.console import Console

from bot.operations.unserved import show
from bot.people.questions import note
from bot.services import Services
from bot.storage.database import Database
from bot.storage.tables import Person
from knowledge.search import Hit, Ranking, Verdict
from tests.fakes import MORNING

RANKING = Ranking((Hit("challenge/limited-budget", 1.0, 0.6, {}),), Verdict.CHOICE)
SERVICES = cast(Services, SimpleNamespace(search=SimpleNamespace(search=lambda text: RANKING)))


async def shown(url: str, json_output: bool) -> str:
    output = io.StringIO()
    await show(url, SERVICES, json_output, Console(file=output, width=200))
    return output.getvalue()


async def test_unanswered_and_disliked_questions_are_shown_in_groups(database: Database, database_url: str) -> None:
    assert "no questions" in await shown(database_url, json_output=False)
    async with database.transaction() as session:
        person = Person(language="ja", time_zone="Asia/Tokyo", created_at=MORNING, shares_questions=True)
        for text, topic, verdict, feedback in (
            ("補助金 [2026] の締め切り", None, "nothing", None),
            ("補助金は出ますか", "challenge/limited-budget", "answer", "bad"),
            ("役に立った", "challenge/limited-budget", "answer", "good"),
        ):
            await note(session, person, text, "ja", topic, verdict, feedback, MORNING.date())
    assert json.loads(await shown(database_url, json_output=True)) == [
        {
            "count": 2,
            "unanswered": 1,
            "disliked": 1,
            "languages": ["ja"],
            "nearest": "challenge/limited-budget",
            "examples": ["補助金は出ますか", "補助金 [***] の締め切り"],
        }
    ]
    told = (await shown(database_url, json_output=False)).splitlines()
    assert told[0] == "2 (1 unanswered, 1 disliked; ja), nearest topic: challenge/limited-budget"
    assert told[1:] == ["  - 補助金は出ますか", "  - 補助金 [***] の締め切り"]
