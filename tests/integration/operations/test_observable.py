"""What an operator sees: metrics of a running advisor, readiness, and who may look."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text
from starlette.applications import Starlette

from bot.messaging.desk import Desk
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.metrics import REGISTRY
from bot.operations.backlog import Backlog, Waiting, read_backlog
from bot.operations.health import Readiness, health_routes
from bot.operations.scrape import metrics_routes
from bot.storage.database import Database
from tests import crowd
from tests.fakes import FakeClock, FakeResponder

TOKEN = "a-token-of-the-tests"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def scraper(database: Database, clock: FakeClock, token: str = "", client: str = "127.0.0.1") -> httpx.AsyncClient:
    app = Starlette(routes=metrics_routes(database, clock, token, "advisor-of-tests"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(client, 1)), base_url="http://advisor")


async def backlog(database: Database, clock: FakeClock) -> Backlog:
    async with database.reading() as session:
        return await read_backlog(session, clock())


async def test_turns_are_counted_by_channel_and_outcome_and_timed(desk: Desk, turns: Turns, responder: FakeResponder) -> None:
    def stored() -> float:
        return counted("advisor_turn_stage_duration_seconds_count", stage="store")

    names = [("web", "answered"), ("web", "failed"), ("web", "set_aside")]
    before = [counted("advisor_turns_total", channel=channel, outcome=outcome) for channel, outcome in names]
    timed = counted("advisor_turn_duration_seconds_count", channel="web"), stored()
    await desk.receive(Incoming("web", "1", "web:1", text="hello"))
    await turns.answer_waiting()
    responder.failures = 3
    await desk.receive(Incoming("web", "2", "web:1", text="hello"))
    await turns.answer_waiting()
    after = [counted("advisor_turns_total", channel=channel, outcome=outcome) for channel, outcome in names]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 3, 1]
    assert (counted("advisor_turn_duration_seconds_count", channel="web"), stored()) == (timed[0] + 1, timed[1] + 1)


async def test_deliveries_are_counted_by_how_they_ended(desk: Desk, turns: Turns) -> None:
    outcomes = ("sent", "throttled", "refused", "ambiguous")

    def told() -> list[float]:
        return [counted("advisor_deliveries_total", channel="telegram", outcome=each) for each in outcomes]

    before = told()
    for number in range(4):
        await desk.receive(Incoming("telegram", str(number), f"telegram:{number}", text="hello"))
    await turns.answer_waiting()
    sent, throttled, refused, doubtful = await desk.claim("telegram", "worker")
    for delivery in (sent, throttled, refused, doubtful):
        assert await desk.intend(delivery, "worker")
    await desk.sent(sent, "worker", "1")
    await desk.not_sent(throttled, "worker", "slow down", retry_after=3)
    await desk.undeliverable(refused, "worker", "bad", unreachable=False)
    await desk.maybe_sent(doubtful, "worker", "timeout")
    assert [now - then for now, then in zip(told(), before, strict=True)] == [1, 1, 1, 1]


async def test_the_backlog_tells_what_waits_and_for_how_long(database: Database, desk: Desk, turns: Turns, clock: FakeClock) -> None:
    assert await backlog(database, clock) == Backlog(outbox={"callback": Waiting(), "telegram": Waiting()})
    await desk.receive(Incoming("telegram", "1", "telegram:1", text="hello"))
    clock.advance(timedelta(seconds=30))
    await desk.receive(Incoming("telegram", "2", "telegram:2", text="hello"))
    assert (await backlog(database, clock)).inbox == Waiting(2, 30.0)
    await turns.answer_waiting()
    clock.advance(timedelta(seconds=40))
    found = await backlog(database, clock)
    assert (found.inbox, found.outbox["telegram"]) == (Waiting(), Waiting(2, 40.0))
    await desk.set_reachable("telegram:1", "blocked")
    await desk.set_reachable("telegram:2", "blocked")
    assert (await backlog(database, clock)).outbox["telegram"] == Waiting(2, 0.0)  # they wait for their owners, not for us


async def test_checkins_that_the_clock_passed_over_are_late(database: Database, clock: FakeClock) -> None:
    await crowd.move_in(database, range(1, 4), clock())
    await crowd.give_checkins(database, range(1, 4), clock())
    assert (await backlog(database, clock)).late_checkins == Waiting()
    clock.advance(timedelta(minutes=5))
    assert (await backlog(database, clock)).late_checkins == Waiting(3, 300.0)


async def test_a_set_aside_message_stays_on_the_gauge(
    database: Database, desk: Desk, turns: Turns, responder: FakeResponder, clock: FakeClock
) -> None:
    responder.failures = 3
    await desk.receive(Incoming("web", "1", "web:1", text="hello"))
    await turns.answer_waiting()
    assert (await backlog(database, clock)).set_aside == 1


async def test_looking_reads_indexes_and_never_a_whole_table(sqlite_url: str, clock: FakeClock) -> None:
    database, seen = Database(sqlite_url), list[tuple[str, Any]]()

    def keep(connection: object, cursor: object, statement: str, values: Any, *rest: object) -> None:
        seen.append((statement, values))

    async with database.reading() as session:
        event.listen(database.engine.sync_engine, "before_cursor_execute", keep)
        await read_backlog(session, clock())
        event.remove(database.engine.sync_engine, "before_cursor_execute", keep)
        connection = await session.connection()
        explained = [(f"EXPLAIN QUERY PLAN {each}", tuple(values)) for each, values in seen]
        plans = await connection.run_sync(lambda plain: [row[3] for each in explained for row in plain.exec_driver_sql(*each)])
    await database.close()
    tables = ("inbox", "outbox", "conversation", "checkin")
    assert any("INDEX" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in tables] == []


async def test_a_scrape_reads_the_tables_at_most_every_few_seconds(database: Database, desk: Desk, clock: FakeClock) -> None:
    async with scraper(database, clock) as client:
        assert "advisor_inbox_waiting 0.0" in (await client.get("/metrics")).text
        await desk.receive(Incoming("web", "1", "web:1", text="hello"))
        assert "advisor_inbox_waiting 0.0" in (await client.get("/metrics")).text


async def test_a_scrape_without_the_database_says_so_and_nothing_old(sqlite_url: str, clock: FakeClock) -> None:
    database = Database(f"{sqlite_url}/not/there")
    async with scraper(database, clock) as client:
        text = (await client.get("/metrics")).text
    await database.close()
    assert "advisor_database_up 0.0" in text
    assert "advisor_inbox_waiting" not in text
    assert 'advisor_build_info{model="advisor-of-tests",version="0.1.0"} 1.0' in text


@pytest.mark.parametrize(
    ("token", "client", "headers", "status"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "172.18.0.3", {}, 200),
        ("", "::ffff:10.0.0.7", {}, 200),
        ("", "203.0.113.9", {}, 403),
        ("", "testclient", {}, 403),
        ("", "0.0.0.0", {}, 403),  # noqa: S104 - nobody listens
        ("", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("", "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 403),
        (TOKEN, "203.0.113.9", {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}, 200),
        (TOKEN, "127.0.0.1", {}, 401),
        (TOKEN, "127.0.0.1", {"Authorization": "Bearer another"}, 401),
        (TOKEN, "127.0.0.1", {"Authorization": f"Basic {TOKEN}"}, 401),
    ],
)
async def test_who_may_scrape(sqlite_url: str, clock: FakeClock, token: str, client: str, headers: dict[str, str], status: int) -> None:
    database = Database(sqlite_url)
    async with scraper(database, clock, token, client) as scraping:
        answer = await scraping.get("/metrics", headers=headers)
    await database.close()
    assert answer.status_code == status
    assert ("advisor_" in answer.text) is (status == 200)


async def _ready(readiness: Readiness, is_stopping: bool = False) -> tuple[int, dict[str, object]]:
    app = Starlette(routes=health_routes(readiness, lambda: is_stopping))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://advisor") as client:
        answer = await client.get("/readyz")
        assert (await client.get("/healthz")).status_code == 200
        return answer.status_code, answer.json()


async def test_ready_names_what_fails_and_nothing_else() -> None:
    async def well() -> None: ...

    async def ill() -> None:
        raise RuntimeError("postgresql://user:secret@host")

    assert await _ready(Readiness({"database": well, "turns": well})) == (200, {"status": "ok"})
    assert await _ready(Readiness({"database": ill, "turns": well})) == (503, {"status": "not ready", "failed": ["database"]})


async def test_a_process_that_ends_is_not_ready() -> None:
    assert await _ready(Readiness({}), is_stopping=True) == (503, {"status": "not ready", "failed": ["stopping"]})


async def test_tables_of_another_version_are_not_ready(database: Database) -> None:
    await database.check_schema()
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0001_first'"))
    with pytest.raises(Exception, match="advisor migrate"):
        await database.check_schema()


async def test_the_loop_of_turns_shows_that_it_is_alive(turns: Turns) -> None:
    assert not turns.is_alive(60)
    task = asyncio.create_task(turns.run())
    await asyncio.sleep(0)
    assert turns.is_alive(60)
    assert not turns.is_alive(-1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
