"""The demo's year, played to its end without waiting: the real advisor, only the owner and the clock are played."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.app import Advisor
from bot.assistant.agent import Assistant, load_assistant
from bot.demo.player import Player, ScriptError, TravellingClock
from bot.demo.script import Step, load_script
from bot.demo.stage import PLAY, Entrance, demo_settings, fresh_folder, opening
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming, Line
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.reports.documents import Documents
from bot.reports.feeds import Feeds
from bot.services import ROOT, Services
from bot.settings import load_settings
from bot.storage.database import Database
from knowledge.problems import ContentError
from tests.fakes import MORNING, FakeClock

KEY = "web:demo"


async def at_once() -> None:
    """No pause."""


@pytest.fixture(scope="module")
def public_assistant(model: Path, services: Services) -> Assistant:
    """The assistant of an advisor that has an address, as the demo's has."""
    return load_assistant(model, services.keeping(Documents(), Feeds(b"a key for tests", "http://localhost:8001")))


@pytest.fixture
async def advisor(sqlite_url: str, public_assistant: Assistant, services: Services) -> AsyncIterator[Advisor]:
    """All that answers, with a clock that travels."""
    database, bell, clock = Database(sqlite_url), Bell(), TravellingClock(MORNING, FakeClock())
    turns = Turns(database, public_assistant, bell, clock, Defaults())
    running = asyncio.create_task(turns.run())
    yield Advisor(load_settings({}), database, bell, Desk(database, bell, clock), turns, public_assistant, services, clock)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await database.close()


async def play(advisor: Advisor, language: str, script: tuple[Step, ...]) -> list[Line]:
    """The whole conversation after the script."""
    assert isinstance(advisor.clock, TravellingClock)
    await advisor.desk.answer(Incoming("web", "hello", KEY, command="start", language=language))
    await Player(KEY, language, advisor.desk, advisor.database, advisor.ring, advisor.clock).play(script, at_once)
    return await advisor.desk.lines(KEY, limit=1000)


STATIONS = {
    "ja": (
        *("8つの段階に分けました", "**まとめ**", "週のまとめを止めました", "の所で止まっているのですね"),
        *("ひと押しだけで", "もっと小さくしてみましょう", "月に1回だけ", "月12時間 → 月5時間", "8つの段階がすべて終わりました"),
        *("今回は **レベル3**", "次の一歩は", "リンクができました"),
    ),
    "en": (
        *("split it into eight phases", "**Your summary**", "stopped the weekly summary", "that's in the way"),
        "one tap is enough",
        *("let's make it smaller", "just once a month", "12 hours a month → 5 hours a month", "all eight phases", "now at **level 3**"),
        *("Which one shall be the next step?", "Your link is ready"),
    ),
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_year_ends_with_the_ledger_and_the_questions_again(advisor: Advisor, language: str) -> None:
    script = load_script(ROOT / "knowledge")
    lines = await play(advisor, language, script)
    said = "\n".join(line.reply.text for line in lines if line.author == "advisor")
    place = 0
    for station in STATIONS[language]:
        assert station in said[place:], (station, said[place:][:1500])
        place = said.index(station, place)
    owners = [line.reply.text for line in lines if line.author == "owner" and line.client_id]  # others the page does not show
    for step in script:
        assert step.say is None or step.say.get(language) in owners  # every word stands in the chat as if it had been typed
    assert lines == sorted(lines, key=lambda line: line.at)
    assert timedelta(days=270) < lines[-1].at - lines[0].at < timedelta(days=450)


async def test_a_script_that_no_longer_fits_names_its_step(advisor: Advisor) -> None:
    with pytest.raises(ScriptError, match=r"step 2 .*'checkin_done'"):
        await play(advisor, "ja", (Step(press="start_assessment"), Step(press="checkin_done")))


def test_a_step_does_one_thing(tmp_path: Path) -> None:
    (tmp_path / "demo.yml").write_text("steps:\n  - {pick: 1, wait: 1}\n", encoding="utf-8")
    with pytest.raises(ContentError, match="exactly one thing"):
        load_script(tmp_path)


def test_the_clock_never_goes_back() -> None:
    clock = TravellingClock(MORNING, FakeClock(datetime(2030, 1, 1, tzinfo=UTC)))
    clock.travel_to(MORNING + timedelta(days=40))
    clock.travel_to(MORNING)
    assert clock() == MORNING + timedelta(days=40)


def test_it_begins_on_the_day_for_which_the_script_is_written() -> None:
    assert opening(demo_settings(load_settings({"ADVISOR_TIME_ZONE": "America/New_York"}), "en", 8001)) == MORNING


REAL = {
    "ADVISOR_DATABASE_URL": "postgresql://user@host/real",
    "ADVISOR_TELEGRAM_TOKEN": "1:a",
    "ADVISOR_REST_TOKEN": "secret",
    "ADVISOR_CALLBACK_URL": "https://elsewhere.example",
    "ADVISOR_SOCKETIO": "true",
    "ADVISOR_SECRET_KEY": "the real key",
    "ADVISOR_OPERATOR_TOKEN": "secret",
}


def test_its_data_are_apart_and_new_at_every_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**REAL, "ADVISOR_DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    real = load_settings()
    (tmp_path / "advisor.db").write_text("the owner's")
    demo = demo_settings(real, "en", 8001)
    assert demo.database == f"sqlite:///{tmp_path / 'demo' / '8001' / 'advisor.db'}"
    kept = demo.telegram_token, demo.rest_token, demo.callback_url, demo.socketio, demo.secret_key, demo.operator_token
    assert not any(kept)
    for _ in range(2):
        fresh_folder(demo.data_dir)
        assert list(demo.data_dir.iterdir()) == []
        (demo.data_dir / "advisor.db").write_text("the demo's")
    assert (tmp_path / "advisor.db").read_text() == "the owner's"


async def test_every_browser_that_comes_enters_the_conversation_that_is_played(clock: FakeClock) -> None:
    entrance = Entrance(b"a key", clock, "en")
    application = Starlette(routes=entrance.routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://localhost") as client:
        answers = [await client.get(PLAY) for _ in range(2)]
    assert entrance.arrived.is_set()
    places = [answer.headers["location"].split("#c=") for answer in answers]
    assert [page for page, _ in places] == ["/?lang=en"] * 2
    codes = [code for _, code in places]
    assert codes[0] != codes[1]  # each works once
    assert {entrance._sessions.read_code(code)[0].conversation for code in codes} == {entrance.conversation}
