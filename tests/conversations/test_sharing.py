"""A plan is shown to others: asked for, agreed to, handed over with words to send, and stopped; in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.assistant.agent import Assistant, load_assistant
from bot.reports.documents import Documents
from bot.reports.feeds import Feeds, calendar_routes
from bot.reports.sharing import LIFETIME, sharing_routes
from bot.rollout.checkins import Rollout
from bot.rollout.figures import Figure
from bot.services import Services
from bot.storage.database import Database
from bot.storage.tables import Initiative
from tests.conversations.talking import Talk

PUBLIC = "https://advisor.example"
HELLO = {"ja": "こんにちは", "en": "hello"}


@pytest.fixture(scope="module")
def public(services: Services) -> Services:
    """The content of an advisor that knows its own address."""
    return services.keeping(Documents(), Feeds(b"a key for tests", PUBLIC))


@pytest.fixture(scope="module")
def public_assistant(model: Path, public: Services) -> Assistant:
    return load_assistant(model, public)


@pytest.fixture
async def talk(sqlite_url: str, public_assistant: Assistant) -> AsyncIterator[Talk]:
    """A new owner of an advisor that has an address."""
    database = Database(sqlite_url)
    yield Talk(database, public_assistant)
    await database.close()


@pytest.fixture
async def private_talk(sqlite_url: str, assistant: Assistant) -> AsyncIterator[Talk]:
    """A new owner of an advisor without an address."""
    database = Database(sqlite_url)
    yield Talk(database, assistant)
    await database.close()


def address_in(said: str) -> str:
    """The path behind the address in a message."""
    return next(word for word in said.split() if word.startswith(PUBLIC)).removeprefix(PUBLIC)


async def fetch(talk: Talk, services: Services, path: str) -> httpx.Response:
    """What whoever has the address gets."""
    routes = [*sharing_routes(talk.database, services, talk.clock), *calendar_routes(talk.database, services.reports, talk.clock)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url=PUBLIC) as client:
        return await client.get(path)


SHARING = {
    "ja": {
        "ask": "この計画を社員に見せたい",
        "offered": ("見るだけのページ", "診断のお答え、この会話、お名前", "90日で切れ"),
        "make": "リンクを作る",
        "made": ("リンクができました(2月22日(月) まで)", "そのままコピーして"),
        "forward": ("の計画です。今は「", "見るだけのページです"),
        "stop": "共有をやめる",
        "stopped": "もう開けません",
        "none": "いま開けるリンクは、1つもありません",
    },
    "en": {
        "ask": "share the plan with my colleague",
        "offered": ("a page that others can only read", "your answers, this conversation, your name", "ends after 90 days"),
        "make": "Make the link",
        "made": ("Your link is ready (until Monday 22 February)", "Copy the message below"),
        "forward": ("This is our plan for “", "a page to read only"),
        "stop": "stop sharing",
        "stopped": "no longer open",
        "none": "no link that opens",
    },
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_plan_is_shared_after_a_yes_and_stopped_in_words(talk: Talk, public: Services, language: str) -> None:
    words = SHARING[language]
    await talk.say(HELLO[language])
    await talk.start_rollout(public)
    said = await talk.say(str(words["ask"]))
    for word in words["offered"]:
        assert word in said
    assert PUBLIC not in said
    said = await talk.press(str(words["make"]))
    for word in (*words["made"], *words["forward"]):
        assert word in said
    assert len(talk.last) == 2  # the words to forward are a message of their own
    page = await fetch(talk, public, address_in(said))
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert words["stopped"] in await talk.say(str(words["stop"]))
    assert (await fetch(talk, public, address_in(said))).status_code == 404
    assert words["none"] in await talk.say(str(words["stop"]))


async def test_a_link_that_has_run_out_opens_no_more(talk: Talk, public: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(public)
    await talk.say("計画を社員と共有したい")
    path = address_in(await talk.press("リンクを作る"))
    talk.clock.advance(LIFETIME)
    gone = await fetch(talk, public, path)
    assert gone.status_code == 404
    assert "リンクの期限が切れたか" in gone.text
    assert "いま開けるリンクは、1つもありません" in await talk.say("共有をやめる")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_figures_go_along_only_after_a_yes_to_them(talk: Talk, public: Services, language: str) -> None:
    await talk.say(HELLO[language])
    initiative = await talk.start_rollout(public)
    await talk.say(str(SHARING[language]["ask"]))
    assert len(talk.titles) == 2  # there are none yet, so none are offered
    async with talk.database.transaction() as session:
        rollout = Rollout(await session.get_one(Initiative, initiative), public.rollouts.phases)
        for kind, value in (("before", 12), ("reading", 5)):
            public.ledgers.note(session, rollout, kind, 4, Figure(value, "hour", "month", f"{value}h", False), talk.clock())
    await talk.say(str(SHARING[language]["ask"]))
    assert len(talk.titles) == 3
    said = await talk.press(talk.titles[1])
    assert "12h" in (await fetch(talk, public, address_in(said))).text
    await talk.say(str(SHARING[language]["ask"]))
    said = await talk.press(talk.titles[0])
    assert "12h" not in (await fetch(talk, public, address_in(said))).text


async def test_a_no_makes_no_link(talk: Talk, public: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(public)
    await talk.say("計画を社員と共有したい")
    await talk.press("やめておく")
    assert "いま開けるリンクは、1つもありません" in await talk.say("共有をやめる")


async def test_of_two_plans_the_owner_chooses_which(talk: Talk, public: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(public)
    await talk.start_rollout(public, "two-step-login")
    assert "どの計画を見せますか" in await talk.say("計画を社員と共有したい")
    said = await talk.press("2段階認証")
    assert "2段階認証" in said
    said = await talk.press("リンクを作る")
    assert "2段階認証" in (await fetch(talk, public, address_in(said))).text


async def test_without_a_plan_there_is_nothing_to_share(talk: Talk) -> None:
    await talk.say("こんにちは")
    assert "まだ計画がありません" in await talk.say("計画を社員と共有したい")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_without_an_address_the_whole_plan_is_a_message_to_send(private_talk: Talk, services: Services, language: str) -> None:
    talk = private_talk
    await talk.say(HELLO[language])
    await talk.start_rollout(services)
    await talk.say(str(SHARING[language]["ask"]))
    assert "http" not in "".join(reply.text for reply in talk.last)
    message = talk.last[-1].text
    for phase in services.rollouts.phases:
        assert phase.name.get(language) in message


CALENDAR = {
    "ja": {
        "ask": "カレンダーのアドレスを教えて",
        "how": ("iPhone", "照会カレンダーを追加", "Googleカレンダー", "URLで追加"),
        "stop": "カレンダーのアドレスを止めて",
        "stopped": "カレンダーのアドレスを止めました",
        "none": "カレンダーのアドレスは、1つもありません",
        "new": "新しいアドレスをもらう",
        "renew": "アドレスを作り直す",
    },
    "en": {
        "ask": "give me the calendar link",
        "how": ("iPhone", "Add Subscription Calendar", "Google Calendar", "From URL"),
        "stop": "stop the calendar feed",
        "stopped": "stopped the calendar's address",
        "none": "no calendar address in use",
        "new": "Give me a new address",
        "renew": "Make a new address",
    },
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_calendars_address_is_asked_for_renewed_and_stopped_in_words(talk: Talk, public: Services, language: str) -> None:
    words = CALENDAR[language]
    await talk.say(HELLO[language])
    await talk.start_rollout(public)
    said = await talk.say(str(words["ask"]))
    for word in words["how"]:
        assert word in said
    assert any(reply.file for reply in talk.last)  # whoever would rather have the file has it too
    first = address_in(said)
    assert (await fetch(talk, public, first)).status_code == 200
    second = address_in(await talk.press(str(words["renew"])))
    assert [(await fetch(talk, public, path)).status_code for path in (first, second)] == [404, 200]
    assert words["stopped"] in await talk.say(str(words["stop"]))
    assert (await fetch(talk, public, second)).status_code == 404
    assert words["none"] in await talk.say(str(words["stop"]))
    await talk.say(str(words["ask"]))
    await talk.say(str(words["stop"]))
    assert (await fetch(talk, public, address_in(await talk.press(str(words["new"]))))).status_code == 200
