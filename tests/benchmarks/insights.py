"""How long each of the operator's tables takes with twenty thousand owners and three months of talk.

`uv run python -m tests.benchmarks.insights` (about three minutes of seeding; `--owners N`, `--postgres`). Nothing is trained: questions are
grouped by words and by the topics of a made-up search; as many as on the page.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.assessment.questionnaire import Questionnaire, load_questionnaire, order
from bot.insights.reading import ON_A_PAGE, TABLES, Sources, read_table
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import (
    AnswerRow,
    Assessment,
    CheckIn,
    Conversation,
    Handoff,
    InboxRow,
    Initiative,
    OutboxRow,
    Person,
    PhaseRow,
    Question,
)
from tests.crowd import Rows, fill
from tests.postgres import durable_postgres

PHASES, CHECKINS_A_PHASE, MESSAGES_EACH, QUESTIONS = 8, 4, 20, 2_000
LENGTHS = (2, 5, 8, 8, 12, 20, 20, 20)
SUBJECTS = ("補助金の締め切り", "レジの入れ替え", "税理士さんに渡す物", "請求書の電子化", "LINEでの予約", "在庫の数え方")


class Town:
    """Made-up owners, the same ones each time."""

    def __init__(self, owners: int, questionnaire: Questionnaire) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self._questionnaire = questionnaire
        self._dice = random.Random(7)
        self.owners = range(1, owners + 1)
        self.planners = self.owners[::2]
        options = [[option.id for option in question.options] for question in questionnaire.profile]
        self.firms = {owner: [self._dice.choice(each) for each in options] for owner in self.owners}

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days * self._dice.random())

    def channel(self, owner: int) -> str:
        return "telegram" if owner % 2 else "web"

    def people(self) -> Rows:
        for owner, (industry, size, pain) in self.firms.items():
            told = {"industry": industry, "size": size, "pain": pain}
            yield {"id": owner, "language": "ja", "time_zone": "Asia/Tokyo", "created_at": self.ago(365), **told}

    def conversations(self) -> Rows:
        for owner in self.owners:
            times = {"created_at": self.ago(365), "active_at": self.ago(30)}
            place = {"id": f"{self.channel(owner)}:{owner}", "person_id": owner, "channel": self.channel(owner)}
            yield {**place, "last_seq": 60, "dialogue": {}, **times}

    def assessments(self) -> Rows:
        for owner in self.owners:
            steps, length, at = order(self._questionnaire, self.firms[owner][2]), LENGTHS[owner % len(LENGTHS)], self.ago(200)
            is_finished = length >= len(steps)
            asking = steps[length] if not is_finished and length != 8 else steps[min(length, len(steps)) - 1]
            shown = {"express_shown": length >= 8, "is_open": False, "level": self._dice.randint(1, 5) if length >= 8 else None}
            times = {"started_at": at, "touched_at": at, "finished_at": at if is_finished else None}
            yield {"id": owner, "person_id": owner, "trail": list(steps[:length]), "asking": asking, **shown, **times}

    def answers(self) -> Rows:
        for owner in self.owners:
            for question in order(self._questionnaire, self.firms[owner][2])[3 : LENGTHS[owner % len(LENGTHS)]]:
                level = self._dice.randint(1, 5)
                yield {"assessment_id": owner, "question": question, "kind": "value", "value": level, "answered_at": self.now}

    def initiatives(self) -> Rows:
        for owner in self.planners:
            state = "active" if self._dice.random() < 0.8 else "done"
            yield {"id": owner, "person_id": owner, "action": "two-step-login", "state": state, "started_at": self.ago(200)}

    def phases(self) -> Rows:
        for owner in self.planners:
            here, start = owner % PHASES + 1, self.ago(200)
            for number in range(1, PHASES + 1):
                begins, ends = start + timedelta(days=20 * number), start + timedelta(days=20 * number + 18)
                dates = {"starts_on": begins.date(), "ends_on": ends.date()}
                yield {"initiative_id": owner, "number": number, **dates, "done_at": ends if number < here else None}

    def checkins(self) -> Rows:
        for owner in self.planners:
            for phase in range(1, owner % PHASES + 2):
                for occurrence in range(CHECKINS_A_PHASE):
                    yield self._checkin(owner, phase, occurrence, self._dice.choice(("answered", "answered", "missed", "pending")))

    def _checkin(self, owner: int, phase: int, occurrence: int, state: str) -> dict[str, object]:
        due = self.now + timedelta(days=9) if state == "pending" else self.ago(200)
        answered = {"answer": self._dice.choice(("done", "in_progress", "blocked")), "answered_at": due} if state == "answered" else {}
        kept = {"answer": None, "answered_at": None, **answered, "asked_at": None if state == "pending" else due}
        place = {"person_id": owner, "initiative_id": owner, "phase": phase, "occurrence": occurrence}
        when = {"due_local": due.isoformat()[:19], "time_zone": "Asia/Tokyo", "due_at": due}
        return {**place, **when, "state": state, "snoozes": 0, "rings": 1, "misses": 0, **kept}

    def heard(self) -> Rows:
        """In the order of time, as messages come."""
        count = len(self.owners) * MESSAGES_EACH
        for number in range(1, count + 1):
            owner, at = self._dice.choice(self.owners), self.now - timedelta(days=90) * (1 - number / count)
            place = {"channel": self.channel(owner), "external_id": str(number), "conversation_id": f"{self.channel(owner)}:{owner}"}
            words = {"body": {"text": "請求書を減らしたいのですが"}, "seq": 2 * number}
            yield {"id": number, **place, **words, "state": "done", "received_at": at}

    def said(self) -> Rows:
        for row in self.heard():
            place = {"conversation_id": row["conversation_id"], "channel": row["channel"], "seq": row["seq"] + 1}
            at = {"due_at": row["received_at"], "created_at": row["received_at"], "sent_at": row["received_at"]}
            yield {**place, "body": {"text": "こんにちは。" * 20}, "state": "sent" if row["channel"] == "telegram" else "pulled", **at}

    def handoffs(self) -> Rows:
        for owner in self.owners[::50]:
            at = self.ago(10)
            place = {"person_id": owner, "conversation_id": f"{self.channel(owner)}:{owner}", "language": "ja"}
            yield {**place, "state": self._dice.choice(("waiting", "answered", "closed")), "asked_at": at, "waiting_since": at}

    def questions(self) -> Rows:
        for _ in range(QUESTIONS):
            subject, wanted = self._dice.choice(SUBJECTS), self._dice.choice(("いつ", "どう", "いくら", "誰が"))
            text = f"{subject}は{wanted}ですか {self._dice.randint(1, 900)}"
            yield {"text": text, "language": "ja", "verdict": "nothing", "asked_on": self.now.date()}


async def seed(database: Database, town: Town) -> None:
    """Let everybody move in."""
    steps = (
        *((Person, town.people()), (Conversation, town.conversations()), (Assessment, town.assessments()), (AnswerRow, town.answers())),
        *((Initiative, town.initiatives()), (PhaseRow, town.phases()), (CheckIn, town.checkins())),
        *((InboxRow, town.heard()), (OutboxRow, town.said()), (Handoff, town.handoffs()), (Question, town.questions())),
    )
    for table, rows in steps:
        print(f"  {table.__tablename__:14}{await fill(database, table, rows):>9,}")


async def measure(url: str, owners: int) -> None:
    """Seed, then read every table three times: the first and the best."""
    questionnaire = load_questionnaire(ROOT / "knowledge")
    sources = Sources("Asia/Tokyo", questionnaire, "a model", lambda text: {f"topic/{text[:3]}": 0.5}, ON_A_PAGE)
    database = Database(url)
    await database.migrate()
    try:
        await seed(database, Town(owners, questionnaire))
        for name in TABLES:
            times = [await _time(name, database, sources) for _ in range(3)]
            print(f"  {name:14} first {times[0] * 1000:6.0f} ms   best {min(times) * 1000:6.0f} ms")
    finally:
        await database.close()


async def _time(name: str, database: Database, sources: Sources) -> float:
    started = time.perf_counter()
    await read_table(name, database, sources, datetime.now(UTC))
    return time.perf_counter() - started


@contextmanager
def sqlite() -> Iterator[str]:
    """A new file."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'town.db'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--owners", type=int, default=20_000)
    parser.add_argument("--postgres", action="store_true")
    chosen = parser.parse_args()
    with durable_postgres() if chosen.postgres else sqlite() as url:
        asyncio.run(measure(url, chosen.owners))


if __name__ == "__main__":
    main()
