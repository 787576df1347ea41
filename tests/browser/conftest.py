"""A real Chromium against a real server. Without one these tests are skipped, unless ADVISOR_REQUIRE_BROWSER=1 says that they must run."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot.channels.web.limits import Limits
from bot.messaging.message import Button, Image, Incoming, Reply
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

NUMBERS = tuple(Button(label, meaning=f"answer?value={value}") for value, label in enumerate("①②③④⑤", 1))
CHOICES = {
    "ja": (
        Button("はい、始めます", meaning="yes"),
        Button("どんなことを聞かれますか?", meaning="more"),
        Button("あとにする", meaning="later"),
    ),
    "en": (Button("Yes, let us start", meaning="yes"), Button("What will you ask?", meaning="more"), Button("Later", meaning="later")),
}
WELCOME = {
    "ja": "こんにちは。お店や会社の**デジタル化**を、いっしょに一歩ずつ進めるアドバイザーです。\n\n"
    "まずは今の様子を伺う、5分ほどの診断から始めませんか?\n- 途中でやめても、続きから再開できます\n- 答えは**いつでも直せます**",
    "en": "Hello. I help small firms go **digital**, one step at a time.\n\n"
    "Shall we begin with an assessment of about five minutes?\n- You can stop and go on later\n- You can **correct** every answer",
}
QUESTION = {
    "ja": "**質問 1 / 24**\n売上や経費の記録は、どのようにつけていますか?\n\n"
    "1. 紙や記憶に頼っている\n2. 表計算ソフトに手で入力\n"
    "3. 会計ソフトを使っている\n4. 銀行やレジと連携している\n5. 毎月数字を見て手を打っている",
    "en": "**Question 1 of 24**\nHow do you keep records of sales and costs?\n\n"
    "1. On paper or in my head\n2. Typed into a spreadsheet\n"
    "3. In accounting software\n4. Linked to bank and till\n5. Read every month and acted on",
}


def advise(incoming: Incoming) -> Sequence[Reply]:
    """A small conversation: a welcome with choices, a question with numbers, and an echo with hostile and rich text."""
    language = incoming.language if incoming.language in ("ja", "en") else "ja"
    if incoming.command == "start":
        return [Reply(text=WELCOME[language], buttons=CHOICES[language], language=language)]
    if incoming.button and incoming.button.startswith("b2."):
        return [Reply(text=QUESTION[language], buttons=NUMBERS, language=language)]
    if incoming.text == "chart":
        return [Reply(text="radar", image=Image("/static/x/icon.svg", "会計 3、集客 2", 320, 320), language=language)]
    if incoming.text == "long":
        return [Reply(text="\n".join(f"{number} 行目です。" for number in range(80)), language=language)]
    return [Reply(text=f"「{incoming.text or incoming.button}」ですね。", language=language)]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    if not os.access(CHROMIUM, os.X_OK):
        if os.environ.get("ADVISOR_REQUIRE_BROWSER") == "1":
            pytest.fail(f"{CHROMIUM} is missing, and ADVISOR_REQUIRE_BROWSER=1: apt-get install -y chromium")
        pytest.skip(f"{CHROMIUM} is missing: apt-get install -y chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture
def responder() -> FakeResponder:
    """The small conversation above."""
    return FakeResponder(advise)


@pytest.fixture
async def advisor(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The advisor on SQLite, serving."""
    async with Advisor(sqlite_url, responder, clock, limits=Limits(look_seconds=0.2)) as advisor:
        yield advisor


#: The browser's own notes that a server or the network was away.
AWAY = (
    "WebSocket connection to",
    "ERR_CONNECTION_REFUSED",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_INCOMPLETE_CHUNKED",
)


class Watch:
    """What a page must never do: complain on its console, break its policy, or ask another host for anything."""

    def __init__(self, context: BrowserContext, origin: str, *hosts: str) -> None:
        self.complaints: list[str] = []
        self._origins = (origin, origin.replace("http", "ws"), "data:", "about:", *hosts)
        context.on("console", lambda message: self._note(message.text) if message.type in ("error", "warning") else None)
        context.on("weberror", lambda error: self._note(str(error.error)))
        context.on("request", lambda request: self._host(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._host(socket.url)))

    def _note(self, text: str) -> None:
        if not any(note in text for note in AWAY):
            self.complaints.append(text)

    def _host(self, url: str) -> None:
        if not url.startswith(self._origins):
            self.complaints.append(f"a request to {url}")


@pytest.fixture
async def context(chromium: Browser, advisor: Advisor) -> AsyncIterator[BrowserContext]:
    """A fresh browser profile of a phone; the test fails when a page of it complained."""
    context = await chromium.new_context(**phone(locale="ja-JP"))
    context.set_default_timeout(8000)
    watch = Watch(context, advisor.origin)
    yield context
    await context.close()
    assert watch.complaints == []


@pytest.fixture
async def page(context: BrowserContext, advisor: Advisor) -> Page:
    """The chat, greeted."""
    page = await context.new_page()
    await page.goto(advisor.origin)
    await page.get_by_role("button", name="はい、始めます").wait_for()
    return page


def phone(**options: Any) -> dict[str, Any]:
    """A phone of today."""
    return {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "timezone_id": "Asia/Tokyo"} | options
