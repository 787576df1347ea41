"""The widget in a real browser: choices, typing, reconnecting, and what it must never show or do."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import BrowserContext, Page, expect

from bot.messaging.message import Reply
from tests.browser.chat import bubbles, field, press_keys, wait_for_bubbles, write
from tests.fakes import FakeResponder
from tests.integration.web.serving import Advisor


async def test_advisor_greets_and_a_choice_leads_on(page: Page, responder: FakeResponder) -> None:
    choice = page.get_by_role("button", name="はい、始めます")
    await choice.click()
    await page.get_by_role("button", name="③").click()
    await wait_for_bubbles(page, ["owner: はい、始めます", (await bubbles(page))[2], "owner: ③", "advisor: 「b4.2」ですね。"])
    assert await choice.get_attribute("aria-pressed") == "true"
    for inert in await page.get_by_role("group").get_by_role("button").all():
        assert await inert.is_disabled()
    assert [heard.button for heard in responder.heard] == [None, "b2.0", "b4.2"]


async def test_choice_is_marked_after_a_reload_and_in_another_tab(page: Page, context: BrowserContext, advisor: Advisor) -> None:
    other = await context.new_page()
    await other.goto(advisor.origin)
    await other.get_by_role("button", name="はい、始めます").wait_for()
    await page.get_by_role("button", name="はい、始めます").click()
    await page.get_by_role("button", name="③").wait_for()
    await page.reload()
    for tab in (page, other):
        await expect(tab.get_by_role("button", name="はい、始めます")).to_have_attribute("aria-pressed", "true")
        await expect(tab.get_by_role("button", name="③")).to_be_enabled()
    assert await bubbles(page) == await bubbles(other)


async def test_double_click_presses_once(page: Page, responder: FakeResponder) -> None:
    await page.get_by_role("button", name="はい、始めます").dblclick()
    await page.get_by_role("button", name="③").wait_for()
    assert len(responder.heard) == 2


async def test_number_labels_stand_in_one_row(page: Page) -> None:
    await page.get_by_role("button", name="はい、始めます").click()
    boxes = [await page.get_by_role("button", name=label).bounding_box() for label in "①②③④⑤"]
    assert len({round(box["y"]) for box in boxes if box}) == 1
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in boxes)


CHROME_ORDER = [
    {"type": "compositionstart"},
    {"type": "keydown", "key": "Enter", "isComposing": True, "keyCode": 229},
    {"type": "compositionend"},
    {"type": "keyup", "key": "Enter"},
]
SAFARI_ORDER = [
    {"type": "compositionstart"},
    {"type": "compositionend"},
    {"type": "keydown", "key": "Enter", "isComposing": False, "keyCode": 229},
    {"type": "keyup", "key": "Enter", "keyCode": 13},
]


@pytest.mark.parametrize("events", [CHROME_ORDER, SAFARI_ORDER], ids=["chrome", "safari"])
async def test_enter_that_confirms_a_conversion_does_not_send(page: Page, events: list[dict[str, object]]) -> None:
    await field(page).fill("会計")
    await press_keys(page, events)
    await expect(field(page)).to_have_value("会計")
    assert len(await bubbles(page)) == 1
    await field(page).press("Enter")
    await wait_for_bubbles(page, ["owner: 会計", "advisor: 「会計」ですね。"])
    await expect(field(page)).to_have_value("")


async def test_shift_enter_begins_a_new_line_and_the_field_grows(page: Page) -> None:
    low = await field(page).bounding_box()
    await field(page).press_sequentially("一")
    for text in "二三":
        await field(page).press("Shift+Enter")
        await field(page).press_sequentially(text)
    high = await field(page).bounding_box()
    assert low
    assert high
    assert high["height"] > low["height"] + 20
    await field(page).press("Enter")
    await wait_for_bubbles(page, ["advisor: 「一二三」ですね。"])
    assert await page.locator("advisor-chat .owner .bubble br").count() == 2


async def test_conversation_survives_server_restarts_without_loss_or_repetition(
    page: Page, advisor: Advisor, responder: FakeResponder
) -> None:
    sent = []
    for restart in range(3):
        await advisor.stop()
        for number in range(2):
            sent.append(f"{restart}-{number}")
            await write(page, sent[-1])
        await advisor.start()
        sent.append(f"{restart}-up")
        await write(page, sent[-1])
    await wait_for_bubbles(page, [line for text in sent for line in (f"owner: {text}", f"advisor: 「{text}」ですね。")])
    assert [heard.text for heard in responder.heard] == ["", *sent]


async def test_message_written_while_away_outlives_the_page(page: Page, advisor: Advisor, responder: FakeResponder) -> None:
    await advisor.stop()
    await write(page, "忘れないで")
    await expect(page.get_by_text("まだ送れていません")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text("接続が切れました。自動でつなぎ直しています。")
    await advisor.start()
    await page.reload()
    await wait_for_bubbles(page, ["owner: 忘れないで", "advisor: 「忘れないで」ですね。"])
    await expect(page.get_by_text("まだ送れていません")).to_have_count(0)
    assert [heard.text for heard in responder.heard] == ["", "忘れないで"]


async def test_stored_message_is_shown_until_its_answer_even_after_a_reload(page: Page, responder: FakeResponder) -> None:
    responder.gate.clear()
    await write(page, "長い考え")
    await asyncio.sleep(0.3)
    await page.reload()
    await expect(page.locator("advisor-chat .owner .bubble")).to_have_text("長い考え")
    responder.gate.set()
    await wait_for_bubbles(page, ["owner: 長い考え", "advisor: 「長い考え」ですね。"])
    assert len(responder.heard) == 2


async def test_two_tabs_send_what_waits_only_once(page: Page, context: BrowserContext, advisor: Advisor, responder: FakeResponder) -> None:
    await advisor.stop()
    await write(page, "一度だけ")
    await advisor.start()
    other = await context.new_page()
    await other.goto(advisor.origin)
    for tab in (page, other):
        await wait_for_bubbles(tab, ["owner: 一度だけ", "advisor: 「一度だけ」ですね。"])
    assert await bubbles(page) == await bubbles(other)
    assert [heard.text for heard in responder.heard] == ["", "一度だけ"]


async def test_two_new_tabs_join_one_conversation(context: BrowserContext, advisor: Advisor) -> None:
    tabs = [await context.new_page() for _ in range(2)]
    await asyncio.gather(*(tab.goto(advisor.origin) for tab in tabs))
    for tab in tabs:
        await tab.get_by_role("button", name="はい、始めます").wait_for()
    await write(tabs[0], "聞こえますか")
    for tab in tabs:
        await wait_for_bubbles(tab, ["owner: 聞こえますか", "advisor: 「聞こえますか」ですね。"])


async def test_refused_token_begins_a_new_session_and_loses_nothing(page: Page, responder: FakeResponder) -> None:
    await page.evaluate("localStorage.setItem('advisor.token', 'forged')")
    await page.reload()
    await page.get_by_role("button", name="はい、始めます").wait_for()
    await write(page, "続けます")
    await wait_for_bubbles(page, ["owner: 続けます", "advisor: 「続けます」ですね。"])
    assert len({heard.conversation for heard in responder.heard}) == 2


async def test_chat_works_when_storage_is_blocked(context: BrowserContext, advisor: Advisor) -> None:
    page = await context.new_page()
    await page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } })"
    )
    await page.goto(advisor.origin)
    await write(page, "覚えなくても")
    await wait_for_bubbles(page, ["owner: 覚えなくても", "advisor: 「覚えなくても」ですね。"])


HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script> **太字** https://example.jp/a?b=1。javascript:alert(3)'


async def test_text_stays_text(page: Page) -> None:
    await write(page, HOSTILE)
    await expect(page.locator("advisor-chat .advisor:not([hidden]) .bubble").last).to_contain_text("<script>alert(2)</script>")
    advisors = page.locator("advisor-chat .advisor:not([hidden]) .bubble").last
    assert await advisors.locator("img, script").count() == 0
    assert await advisors.locator("strong").all_text_contents() == ["太字"]
    links = advisors.locator("a")
    assert await links.count() == 1
    assert await links.get_attribute("href") == "https://example.jp/a?b=1"
    assert await links.get_attribute("rel") == "noopener noreferrer"
    assert await page.locator("advisor-chat .owner .bubble").text_content() == HOSTILE


async def test_lists_of_the_advisor_are_lists(page: Page) -> None:
    assert await page.locator("advisor-chat .advisor ul > li").count() == 2
    await page.get_by_role("button", name="はい、始めます").click()
    await expect(page.locator("advisor-chat .advisor ol > li")).to_have_count(5)


async def test_picture_has_its_text_alternative(page: Page) -> None:
    await write(page, "chart")
    await expect(page.get_by_role("img", name="会計 3、集客 2")).to_be_visible()


async def test_new_line_is_announced_once_and_history_never(page: Page) -> None:
    watching = """() => {
        const region = document.querySelector("advisor-chat").shadowRoot.querySelector("[aria-live]");
        window.announced = [];
        const note = (change) => change.addedNodes.forEach((node) => announced.push(node.textContent));
        new MutationObserver((changes) => changes.forEach(note)).observe(region, { childList: true });
    }"""
    await page.reload()
    await page.evaluate(watching)
    await write(page, "音")
    await wait_for_bubbles(page, ["advisor: 「音」ですね。"])
    assert await page.evaluate("announced") == ["「音」ですね。"]


async def test_focus_stays_when_a_line_comes_and_goes_to_the_field_after_a_choice(page: Page) -> None:
    await page.get_by_role("link", name="English").focus()
    await page.get_by_role("button", name="はい、始めます").click()
    await expect(field(page)).to_be_focused()
    await page.get_by_role("link", name="English").focus()
    await page.get_by_role("button", name="③").wait_for()
    await expect(page.get_by_role("link", name="English")).to_be_focused()


async def test_long_answer_is_read_from_its_beginning(page: Page) -> None:
    await write(page, "long")
    await expect(page.get_by_role("button", name="新しいメッセージへ")).to_be_visible()
    await expect(page.get_by_text("0 行目です。", exact=False).first).to_be_in_viewport()
    await page.get_by_role("button", name="新しいメッセージへ").click()
    await expect(page.get_by_role("button", name="新しいメッセージへ")).to_be_hidden()
    assert await _distance_to_end(page) < 5


async def test_reader_of_old_lines_is_not_pulled_away(page: Page, context: BrowserContext, advisor: Advisor) -> None:
    await write(page, "long")
    await page.get_by_role("button", name="新しいメッセージへ").click()
    await page.locator("advisor-chat .scroll").evaluate("(scroller) => { scroller.scrollTop = 0; }")
    other = await context.new_page()
    await other.goto(advisor.origin)
    await write(other, "別の画面から")
    await expect(page.get_by_role("button", name="新しいメッセージへ")).to_be_visible()
    assert await page.locator("advisor-chat .scroll").evaluate("(scroller) => scroller.scrollTop") == 0


async def _distance_to_end(page: Page) -> float:
    distance: float = await page.locator("advisor-chat .scroll").evaluate("(s) => s.scrollHeight - s.scrollTop - s.clientHeight")
    return distance


async def test_typing_is_shown_while_the_advisor_thinks(page: Page, responder: FakeResponder) -> None:
    responder.gate.clear()
    await page.get_by_role("button", name="はい、始めます").click()
    await expect(page.get_by_text("アドバイザーが入力しています")).to_be_attached()
    responder.gate.set()
    await page.get_by_role("button", name="③").wait_for()
    await expect(page.locator("advisor-chat .dots")).to_be_hidden()


async def test_language_switch_keeps_the_conversation_and_the_draft(page: Page) -> None:
    await write(page, "こんにちは")
    await wait_for_bubbles(page, ["advisor: 「こんにちは」ですね。"])
    before = await bubbles(page)
    await field(page).fill("書きかけ")
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="Digital Advisor")).to_be_visible()
    await expect(page.locator("advisor-chat .owner .bubble")).to_have_text("こんにちは")
    assert await bubbles(page) == before
    await expect(field(page)).to_have_value("書きかけ")
    await page.get_by_role("link", name="日本語").click()
    await expect(page.get_by_role("button", name="送信")).to_be_visible()


async def test_flood_of_an_eager_owner_is_answered_in_order(page: Page, responder: FakeResponder) -> None:
    sent = [f"n{number}" for number in range(25)]
    for text in sent:
        await write(page, text)
    await expect(page.locator("advisor-chat .line:not([hidden]) .bubble").last).to_have_text("「n24」ですね。", timeout=30_000)
    assert [heard.text for heard in responder.heard] == ["", *sent]


LONG_TASKS = """
    window.tasks = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
"""


async def test_long_history_loads_without_a_long_task(page: Page, responder: FakeResponder) -> None:
    responder.script = lambda incoming: [
        Reply(text=f"{incoming.text} の{number}番目のお返事です。**続き**があります。") for number in range(12)
    ]
    for number in range(40):
        await write(page, f"{number}")
    await expect(page.locator("advisor-chat .advisor:not([hidden]) .bubble")).to_have_count(481, timeout=60_000)
    await page.add_init_script(LONG_TASKS)
    await page.reload()
    await expect(page.locator("advisor-chat .line:not([hidden])")).to_have_count(500, timeout=20_000)
    slow = [duration for duration in await page.evaluate("tasks") if duration > 200]  # the budget is 50 ms on a quiet machine
    assert slow == []
    assert await _distance_to_end(page) < 5


async def test_a_colleagues_link_begins_at_once_and_leaves_the_address(
    context: BrowserContext, advisor: Advisor, responder: FakeResponder
) -> None:
    page = await context.new_page()
    await page.goto(f"{advisor.origin}/?lang=en&join=ABCD3479")
    await page.wait_for_url(f"{advisor.origin}/?lang=en")
    await page.locator("advisor-chat .advisor:not([hidden])").first.wait_for()
    await page.reload()
    await field(page).wait_for()
    assert [heard.code for heard in responder.heard if heard.code] == ["join_ABCD3479"]
