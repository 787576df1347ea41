"""The tables out of real databases: who is counted where, and that nobody can be told from them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.insights.reading import TABLES, read_table
from bot.insights.rows import DayOfTalk, PhaseAsked, PhaseUnderWay, Sign, Step, Waiting
from bot.insights.tables import FEW
from bot.insights.terminal import Form
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.storage.database import Database
from bot.storage.tables import Assessment, CheckIn, Colleague, Conversation, Handoff, InboxRow, Initiative, Person, PhaseRow
from tests.fakes import MORNING, FakeClock
from tests.integration.operations.printing import printed, sources

YESTERDAY = MORNING - timedelta(days=1)


async def rows(database: Database, name: str) -> tuple[Any, ...]:
    return (await read_table(name, database, sources(), MORNING)).rows


async def person(session: AsyncSession, **known: Any) -> Person:
    made = Person(language="ja", time_zone="Asia/Tokyo", created_at=YESTERDAY, **known)
    session.add(made)
    await session.flush()
    return made


async def assessed(session: AsyncSession, owner: Person, *trail: str, **state: Any) -> Assessment:
    made = Assessment(person_id=owner.id, trail=list(trail), started_at=YESTERDAY, touched_at=YESTERDAY - timedelta(hours=1), **state)
    session.add(made)
    await session.flush()
    return made


async def plan(session: AsyncSession, owner: Person, done: int, ends_on: date, state: str = "active") -> Initiative:
    """A plan with so many phases done; the next one ends on a day, and the one behind it later."""
    ends = {number: ends_on + timedelta(days=30 * (number - done - 1)) for number in range(1, done + 3)}
    over = {number: YESTERDAY if number <= done else None for number in ends}
    phases = [PhaseRow(number=number, starts_on=end, ends_on=end, done_at=over[number]) for number, end in ends.items()]
    made = Initiative(person_id=owner.id, action="two-step-login", state=state, started_at=YESTERDAY, phases=phases)
    session.add(made)
    await session.flush()
    return made


def checkin(of: Initiative, phase: int, occurrence: int, state: str, **more: Any) -> CheckIn:
    known = {"due_at": YESTERDAY, "due_local": "2026-11-23T10:00:00", "time_zone": "Asia/Tokyo"}
    return CheckIn(person_id=of.person_id, initiative_id=of.id, phase=phase, occurrence=occurrence, state=state, **(known | more))


async def test_a_day_counts_conversations_messages_and_newcomers_of_owners(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock
) -> None:
    clock.now = MORNING - timedelta(days=1, hours=10)  # 23:00 of the day before yesterday in Tokyo
    await desk.receive(Incoming("web", "1", "web:a", text="x"))
    await turns.answer_waiting()
    clock.now = MORNING
    for number in ("2", "3"):
        await desk.receive(Incoming("web", number, "web:a", text="x"))
    await desk.receive(Incoming("web", "4", "web:b", text="x"))
    await desk.receive(Incoming("clock", "5", "web:c", checkin=1))
    await turns.answer_waiting()
    found = {row.day: row for row in await rows(database, "conversations")}
    assert len(found) == 30
    assert found[date(2026, 11, 22)] == DayOfTalk(date(2026, 11, 22), 1, 1, 1)
    assert found[date(2026, 11, 23)] == DayOfTalk(date(2026, 11, 23), 0, 0, 0)
    assert (found[date(2026, 11, 24)].conversations, found[date(2026, 11, 24)].messages) == (2, 3)


async def test_the_funnel_takes_the_newest_run_of_each_owner_and_no_colleague(database: Database) -> None:
    async with database.transaction() as session:
        owner, colleague = await person(session), await person(session)
        session.add(Colleague(person_id=colleague.id, owner_id=owner.id, joined_at=YESTERDAY))
        await assessed(session, owner, "industry", asking="size")
        await assessed(session, owner, "industry", "size", asking="pain")
        await assessed(session, colleague, "industry", asking="size")
    found = {row.question: row for row in await rows(database, "funnel")}
    assert found["industry"] == Step("industry", 1, 1, 0, 0, 0.0)
    assert found["pain"] == Step("pain", 1, 0, 0, 1, 100.0)


async def test_levels_hide_one_and_two_firms(database: Database) -> None:
    async with database.transaction() as session:
        for level, industry, count in ((1, "retail", 3), (2, "retail", 2), (4, None, 1)):
            for _ in range(count):
                await assessed(session, await person(session, industry=industry), level=level)
        await assessed(session, await person(session, industry="logistics"))
    found = {row.industry: row for row in await rows(database, "levels")}
    assert (found["retail"].level_1, found["retail"].level_2, found["retail"].level_3) == (3, FEW, 0)
    assert found["-"].level_4 == FEW
    assert "logistics" not in found


async def test_checkins_are_counted_by_phase_and_what_became_of_them(database: Database) -> None:
    async with database.transaction() as session:
        made = await plan(session, await person(session), 0, date(2026, 12, 1))
        session.add_all(
            [
                checkin(made, 1, 1, "answered", asked_at=YESTERDAY, answered_at=YESTERDAY, answer="done"),
                checkin(made, 1, 2, "missed", asked_at=YESTERDAY),
                checkin(made, 1, 3, "pending"),
                checkin(made, 1, 4, "pending", due_at=MORNING - timedelta(minutes=5)),
                checkin(made, 2, 1, "asked", asked_at=YESTERDAY),
                checkin(made, 2, 2, "superseded"),
            ]
        )
    assert await rows(database, "checkins") == (PhaseAsked(1, 1, 1, 2, 1, 0, 1, 0), PhaseAsked(2, 0, 0, 1, 0, 1, 0, 1))


async def test_plans_stand_in_the_phase_that_they_are_in(database: Database) -> None:
    async with database.transaction() as session:
        stuck = await plan(session, await person(session, checkins_monthly=True), 1, date(2026, 11, 20))
        await plan(session, await person(session, checkins_paused=True), 1, date(2026, 12, 1))
        await plan(session, await person(session), 2, date(2026, 11, 1), state="stopped")
        unstuck = await plan(session, await person(session), 0, date(2026, 12, 1))
        session.add_all(
            [
                checkin(stuck, 2, 1, "answered", answer="in_progress", answered_at=YESTERDAY - timedelta(days=3)),
                checkin(stuck, 2, 2, "answered", answer="blocked", answered_at=YESTERDAY),
                checkin(unstuck, 1, 1, "answered", answer="blocked", answered_at=YESTERDAY - timedelta(days=3)),
                checkin(unstuck, 1, 2, "answered", answer="done", answered_at=YESTERDAY),
            ]
        )
    assert await rows(database, "rollouts") == (PhaseUnderWay(1, 1, 0, 0, 0, 0, 0), PhaseUnderWay(2, 2, 1, 1, 1, 1, 4))


async def waiting_handoff(session: AsyncSession, state: str, hours: int, **known: Any) -> None:
    owner = await person(session, **known)
    session.add(Conversation(id=f"web:{owner.id}", person_id=owner.id, channel="web", created_at=YESTERDAY, active_at=YESTERDAY))
    await session.flush()
    since = MORNING - timedelta(hours=hours)
    place = {"person_id": owner.id, "conversation_id": f"web:{owner.id}", "language": "ja"}
    session.add(Handoff(**place, state=state, summary="ZQXJV", asked_at=since, waiting_since=since))


async def test_open_hand_offs_come_with_the_longest_waiting_first_and_without_words(database: Database) -> None:
    async with database.transaction() as session:
        await waiting_handoff(session, "answered", 50, industry="retail")
        await waiting_handoff(session, "waiting", 2)
        await waiting_handoff(session, "waiting", 5, industry="logistics")
        await waiting_handoff(session, "closed", 9)
    found = await rows(database, "handoffs")
    assert [(row.state, row.waiting_hours, row.industry) for row in found] == [
        ("waiting", 5.0, "logistics"),
        ("waiting", 2.0, "-"),
        ("answered", None, "retail"),
    ]
    assert isinstance(found[0], Waiting)
    assert "ZQXJV" not in str(found)


async def signs(database: Database) -> dict[str, Sign]:
    return {sign.sign: sign for sign in await rows(database, "health")}


async def test_health_marks_what_stands_still(database: Database, desk: Desk, clock: FakeClock) -> None:
    assert all(sign.is_well for sign in (await signs(database)).values())
    clock.now = MORNING - timedelta(minutes=2)
    await desk.receive(Incoming("web", "1", "web:a", text="x"))
    async with database.transaction() as session:
        await waiting_handoff(session, "waiting", 100)
        made = await plan(session, await person(session), 0, date(2026, 12, 1))
        session.add(checkin(made, 1, 1, "pending"))
        old = {"channel": "web", "conversation_id": "web:a", "body": {}, "state": "set_aside"}
        session.add(InboxRow(external_id="2", received_at=MORNING - timedelta(days=8), **old))
        session.add(InboxRow(external_id="3", received_at=YESTERDAY, **old))
    found = await signs(database)
    assert {name for name, sign in found.items() if not sign.is_well} == {
        "oldest_turn_seconds",
        "set_aside",
        "checkins_overdue",
        "oldest_handoff_hours",
    }
    assert (found["oldest_turn_seconds"].value, found["set_aside"].value, found["waiting_turns"].value) == (120.0, 1, 1)
    assert found["schema"].value == "0014"


async def test_every_table_is_printed_in_three_forms(database: Database) -> None:
    async with database.transaction() as session:
        await waiting_handoff(session, "waiting", 2)
    for name in TABLES:
        table = await read_table(name, database, sources(), MORNING)
        assert len(json.loads(printed(table, Form.JSON))) == len(table.rows), name
        assert len(list(csv.reader(io.StringIO(printed(table, Form.CSV))))) == len(table.rows) + 1, name
        assert printed(table, Form.TEXT).strip(), name
