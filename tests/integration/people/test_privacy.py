"""Everything of a person is handed out and deleted, whatever table comes along."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.messaging.desk import Desk
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.people.belongings import tables_of_people
from bot.people.copies import LEFT_OUT, as_data, rows_of
from bot.people.data import erase
from bot.storage.database import Database
from bot.storage.tables import Base, Conversation, Erasure, InboxRow, OutboxRow, Person
from tests.fakes import MORNING, FakeClock
from tests.integration.people.everything import MARKER, files_marked, fill, where_marked

#: Tables without rows of people, and why. A new table is either here or cascades from `person` (bot/people/belongings.py).
OF_NOBODY = {
    "channel_address": "where the advisor is found",
    "channel_rate": "how fast a channel may send",
    "ended_session": "hashes of web sessions that were ended, for some weeks",
    "used_code": "random codes of the page, for a day",
    "erasure": "receipts, which name nobody",
    "operator_act": "what was done on the operator's page, without words; it forgets the hand-off with its owner",
}


def test_every_table_belongs_to_people_or_says_why_not() -> None:
    assert {table.name for table in tables_of_people()} | set(OF_NOBODY) == set(Base.metadata.tables)
    assert not {table.name for table in tables_of_people()} & set(OF_NOBODY)


def test_rows_are_deleted_before_what_they_name() -> None:
    order = [table.name for table in reversed(tables_of_people())]
    assert order.index("inbox") < order.index("conversation") < order.index("person")
    assert order.index("delivery_attempt") < order.index("outbox") < order.index("conversation")


async def deleted(database: Database, person_id: int, key: str) -> None:
    async with database.transaction() as session:
        person, conversation = await session.get_one(Person, person_id), await session.get_one(Conversation, key)
        await erase(session, person, conversation, MORNING)


async def test_a_deletion_leaves_the_marker_in_no_table(database: Database) -> None:
    async with database.transaction() as session:
        person_id = await fill(session)
        session.add(Conversation(id="web:here", person_id=person_id, channel="web", created_at=MORNING, active_at=MORNING))
    assert await where_marked(database) >= {"inbox", "outbox", "checkin", "figure", "vendor", "question", "document", "conversation"}
    await deleted(database, person_id, "web:here")
    assert await where_marked(database) == set()
    async with database.reading() as session:
        left = {table.name: await session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}
    assert {name: count for name, count in left.items() if count} == {"person": 1, "conversation": 1, "erasure": 1}


async def test_a_deletion_leaves_others_as_they_are(database: Database) -> None:
    async with database.transaction() as session:
        mine, theirs = await fill(session), await fill(session, suffix="b")
    await deleted(database, mine, f"web:{MARKER}")
    async with database.reading() as session:
        rows = await rows_of(session, await session.get_one(Person, theirs))
    assert {name: len(each) for name, each in rows.items()} == dict.fromkeys(rows, 1)


async def test_the_receipt_counts_what_went_and_can_be_checked(database: Database) -> None:
    async with database.transaction() as session:
        person_id = await fill(session)
        person, conversation = await session.get_one(Person, person_id), await session.get_one(Conversation, f"web:{MARKER}")
        receipt = await erase(session, person, conversation, MORNING, papers=2)
    async with database.reading() as session:
        kept = await session.get_one(Erasure, receipt.number)
    assert (kept.erased_at, kept.counts) == (MORNING, receipt.counts)
    assert receipt.counts["document"] == 3
    assert set(receipt.counts) == {table.name for table in tables_of_people()} - {"person", "conversation"}


async def test_what_was_written_elsewhere_before_goes_unanswered_and_what_comes_later_is_answered(
    database: Database, desk: Desk, turns: Turns, clock: FakeClock
) -> None:
    async with database.transaction() as session:
        person_id = await fill(session)
        session.add(Conversation(id="web:here", person_id=person_id, channel="web", created_at=MORNING, active_at=MORNING))
    await desk.receive(Incoming("web", "before", f"web:{MARKER}", text=MARKER))
    await desk.receive(Incoming("web", "behind", "web:here", text="new"))
    await deleted(database, person_id, "web:here")
    async with database.reading() as session:
        assert list(await session.scalars(select(InboxRow.external_id))) == ["behind"]
    await turns.answer_waiting()
    assert [line.reply.text for line in await desk.lines("web:here")] == ["new", "echo: new"]


@pytest.fixture
async def on_disk(sqlite_url: str) -> AsyncIterator[Database]:
    """A database whose files the test looks into."""
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.mark.parametrize("seed", range(3))
async def test_no_bytes_of_what_was_deleted_stay_on_the_disk(on_disk: Database, tmp_path: Path, seed: int) -> None:
    """Rows of many sizes between those of others, changed again and again, so that SQLite has to move them between pages."""
    database, dice = on_disk, random.Random(seed)
    async with database.transaction() as session:
        person_id = await fill(session)
        other = Person(language="ja", time_zone="Asia/Tokyo", created_at=MORNING)
        session.add(other)
        await session.flush()
        theirs = {"person_id": other.id, "channel": "web", "created_at": MORNING, "active_at": MORNING, "dialogue": {}}
        await session.execute(insert(Conversation).values([{"id": f"web:{n}", **theirs} for n in range(100)]))
    for number in range(200):
        async with database.transaction() as session:
            whose, words = (f"web:{MARKER}", f"{MARKER} " * dice.randint(1, 900)) if number % 2 else (f"web:{number % 100}", "x" * 700)
            conversation = await session.get_one(Conversation, whose)
            conversation.dialogue = {"slots": {"knowledge_question": words[: dice.randint(10, 4000)]}}
            conversation.last_seq += 1
            body, at = {"text": words}, {"due_at": MORNING, "created_at": MORNING}
            session.add(OutboxRow(conversation_id=whose, channel="web", seq=conversation.last_seq + 9, body=body, state="pulled", **at))
    assert files_marked(tmp_path)
    await deleted(database, person_id, f"web:{MARKER}")
    async with database.transaction() as session:  # the conversation that stays is named after the marker in this test only
        await session.execute(Conversation.__table__.delete().where(Conversation.id == f"web:{MARKER}"))
    await database.wipe()
    assert files_marked(tmp_path) == []
    await database.close()
    assert files_marked(tmp_path) == []


async def test_a_copy_names_every_table_and_every_column_of_a_person(database: Database) -> None:
    async with database.transaction() as session:
        person_id = await fill(session)
        rows = await rows_of(session, await session.get_one(Person, person_id))
    data = as_data(rows, MORNING)["tables"]
    assert set(data) == set(Base.metadata.tables) - set(OF_NOBODY)
    for name, (row,) in data.items():
        assert set(row) | LEFT_OUT.get(name, set()) == set(Base.metadata.tables[name].columns.keys())


def test_what_a_copy_leaves_out_exists() -> None:
    for name, columns in LEFT_OUT.items():
        assert columns <= set(inspect(Base.metadata.tables[name]).columns.keys())


async def test_a_copy_holds_nothing_of_others(database: Database) -> None:
    async with database.transaction() as session:
        mine, _ = await fill(session), await fill(session, suffix="b")
        rows = await rows_of(session, await session.get_one(Person, mine))
    assert "b'" not in str({name: [row for row in each if f"{MARKER}b" in str(row)] for name, each in rows.items()})
    assert all(len(each) == 1 for each in rows.values())


async def test_an_error_of_the_database_tells_no_words(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": MARKER})
    assert "nowhere" in str(caught.value)
    assert MARKER not in str(caught.value)
