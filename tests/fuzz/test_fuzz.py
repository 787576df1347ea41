"""A short run over every surface with a fixed seed, and that nothing is left out. The long one: `uv run python -m tests.fuzz`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.assistant.agent import Assistant
from bot.channels.front import HEADERS
from bot.services import Services
from tests.fuzz.calling import request
from tests.fuzz.house import HOST, NEIGHBOUR, SECRETS, House, open_house, shown_in
from tests.fuzz.making import Maker
from tests.fuzz.parsers import Parsers
from tests.fuzz.running import Outcome, Run
from tests.fuzz.surfaces import SURFACES, uncovered
from tests.fuzz.wire import throw_at_the_wire

SEED = 20_261_125


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, services: Services, assistant: Assistant) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), services, assistant) as house:
        yield house


def test_every_route_is_fuzzed_and_nothing_that_is_none(house: House) -> None:
    assert uncovered(house) == []


async def test_nonsense_on_every_surface_does_no_harm(house: House, services: Services, tmp_path: Path) -> None:
    outcome = await Run(house, Parsers(services, tmp_path), SEED).throw(1500, of_turns=20)
    await throw_at_the_wire(house, SEED, 40, outcome)
    assert outcome.failures == []
    assert set(SURFACES) <= set(outcome.counts)
    assert {101, 200, 400, 401, 404} <= set(outcome.statuses)


async def test_every_answer_of_every_route_has_the_headers_that_keep_browsers_safe(house: House) -> None:
    for number, (name, send) in enumerate(SURFACES.items()):
        answer = await send(house, Maker(number))
        assert answer.headers or name in ("/ws", "/socket.io"), name
        if answer.headers:  # a socket that was taken, or closed before, has none
            assert [each for each in HEADERS if not answer.header(each.lower().encode())] == [], name


async def test_a_fault_is_seen(house: House, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the run looks for is found when it is there: a 5xx, an exception, a secret, words in the log."""
    outcome = Outcome()
    run = Run(house, Parsers(services, tmp_path), SEED, outcome)

    async def bad(house: House, maker: Maker):  # type: ignore[no-untyped-def]
        raise RuntimeError("out of the application")

    monkeypatch.setitem(SURFACES, "/demo", bad)
    await run._ask("/demo", Maker(1), 1)
    assert "out of the application" in outcome.failures[0]
    assert shown_in(NEIGHBOUR.encode() + SECRETS["ADVISOR_REST_TOKEN"].encode()) == ["ADVISOR_REST_TOKEN", "the neighbour's words"]


async def test_error_pages_say_nothing_of_ours(house: House) -> None:
    for path in (b"/nothing", b"/files/x", b"/static/../../etc/passwd", b"/calendar/x.ics", b"/plan/x"):
        answer = await request(house.app, "GET", path, headers=[(b"host", HOST)])
        assert answer.status == 404
        assert len(answer.body) < 5000
        assert shown_in(answer.everything) == []
