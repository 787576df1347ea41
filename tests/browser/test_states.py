"""Every state of the widget, on every kind of screen and in both languages: nothing runs out of its place, nothing is cut off, and nothing
is complained of. `ADVISOR_SCREENSHOTS=DIR` keeps the pictures, to be looked at by a person.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Frame, Page, expect
from sqlalchemy import select

from bot.channels.web.limits import Limits
from bot.messaging.files import Content
from bot.messaging.message import Button, File, Image, Incoming, Reply
from bot.reports.charts import draw, size_of
from bot.reports.figures import Radar, Spoke
from bot.storage.tables import Conversation
from tests.browser.chat import write
from tests.browser.conftest import CHOICES, Watch, advise
from tests.browser.host import ROUTES, chat_frame, launcher, shop
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor, free_port

LEVELS = (3, 2, 4, 1, 2)
NAMES = {"ja": ("会計", "集客", "受発注", "在庫", "人と道具"), "en": ("Accounts", "Customers", "Orders", "Stock", "People and tools")}
LEGEND = {"ja": ("いま", "次の目標"), "en": ("Now", "Next target")}
#: What the owner writes, and what shows that the answer is there.
WORDS = {
    "ja": {"progress": "続けてください", "chart": "結果を見せて", "papers": "報告書をください", "next day": "おはようございます"},
    "en": {"progress": "Go on, please", "chart": "Show me the result", "papers": "May I have it?", "next day": "Good morning"},
}
PROGRESS = {
    "ja": "ありがとうございます。**24問のうち12問**まで進みました。あと5分ほどです。\n\n在庫の数は、どのように確かめていますか?",
    "en": "Thank you. That is **12 of 24 questions**; about five more minutes.\n\nHow do you check what is in stock?",
}
RESULT = {
    "ja": "診断の結果です。いちばん伸びしろが大きいのは**在庫**です。\n- 棚卸しを表計算ソフトに移す\n- 週に一度、数を見る日を決める",
    "en": "Here is your result. **Stock** has the most room to grow.\n- Move stocktaking into a spreadsheet\n- Look at it once a week",
}
NEXT = {
    "ja": ("まず何から始めるか聞く", "報告書(PDF)を受け取る", "答えを直す"),
    "en": ("Ask what to do first", "Get the report as a PDF", "Correct an answer"),
}
PAPERS = {"ja": ("診断報告書_さくら食堂.pdf", "声かけの予定.ics"), "en": ("Digital-maturity-report-Sakura-Diner.pdf", "Check-ins.ics")}
CHART = "/files/chart"


@dataclass(frozen=True)
class View:
    """A kind of screen: its size in CSS pixels, and what the browser is told."""

    name: str
    width: int
    height: int
    options: dict[str, Any] = field(default_factory=dict)


TOUCH = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
VIEWS = (
    View("phone", 375, 812, TOUCH),
    View("phone-dark", 375, 812, TOUCH | {"color_scheme": "dark"}),
    View("narrow", 320, 568, TOUCH),
    View("desktop", 1280, 800),
    View("desktop-dark", 1280, 800, {"color_scheme": "dark"}),
    View("zoom-200", 640, 512, {"device_scale_factor": 2}),  # a window of 1280 × 1024
    View("zoom-400", 320, 256, {"device_scale_factor": 4}),
    View("forced-colours", 1280, 800, {"forced_colors": "active"}),
    View("4k", 3840, 2160),
)


def figure(language: str) -> Radar:
    """The chart of a result."""
    said = dict(zip(NAMES[language], LEVELS, strict=True))
    spokes = tuple(Spoke(name, f"{level} / 5", level, min(5, level + 1), None) for name, level in said.items())
    return Radar(", ".join(f"{name} {level} / 5" for name, level in said.items()), spokes, *LEGEND[language], "")


def answer(incoming: Incoming) -> Sequence[Reply]:
    """The conversation that is looked at."""
    for language, words in WORDS.items():
        if incoming.text == words["progress"]:
            return [Reply(text=PROGRESS[language], language=language)]
        if incoming.text == words["chart"]:
            shown = figure(language)
            buttons = tuple(Button(title, meaning="next") for title in NEXT[language])
            return [Reply(text=RESULT[language], image=Image(CHART, shown.alt, *size_of(shown)), buttons=buttons, language=language)]
        if incoming.text == words["papers"]:
            sizes = zip(PAPERS[language], (184_320, 3_100), strict=True)
            return [Reply(file=File(name, CHART, size), language=language) for name, size in sizes]
    return advise(incoming)


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages."""
    return str(request.param)


@pytest.fixture(params=VIEWS, ids=[view.name for view in VIEWS])
def view(request: pytest.FixtureRequest) -> View:
    """Every screen."""
    chosen: View = request.param
    return chosen


@pytest.fixture(scope="module")
def charts() -> dict[str, bytes]:
    """The chart, drawn."""
    return {language: draw(figure(language)).data for language in NAMES}


@pytest.fixture
async def advisor(
    sqlite_url: str, responder: FakeResponder, clock: FakeClock, language: str, charts: dict[str, bytes]
) -> AsyncIterator[Advisor]:
    """The advisor with that conversation, and a site that embeds it."""
    responder.script = answer
    port = free_port()
    limits, origins = Limits(look_seconds=0.2), (f"http://localhost:{port}",)
    async with Advisor(sqlite_url, responder, clock, port=port, limits=limits, allowed_origins=origins, routes=ROUTES) as advisor:
        advisor.files.contents[CHART] = Content(charts[language], "image/png", "chart.png")
        yield advisor


@pytest.fixture
async def browser_of_view(
    chromium: Browser, advisor: Advisor, view: View, language: str, clock: FakeClock
) -> AsyncIterator[BrowserContext]:
    """A browser on that screen, which lives at the advisor's time and whose pages must not complain."""
    size = {"width": view.width, "height": view.height}
    context = await chromium.new_context(viewport=size, locale=language, timezone_id="Asia/Tokyo", **view.options)
    context.set_default_timeout(15_000)
    await context.add_init_script("addEventListener('securitypolicyviolation', ({ blockedURI }) => console.error('CSP', blockedURI));")
    await context.clock.set_fixed_time(clock.now)
    watch = Watch(context, advisor.origin, f"http://localhost:{advisor.port}")
    yield context
    await context.close()
    assert watch.complaints == []


#: What of the chat is wider than its place, cut off, or out of the window; the lines themselves may be scrolled.
MISPLACED = """() => {
    const root = document.querySelector("advisor-chat").shadowRoot;
    const found = [];
    const page = document.scrollingElement;
    if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) found.push("the page scrolls");
    for (const element of root.querySelectorAll("*")) {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        if (!box.width || element.closest(".away, svg")) continue;
        const name = `${element.localName}.${element.className}`;
        if (style.display !== "inline" && element.scrollWidth > element.clientWidth + 1) found.push(`${name} is too wide inside`);
        if (/hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1) found.push(`${name} is cut off`);
        if (box.left < -1 || box.right > innerWidth + 1) found.push(`${name} is outside`);
        const stays = element.closest("header, form, dialog, .note") && !element.parentElement?.closest("dialog");
        if (stays && (box.top < -1 || box.bottom > innerHeight + 1)) found.push(`${name} is out of the window`);
    }
    return found;
}"""
DRAWN = """async () => {
    const root = document.querySelector("advisor-chat").shadowRoot;
    await Promise.all([...root.querySelectorAll("img")].map((image) => { image.loading = "eager"; return image.decode(); }));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


class Album:
    """Looks at a state, and takes its picture."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self._folder = folder
        self._prefix = prefix
        self.names: list[str] = []

    async def take(self, page: Page, name: str, chat: Page | Frame | None = None) -> None:
        """Nothing may be misplaced in `chat` (the page itself by default), nor make the page scroll sideways."""
        chat = chat or page
        if await chat.locator("advisor-chat").count():
            await chat.evaluate(DRAWN)
            assert await chat.evaluate(MISPLACED) == [], name
        assert await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), name
        self.names.append(name)
        await page.screenshot(path=self._folder / f"{self._prefix}-{name}.png")


@pytest.fixture
def album(tmp_path: Path, view: View, language: str) -> Album:
    """Kept where the environment says."""
    folder = Path(os.environ.get("ADVISOR_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return Album(folder, f"{view.name}-{language}")


async def test_launcher_and_panel_in_every_state(browser_of_view: BrowserContext, advisor: Advisor, album: Album, language: str) -> None:
    page = await browser_of_view.new_page()
    greeting = {"ja": "デジタル化の相談", "en": "Ask about going digital"}[language]
    await page.goto(shop(advisor, f"lang={language}&data-greeting={greeting}"))
    await launcher(page).wait_for()
    await album.take(page, "launcher-closed")
    await launcher(page).click()
    frame = await chat_frame(page)
    await frame.get_by_role("button", name=CHOICES[language][0].title).wait_for()
    await album.take(page, "panel-greeting", frame)
    await frame.get_by_role("button", name=CHOICES[language][0].title).dispatch_event("click")
    await frame.get_by_role("button", name="③").wait_for()
    await album.take(page, "panel-question", frame)
    await frame.locator("advisor-chat .icon").last.dispatch_event("click")
    await expect(page.locator("advisor-launcher iframe")).to_be_hidden()
    async with advisor.database.reading() as session:
        conversation = (await session.scalars(select(Conversation.id))).one()
    await advisor.desk.receive(Incoming("web", "n", conversation, text="n"))
    await expect(page.locator("advisor-launcher .unread")).to_have_text("1")
    await album.take(page, "launcher-unread")
    assert len(album.names) == 4


async def _say(page: Page, words: str, shows: str) -> None:
    await write(page, words)
    await page.get_by_text(shows).last.wait_for()


async def test_conversation_in_every_state(
    browser_of_view: BrowserContext, advisor: Advisor, album: Album, language: str, responder: FakeResponder, clock: FakeClock
) -> None:
    page, words = await browser_of_view.new_page(), WORDS[language]
    await page.goto(f"{advisor.origin}/?lang={language}")
    await page.get_by_role("button", name=CHOICES[language][0].title).wait_for()
    await album.take(page, "greeting")
    await page.get_by_role("button", name=CHOICES[language][0].title).click()
    await page.get_by_role("button", name="③").wait_for()
    await album.take(page, "question")
    responder.gate.clear()
    await page.get_by_role("button", name="③").click()
    await expect(page.locator("advisor-chat .dots")).to_be_visible()
    await album.take(page, "chosen-and-typing")
    responder.gate.set()
    await expect(page.locator("advisor-chat .dots")).to_be_hidden()
    await _say(page, words["progress"], PROGRESS[language].partition("**")[0])
    await album.take(page, "progress")
    await _say(page, words["chart"], NEXT[language][2])
    await album.take(page, "chart")
    await expect(page.get_by_role("img", name=figure(language).alt)).to_be_attached()
    await _say(page, words["papers"], PAPERS[language][1])
    await album.take(page, "papers")
    await _look_at_the_menu(page, album)
    await _go_on_after_a_night_without_the_network(page, advisor, album, language, clock)
    await page.reload()
    await page.get_by_text(words["next day"]).last.wait_for()
    await album.take(page, "history")
    assert len(album.names) == 11


async def _look_at_the_menu(page: Page, album: Album) -> None:
    await page.locator("advisor-chat header button.icon").first.click()
    await page.get_by_role("dialog").wait_for()
    await album.take(page, "menu")
    await page.locator("advisor-chat dialog .wide").first.click()
    await page.get_by_role("img", name="QR").wait_for()
    await album.take(page, "menu-phone")
    await page.keyboard.press("Escape")


async def _go_on_after_a_night_without_the_network(page: Page, advisor: Advisor, album: Album, language: str, clock: FakeClock) -> None:
    await advisor.stop()
    await write(page, WORDS[language]["next day"])
    await expect(page.locator("advisor-chat .note")).to_be_visible(timeout=15_000)
    await expect(page.locator("advisor-chat .owner .meta").last).not_to_be_empty()
    await album.take(page, "offline")
    clock.advance(timedelta(days=1))
    await page.clock.set_fixed_time(clock.now)
    await advisor.start()
    await expect(page.locator("advisor-chat .day")).to_have_count(2, timeout=20_000)
    await expect(page.locator("advisor-chat .note")).to_be_hidden()
    await expect(page.locator("advisor-chat .advisor:not([hidden]) .bubble").last).to_contain_text(WORDS[language]["next day"])
    await expect(page.locator("advisor-chat .dots")).to_be_hidden()
    await album.take(page, "day-separator")
