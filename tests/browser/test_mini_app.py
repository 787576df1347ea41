"""The chat as Telegram opens it: full-screen, in its colours, as the person who writes there, without a request to any other host."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from bot.messaging.message import Incoming
from bot.storage.tables import Conversation
from tests.browser.chat import field, wait_for_bubbles, write
from tests.browser.conftest import Watch, phone
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor
from tests.telegram_data import TOKEN, init_data

OWNER, STRANGER = 77, 78
#: Telegram's own themes: the day theme's hints and links are too pale for text, so they must not be used as they are.
DAY = {"bg_color": "#ffffff", "secondary_bg_color": "#efeff3", "text_color": "#000000", "hint_color": "#999999", "link_color": "#2481cc",
       "button_color": "#2481cc", "button_text_color": "#ffffff"}  # fmt: skip
NIGHT = {"bg_color": "#17212b", "secondary_bg_color": "#232e3c", "text_color": "#f5f5f5", "hint_color": "#708499", "link_color": "#6ab3f3",
         "button_color": "#5288c1", "button_text_color": "#ffffff"}  # fmt: skip
#: Telegram's apps on phones and desktops put this object into the page.
APP = "window.told = []; window.TelegramWebviewProxy = { postEvent: (...event) => told.push(event) };"


@pytest.fixture
async def advisor(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The advisor with a Telegram bot, and an owner who has written there."""
    async with Advisor(sqlite_url, responder, clock, telegram_token=TOKEN) as advisor:
        await advisor.desk.answer(Incoming("telegram", "1:1", f"telegram:{OWNER}", text="こんにちは"))
        yield advisor


@pytest.fixture
async def app(chromium: Browser, advisor: Advisor) -> AsyncIterator[BrowserContext]:
    """Telegram's browser on a phone."""
    context = await chromium.new_context(**phone(locale="ja-JP"))
    context.set_default_timeout(8000)
    await context.add_init_script(APP)
    watch = Watch(context, advisor.origin)
    yield context
    await context.close()
    assert watch.complaints == []


def opened(advisor: Advisor, init: str, theme: object = DAY) -> str:
    """The address with which Telegram opens the app."""
    told = {"tgWebAppData": init, "tgWebAppVersion": "9.1", "tgWebAppPlatform": "ios", "tgWebAppThemeParams": json.dumps(theme)}
    return f"{advisor.origin}/telegram?lang=ja#{urlencode(told)}"


async def _open(app: BrowserContext, advisor: Advisor, init: str, theme: object = DAY) -> Page:
    page = await app.new_page()
    await page.goto(opened(advisor, init, theme))
    await page.get_by_role("button", name="はい、始めます").wait_for()
    return page


async def _people(advisor: Advisor) -> dict[str, int]:
    async with advisor.database.reading() as session:
        return {row.id: row.person_id for row in await session.scalars(select(Conversation))}


async def test_owner_of_the_chat_goes_on_as_the_same_person(app: BrowserContext, advisor: Advisor, clock: FakeClock) -> None:
    page = await _open(app, advisor, init_data(OWNER, clock.now))
    await write(page, "ここから")
    await wait_for_bubbles(page, ["advisor: 「ここから」ですね。"])
    people = await _people(advisor)
    assert len(people) == 2
    assert len(set(people.values())) == 1
    assert "tgWebAppData" not in page.url
    assert [event for event, _ in await page.evaluate("told")][:3] == ["iframe_ready", "web_app_ready", "web_app_expand"]


async def test_another_device_and_a_reload_show_the_same_conversation(
    app: BrowserContext, chromium: Browser, advisor: Advisor, clock: FakeClock
) -> None:
    page = await _open(app, advisor, init_data(OWNER, clock.now))
    await write(page, "電話から")
    await wait_for_bubbles(page, ["advisor: 「電話から」ですね。"])
    await page.reload()
    await wait_for_bubbles(page, ["owner: 電話から", "advisor: 「電話から」ですね。"])
    context = await chromium.new_context(**phone(locale="ja-JP"))
    tablet = await context.new_page()
    await tablet.goto(opened(advisor, init_data(OWNER, clock.now)))
    await wait_for_bubbles(tablet, ["owner: 電話から", "advisor: 「電話から」ですね。"])
    await context.close()


async def test_second_user_of_the_phone_sees_nothing_of_the_first(app: BrowserContext, advisor: Advisor, clock: FakeClock) -> None:
    await advisor.desk.answer(Incoming("telegram", "1:2", f"telegram:{STRANGER}", text="はじめまして"))
    first = await _open(app, advisor, init_data(OWNER, clock.now))
    await write(first, "一人目の数字")
    await wait_for_bubbles(first, ["advisor: 「一人目の数字」ですね。"])
    await field(first).fill("書きかけ")
    await first.close()
    second = await _open(app, advisor, init_data(STRANGER, clock.now))
    await expect(second.locator("advisor-chat")).not_to_contain_text("一人目の数字")
    await expect(field(second)).to_have_value("")
    people = await _people(advisor)
    assert people[f"telegram:{OWNER}"] != people[f"telegram:{STRANGER}"]


async def test_bad_data_gives_an_ordinary_page_and_no_error(app: BrowserContext, advisor: Advisor, clock: FakeClock) -> None:
    page = await _open(app, advisor, init_data(OWNER, clock.now, token="2:another"), theme="no colours")
    await write(page, "普通に")
    await wait_for_bubbles(page, ["advisor: 「普通に」ですね。"])
    await expect(page.locator("advisor-chat .note")).to_be_hidden()
    assert len(set((await _people(advisor)).values())) == 2


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
async def test_telegrams_colours_are_worn_where_they_can_be_read(
    app: BrowserContext, advisor: Advisor, clock: FakeClock, theme: dict[str, str]
) -> None:
    page = await _open(app, advisor, init_data(OWNER, clock.now), theme)
    shown = await page.locator("advisor-chat").evaluate("(chat) => chat.style.getPropertyValue('--paper')")
    assert shown == theme["secondary_bg_color"]
    await page.get_by_role("button", name="はい、始めます").click()
    await page.get_by_role("button", name="③").wait_for()
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    await page.reload()
    await page.get_by_role("button", name="③").wait_for()
    assert await page.locator("advisor-chat").evaluate("(chat) => chat.style.getPropertyValue('--paper')") == shown


async def test_links_leave_telegram_for_a_browser(app: BrowserContext, advisor: Advisor, clock: FakeClock) -> None:
    page = await _open(app, advisor, init_data(OWNER, clock.now))
    await write(page, "https://example.jp/a")
    link = page.get_by_role("link", name="https://example.jp/a").last
    await link.click()
    assert (await page.evaluate("told"))[-1] == ["web_app_open_link", '{"url":"https://example.jp/a"}']
    assert len(app.pages) == 1
