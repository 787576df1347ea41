"""What arrives at the same time is stored together."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import DataError, OperationalError

from bot.messaging import inbox
from bot.messaging.intake import Intake
from bot.messaging.message import Incoming
from bot.storage.database import Database
from bot.storage.tables import InboxRow
from tests.fakes import FakeClock


def hello(number: int) -> Incoming:
    """A message of an owner of its own."""
    return Incoming("web", f"id-{number}", f"web:{number}", text="hello")


async def stored(database: Database) -> list[str]:
    """The ids that are in the inbox, in their order there."""
    async with database.reading() as session:
        return list(await session.scalars(select(InboxRow.external_id).order_by(InboxRow.id)))


async def test_what_arrives_at_the_same_time_is_one_transaction(database: Database, clock: FakeClock) -> None:
    intake, ends = Intake(database), list[Any]()
    event.listen(database.engine.sync_engine, "commit", ends.append)
    assert await asyncio.gather(*(intake.store(hello(number), clock()) for number in range(10))) == [True] * 10
    assert len(ends) == 1
    assert await stored(database) == [f"id-{number}" for number in range(10)]


async def test_what_came_before_is_told_from_what_is_new(database: Database, clock: FakeClock) -> None:
    intake = Intake(database)
    assert await intake.store(hello(1), clock())
    assert await asyncio.gather(*(intake.store(hello(number), clock()) for number in (1, 2, 2))) == [False, True, False]
    assert await stored(database) == ["id-1", "id-2"]


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("refusal", [DataError("INSERT", {}, Exception("no such text")), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no")])
async def test_what_cannot_be_stored_takes_nobody_along(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, everything: bool, refusal: Exception
) -> None:
    store = inbox.store

    async def picky(database: Database, session: Any, incoming: Incoming, now: Any) -> bool:
        if everything:
            raise OperationalError("INSERT", {}, Exception("the disk is full"))
        if incoming.external_id == "id-1":
            raise refusal
        return await store(database, session, incoming, now)

    monkeypatch.setattr(inbox, "store", picky)
    intake = Intake(database)
    told = await asyncio.gather(*(intake.store(hello(number), clock()) for number in range(3)), return_exceptions=True)
    if everything:
        assert all(isinstance(each, OperationalError) for each in told)
        assert await stored(database) == []
    else:
        assert [each is True for each in told] == [True, False, True]
        assert isinstance(told[1], type(refusal))
        assert await stored(database) == ["id-0", "id-2"]


async def test_a_sender_who_gives_up_loses_neither_their_message_nor_others(database: Database, clock: FakeClock) -> None:
    intake = Intake(database)
    first, second = (asyncio.create_task(intake.store(hello(number), clock())) for number in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert await stored(database) == ["id-0", "id-1"]


async def test_a_sender_who_is_cancelled_leaves_when_what_has_begun_has_ended(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, begun, go_on = inbox.store, asyncio.Event(), asyncio.Event()

    async def slow(*args: Any) -> bool:
        begun.set()
        await go_on.wait()
        return await store(*args)

    monkeypatch.setattr(inbox, "store", slow)
    sender = asyncio.create_task(Intake(database).store(hello(0), clock()))
    await begun.wait()
    sender.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    assert not sender.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await sender
    assert await stored(database) == ["id-0"]
