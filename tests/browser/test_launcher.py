"""The launcher on somebody else's site."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.channels.web.limits import Limits
from bot.messaging.message import Incoming
from tests.browser.conftest import Watch, phone
from tests.browser.host import ROUTES, chat_frame, launcher, shop
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor, free_port


@pytest.fixture
async def advisor(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The advisor, and the site that may embed it."""
    port = free_port()
    origins = (f"http://localhost:{port}",)
    limits = Limits(look_seconds=0.2)
    async with Advisor(sqlite_url, responder, clock, port=port, limits=limits, allowed_origins=origins, routes=ROUTES) as advisor:
        yield advisor


@pytest.fixture
async def desktop(chromium: Browser, advisor: Advisor) -> AsyncIterator[BrowserContext]:
    """A desktop browser whose pages must not complain, nor talk to anybody but the two sites."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP", timezone_id="Asia/Tokyo")
    context.set_default_timeout(8000)
    watch = Watch(context, advisor.origin, f"http://localhost:{advisor.port}")
    yield context
    await context.close()
    assert watch.complaints == []


@pytest.fixture
async def site(desktop: BrowserContext, advisor: Advisor) -> Page:
    """The site, just loaded."""
    page = await desktop.new_page()
    await page.goto(shop(advisor))
    await launcher(page).wait_for()
    return page


async def test_nothing_but_the_launcher_is_loaded_before_somebody_wants_the_chat(desktop: BrowserContext, advisor: Advisor) -> None:
    page = await desktop.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(shop(advisor))
    await launcher(page).wait_for()
    await page.wait_for_load_state("networkidle")
    assert asked == [shop(advisor), f"{advisor.origin}/widget.js"]


async def test_press_opens_the_chat_and_escape_returns_to_the_button(site: Page) -> None:
    await expect(launcher(site)).to_have_attribute("aria-expanded", "false")
    await launcher(site).focus()
    await site.keyboard.press("Enter")
    frame = await chat_frame(site)
    await frame.get_by_role("button", name="はい、始めます").wait_for()
    await expect(launcher(site)).to_have_attribute("aria-expanded", "true")
    await expect(frame.get_by_role("textbox")).to_be_focused()
    await site.keyboard.press("Escape")
    await expect(site.locator("advisor-launcher iframe")).to_be_hidden()
    assert await site.evaluate("document.activeElement.shadowRoot.activeElement.localName") == "button"
    await expect(launcher(site)).to_have_attribute("aria-expanded", "false")


async def test_panel_is_closed_from_inside(site: Page) -> None:
    await launcher(site).click()
    frame = await chat_frame(site)
    await frame.get_by_role("button", name="閉じる").click()
    await expect(site.locator("advisor-launcher iframe")).to_be_hidden()


async def test_unread_lines_are_counted_on_the_button_and_in_the_title_while_closed(site: Page, advisor: Advisor) -> None:
    await launcher(site).click()
    frame = await chat_frame(site)
    await frame.get_by_role("button", name="はい、始めます").wait_for()
    await site.keyboard.press("Escape")
    conversation = (await _conversations(advisor))[0]
    for number in range(2):
        await advisor.desk.receive(Incoming("web", f"{conversation}:n{number}", conversation, text=f"確認 {number}"))
    await expect(site.locator("advisor-launcher .unread")).to_have_text("2")
    await expect(launcher(site)).to_have_attribute("aria-label", "経営のデジタル相談(未読2件)")
    await expect(site).to_have_title("(2) お店")
    await launcher(site).click()
    await expect(site.locator("advisor-launcher .unread")).to_be_hidden()
    await expect(site).to_have_title("お店")


async def test_chat_is_loaded_by_itself_where_a_conversation_exists_and_says_what_came_meanwhile(site: Page, advisor: Advisor) -> None:
    await launcher(site).click()
    frame = await chat_frame(site)
    await frame.get_by_role("button", name="はい、始めます").wait_for()
    await site.goto("about:blank")
    conversation = (await _conversations(advisor))[0]
    await advisor.desk.receive(Incoming("web", f"{conversation}:n", conversation, text="確認"))
    await site.goto(shop(advisor))
    await expect(site.locator("advisor-launcher .unread")).to_have_text("1")
    await expect(site.locator("advisor-launcher iframe")).to_be_hidden()


async def _conversations(advisor: Advisor) -> list[str]:
    from sqlalchemy import select  # noqa: PLC0415

    from bot.storage.tables import Conversation  # noqa: PLC0415

    async with advisor.database.reading() as session:
        return list(await session.scalars(select(Conversation.id)))


async def test_site_chooses_language_title_colour_place_and_greeting(desktop: BrowserContext, advisor: Advisor) -> None:
    page = await desktop.new_page()
    await page.goto(shop(advisor, "data-lang=en&data-title=Ask+us&data-color=%23b3261e&data-position=left&data-greeting=Questions%3F"))
    button = launcher(page)
    await expect(button).to_have_text("Questions?")
    box = await button.bounding_box()
    assert box
    assert box["x"] < 40
    assert await button.evaluate("(button) => getComputedStyle(button).backgroundColor") == "rgb(179, 38, 30)"
    await button.click()
    frame = await chat_frame(page)
    await expect(frame.get_by_role("heading", name="Ask us")).to_be_visible()
    await expect(page.get_by_role("dialog", name="Ask us")).to_be_visible()
    await expect(frame.get_by_role("button", name="Send")).to_have_css("background-color", "rgb(179, 38, 30)")


async def test_variables_of_the_site_move_and_colour_the_button(site: Page) -> None:
    await site.evaluate("document.documentElement.style.cssText = '--advisor-bottom: 120px; --advisor-color: rgb(1, 2, 3)'")
    box = await launcher(site).bounding_box()
    assert box
    assert round(box["y"] + box["height"]) == 800 - 120
    assert await launcher(site).evaluate("(button) => getComputedStyle(button).backgroundColor") == "rgb(1, 2, 3)"


@pytest.mark.parametrize("colour", ["#ffff00", "#777777", "#001133", "javascript:alert(1)", "#ff"])
async def test_no_colour_of_a_site_makes_the_chat_hard_to_read(desktop: BrowserContext, advisor: Advisor, colour: str) -> None:
    page = await desktop.new_page()
    await page.goto(f"{advisor.origin}/?color={colour.replace('#', '%23')}")
    await page.get_by_role("button", name="はい、始めます").wait_for()
    await page.wait_for_load_state("networkidle")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("is_open", [False, True])
async def test_axe_finds_nothing_on_the_site(site: Page, advisor: Advisor, is_open: bool) -> None:
    await site.goto(shop(advisor, "data-greeting=相談"))
    await launcher(site).wait_for()
    if is_open:
        await launcher(site).click()
        await (await chat_frame(site)).get_by_role("button", name="はい、始めます").wait_for()
    found = await Axe().run(site)
    assert found.violations_count == 0, found.generate_report()


async def test_panel_fills_a_phone(chromium: Browser, advisor: Advisor) -> None:
    context = await chromium.new_context(**phone(locale="ja-JP", has_touch=True, is_mobile=True))
    page = await context.new_page()
    await page.goto(shop(advisor))
    await launcher(page).tap()
    frame = await chat_frame(page)
    await frame.get_by_role("button", name="はい、始めます").wait_for()
    box = await page.locator("advisor-launcher iframe").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    await expect(frame.get_by_role("textbox")).not_to_be_focused()  # it would pull up the keyboard
    await context.close()


async def test_site_that_is_not_allowed_shows_no_conversation(chromium: Browser, sqlite_url: str, responder: FakeResponder) -> None:
    async with Advisor(sqlite_url, responder, FakeClock(), routes=ROUTES) as advisor:
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(shop(advisor))
        async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            await launcher(page).click()
        assert responder.heard == []
        await context.close()


async def test_other_frames_cannot_speak_for_the_chat(site: Page) -> None:
    await launcher(site).click()
    await (await chat_frame(site)).get_by_role("button", name="はい、始めます").wait_for()
    await site.evaluate("postMessage({ advisor: 'unread', count: 9 }, '*')")
    await expect(site.locator("advisor-launcher .unread")).to_be_hidden()
    await expect(site).to_have_title("お店")
