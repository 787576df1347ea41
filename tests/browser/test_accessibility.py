"""The widget for everybody: axe-core in every state, small screens, both languages, both themes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, expect

from tests.browser.chat import write
from tests.browser.conftest import CHOICES, Watch, phone
from tests.integration.web.serving import Advisor

THEMES = [("ja", "light"), ("ja", "dark"), ("en", "light"), ("en", "dark")]


@pytest.fixture(params=THEMES, ids=["-".join(theme) for theme in THEMES])
async def greeted(request: pytest.FixtureRequest, chromium: Browser, advisor: Advisor) -> AsyncIterator[Page]:
    """The greeted chat in a language and a theme."""
    language, theme = request.param
    context = await chromium.new_context(**phone(locale=language, color_scheme=theme, reduced_motion="reduce"))
    context.set_default_timeout(8000)
    watch = Watch(context, advisor.origin)
    page = await context.new_page()
    await page.goto(f"{advisor.origin}/?lang={language}")
    await page.get_by_role("button", name=CHOICES[language][0].title).wait_for()
    yield page
    await context.close()
    assert watch.complaints == []


async def _check(page: Page) -> None:
    found = await Axe().run(page)
    assert found.response["passes"], "axe looked at nothing"
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found.response["violations"]] == []


async def test_axe_finds_nothing_in_any_state(greeted: Page, advisor: Advisor) -> None:
    await _check(greeted)
    await greeted.get_by_role("group").get_by_role("button").first.click()
    await greeted.get_by_role("button", name="③").wait_for()
    await _check(greeted)
    await write(greeted, "chart")
    await greeted.get_by_role("img", name="会計").wait_for()
    await write(greeted, "long")
    await greeted.locator("advisor-chat .newer").wait_for()
    await _check(greeted)
    await _open_menu(greeted)
    await _check(greeted)
    await greeted.locator("dialog .wide").first.click()
    await greeted.get_by_role("img", name="QR").wait_for()
    await _check(greeted)
    await greeted.keyboard.press("Escape")
    await advisor.stop()
    await write(greeted, "?")
    await greeted.get_by_role("status").wait_for()
    await expect(greeted.locator("advisor-chat .owner .meta").last).to_contain_text("。" if await _is_japanese(greeted) else "Not sent yet")
    await _check(greeted)
    await advisor.start()


async def _open_menu(page: Page) -> None:
    await page.locator("advisor-chat header button").click()
    await page.get_by_role("dialog").wait_for()


async def _is_japanese(page: Page) -> bool:
    return await page.locator("html").get_attribute("lang") == "ja"


OVERFLOWING = """() => {
    const shown = (e) => e.clientWidth && !e.closest(".away") && getComputedStyle(e).display !== "inline";
    const all = [document.scrollingElement, ...document.querySelector("advisor-chat").shadowRoot.querySelectorAll("*")];
    return all.filter((e) => shown(e) && e.scrollWidth > e.clientWidth + 1).map((e) => `${e.className || e.localName}: ${e.scrollWidth}`);
}"""


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
async def test_nothing_is_wider_than_the_screen(greeted: Page, width: int) -> None:
    await greeted.set_viewport_size({"width": width, "height": 640})
    await greeted.get_by_role("group").get_by_role("button").first.click()
    await greeted.get_by_role("button", name="⑤").wait_for()
    await write(greeted, "w" * 200 + " https://example.jp/" + "long" * 60)
    await expect(greeted.locator("advisor-chat .advisor:not([hidden]) .bubble")).to_have_count(3)
    assert await greeted.evaluate(OVERFLOWING) == []


async def test_menu_is_worked_with_the_keyboard_and_gives_the_focus_back(greeted: Page) -> None:
    opener = greeted.locator("advisor-chat header button")
    await opener.focus()
    await greeted.keyboard.press("Enter")
    await greeted.get_by_role("dialog").wait_for()
    assert await greeted.get_by_role("dialog").evaluate("(dialog) => dialog.contains(dialog.getRootNode().activeElement)")
    await greeted.keyboard.press("Escape")
    await expect(greeted.get_by_role("dialog")).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_everything_can_be_read_at_four_times_the_size(greeted: Page) -> None:
    """400 % on a screen of 1280 × 1024 is a window of 320 × 256 (WCAG 1.4.10)."""
    await greeted.set_viewport_size({"width": 320, "height": 256})
    await greeted.get_by_role("group").get_by_role("button").first.click()
    await greeted.get_by_role("button", name="⑤").wait_for()
    assert await greeted.evaluate(OVERFLOWING) == []
    await greeted.get_by_role("button", name="⑤").scroll_into_view_if_needed()
    await expect(greeted.get_by_role("button", name="⑤")).to_be_in_viewport()
    await expect(greeted.get_by_role("textbox")).to_be_in_viewport()


async def test_forced_colours_and_reduced_motion_are_obeyed(greeted: Page) -> None:
    await greeted.emulate_media(forced_colors="active", reduced_motion="reduce")
    send = greeted.locator("advisor-chat .send")
    assert await send.evaluate("(button) => getComputedStyle(button).borderTopStyle") == "solid"
    assert await greeted.locator("advisor-chat .dots i").first.evaluate("(dot) => getComputedStyle(dot).animationName") == "none"
    await _check(greeted)


async def test_every_target_is_large_enough_for_a_finger(greeted: Page) -> None:
    targets = await greeted.locator("advisor-chat").locator("button:visible, textarea, a.switch").all()
    assert len(targets) >= 6
    for target in targets:
        box = await target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, await target.text_content()


async def test_everything_is_reached_with_the_keyboard(greeted: Page) -> None:
    names = []
    for _ in range(8):
        await greeted.keyboard.press("Tab")
        names.append(
            await greeted.evaluate(
                "document.activeElement.shadowRoot?.activeElement?.className || document.activeElement.shadowRoot?.activeElement?.localName"
            )
        )
    assert names == ["switch", "icon", "scroll", "button", "button", "button", "textarea", "send"]
