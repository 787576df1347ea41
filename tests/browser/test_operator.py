"""The operator's page in a real browser: on a phone, in both languages and themes, for everybody, and with nothing from elsewhere."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page
from sqlalchemy import select

from bot.insights.reading import TABLES
from bot.messaging.bell import Bell
from bot.messaging.inbox import OPERATOR
from bot.operator.server import operator_routes
from bot.storage.database import Database
from bot.storage.tables import Assessment, Conversation, Handoff, HandoffLine, InboxRow, Person, Question
from knowledge.content import Text
from tests.browser.conftest import Watch, phone
from tests.fakes import MORNING, FakeClock, FakeResponder
from tests.integration.operations.printing import sources
from tests.integration.web.serving import SECRET, Advisor

TOKEN = "a token of the tests"
LOOKS = [("ja", "light"), ("en", "dark")]
SAID = {
    "ja": {"sign_in": "入る", "show": "要約と言葉を見る", "send": "送る", "sent": "送りました", "close": "この依頼を終える"},
    "en": {"sign_in": "Sign in", "show": "Show summary and messages", "send": "Send", "sent": "Sent.", "close": "Close this hand-off"},
}


async def _fill(database: Database) -> None:
    """Some owners, of whom one waits for a person."""
    long_ago = MORNING - timedelta(days=2)
    async with database.transaction() as session:
        for number in range(1, 8):
            owner = Person(language="ja", time_zone="Asia/Tokyo", industry="retail" if number < 6 else "logistics", created_at=long_ago)
            session.add(owner)
            await session.flush()
            key = f"web:{number}"
            session.add(Conversation(id=key, person_id=owner.id, channel="web", created_at=long_ago, active_at=long_ago))
            run = {"started_at": long_ago, "touched_at": long_ago, "level": 2, "asking": "TEC1"}
            session.add(Assessment(person_id=owner.id, trail=["industry", "size", "pain"][:number], **run))
            words = {"body": {"text": "請求書を減らしたい"}, "state": "done"}
            row = InboxRow(channel="web", external_id=key, conversation_id=key, seq=1, received_at=long_ago, **words)
            session.add_all([row, Question(text="補助金は?" * 20, language="ja", verdict="nothing", asked_on=long_ago.date())])
            await session.flush()
        summary, since = "・業種: 小売\n・診断: レベル2 発展中", {"asked_at": long_ago, "waiting_since": long_ago}
        handoff = Handoff(person_id=owner.id, conversation_id=key, language="ja", state="waiting", summary=summary, **since)
        session.add(handoff)
        await session.flush()
        session.add(HandoffLine(handoff_id=handoff.id, inbox_id=row.id, said_at=long_ago))


@pytest.fixture
async def served(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The advisor with an operator."""
    database = Database(sqlite_url)
    await _fill(database)
    phases = {number: Text(f"段階{number}", f"Phase {number}") for number in range(1, 9)}
    known = {"secret_key": SECRET, "token": TOKEN, "language": "ja", "clock": clock}
    routes = operator_routes(database, Bell(), sources(lambda text: {}), phases, {}, **known)
    async with Advisor(sqlite_url, FakeResponder(), clock, routes=tuple(routes)) as advisor:
        yield advisor
    await database.close()


@pytest.fixture(params=LOOKS, ids=["-".join(look) for look in LOOKS])
async def look(request: pytest.FixtureRequest, chromium: Browser, served: Advisor) -> AsyncIterator[tuple[Page, str]]:
    """A phone in front of the page, in a language and a theme."""
    language, theme = request.param
    context = await chromium.new_context(**phone(locale=language, color_scheme=theme))
    context.set_default_timeout(8000)
    watch = Watch(context, served.origin)
    page = await context.new_page()
    await page.goto(f"{served.origin}/operator/sign-in?lang={language}")
    yield page, language
    await context.close()
    assert watch.complaints == []


async def _check(page: Page, name: str) -> None:
    """Everybody can use it, it fits on the screen, and it can be looked at (ADVISOR_SCREENSHOTS)."""
    if folder := os.environ.get("ADVISOR_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"operator-{await page.locator('html').get_attribute('lang')}-{name}.png", full_page=True)
    found = await Axe().run(page)
    assert found.response["passes"], "axe looked at nothing"
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found.response["violations"]] == [], name
    assert await page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"), name


async def test_the_operator_signs_in_reads_answers_and_closes(look: tuple[Page, str], served: Advisor) -> None:
    page, language = look
    said = SAID[language]
    await _check(page, "sign-in")
    await page.locator("#token").fill(TOKEN)
    await page.get_by_role("button", name=said["sign_in"]).click()
    await page.wait_for_url("**/operator")
    await _check(page, "overview")
    for name in TABLES:
        await page.goto(f"{served.origin}/operator/tables/{name}")
        await _check(page, name)
    await page.locator("tbody a").first.click()
    await _check(page, "handoff")
    assert await page.get_by_text("請求書を減らしたい").count() == 0
    await page.get_by_role("button", name=said["show"]).click()
    await page.get_by_text("請求書を減らしたい").wait_for()
    await _check(page, "shown")
    await page.locator("#text").fill("こんにちは。\nどの請求書ですか。")
    await page.get_by_role("button", name=said["send"]).click()
    await page.get_by_text(said["sent"]).wait_for()
    await page.get_by_role("button", name=said["close"]).click()
    await page.get_by_role("status").wait_for()
    await page.goto(f"{served.origin}/operator/acts")
    await _check(page, "acts")
    async with served.database.reading() as session:
        (answer,) = await session.scalars(select(InboxRow.body).where(InboxRow.channel == OPERATOR))
    assert answer["text"] == "こんにちは。\nどの請求書ですか。"
