"""`advisor checkins` tells why and when; figures leave with their owner."""

from __future__ import annotations

from datetime import timedelta

from rich.console import Console
from sqlalchemy import func, select

from bot.operations import schedule
from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.rollout.checkins import Rollouts
from bot.rollout.figures import load_figure_words, read_figure
from bot.rollout.ledgers import Ledgers
from bot.rollout.phases import load_phases
from bot.services import ROOT
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation, FigureRow
from tests.fakes import MORNING

PHASES = load_phases(ROOT / "knowledge")
LEDGERS = Ledgers(load_figure_words(ROOT / "knowledge"), PHASES)


async def test_explain_tells_why_when_and_what_became_of_a_checkin(sqlite_url: str) -> None:
    database, rollouts, console = Database(sqlite_url), Rollouts(PHASES), Console(record=True, width=200)
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
        await rollouts.start(session, conversation.person, "weekly-number", 1, MORNING)
        row = (await session.scalars(select(CheckIn).order_by(CheckIn.due_at))).all()[0]
        rollouts.ask(conversation.person, row, row.due_at)
        await rollouts.answer(session, conversation.person, row, "blocked", row.due_at)
        row.obstacle = "money"
        rollouts.ask(conversation.person, row, row.due_at, "obstacle")
        number = row.id
    await database.close()
    assert await schedule.explain(sqlite_url, number, console)
    told = console.export_text()
    assert "'weekly-number' (active)" in told
    assert "no. 0 in the rhythm" in told
    assert "2026-11-26T10:01:00 (Asia/Tokyo)" in told
    assert "stuck for 'money'" in told
    assert "waiting for 'obstacle'" in told
    assert not await schedule.explain(sqlite_url, number + 999, console)


async def test_a_ledger_keeps_what_was_told_and_leaves_with_its_owner(database: Database) -> None:
    async with database.transaction() as session:
        conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
        rollout = await Rollouts(PHASES).start(session, conversation.person, "weekly-number", 1, MORNING)
        for kind, told in (("before", "予約が月40件"), ("target", "わからない"), ("reading", "月50件")):
            LEDGERS.note(session, rollout, kind, 4, read_figure(told, LEDGERS.words), MORNING)
        await session.flush()
        ledger = await LEDGERS.load(session, rollout)
    assert ledger.before is not None
    assert (ledger.before.value, ledger.before.words, ledger.before.more_is_better) == (40, "月40件", True)
    assert ledger.passed == {"target"}
    assert (LEDGERS.pilot, LEDGERS.review) == (4, 7)
    async with database.transaction() as session:
        conversation = await session.get_one(Conversation, "web:a")
        await erase(session, conversation.person, conversation, MORNING + timedelta(days=1))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FigureRow)) == 0
