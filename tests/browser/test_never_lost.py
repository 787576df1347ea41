"""Nothing is lost and nothing comes twice: the server is killed, the network goes, sockets are blocked, two tabs write at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.chat import bubbles, wait_for_bubbles, write
from tests.browser.conftest import Watch, phone
from tests.browser.served import Server
from tests.integration.web.serving import Advisor, free_port

BACK_WITHIN_SECONDS = 2.0
NETWORK_GONE_SECONDS = 30.0
#: The first message that the same tab could not send when the server (killed before 10 and 35) or the network (gone before 20) was away.
FIRST_WAITING = {15: 11, 25: 21, 40: 36}


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Server]:
    """A process that may die."""
    server = Server(free_port(), sqlite_url)
    await server.start()
    yield server
    server.kill()


@pytest.fixture
async def visitor(chromium: Browser, server: Server) -> AsyncIterator[BrowserContext]:
    """A browser of that server's page."""
    context = await chromium.new_context(**phone(locale="ja-JP"))
    context.set_default_timeout(20_000)
    watch = Watch(context, server.origin)
    yield context
    await context.close()
    assert watch.complaints == []


async def _tab(context: BrowserContext, server: Server) -> Page:
    page = await context.new_page()
    await page.goto(server.origin)
    await _shows(page, "ようこそ")
    return page


async def _shows(page: Page, text: str) -> float:
    """Wait until a bubble says exactly this; the moment when it did."""
    await page.locator("advisor-chat .bubble").get_by_text(text, exact=True).wait_for()
    return time.monotonic()


async def test_fifty_messages_each_way_through_kills_and_a_lost_network(visitor: BrowserContext, server: Server) -> None:
    tabs = [await _tab(visitor, server) for _ in range(2)]
    sent = [f"{'ab'[number % 2]}{number:02}" for number in range(50)]
    back: dict[str, float] = {}
    for number, text in enumerate(sent):
        if number in (10, 35):
            server.kill()
        if number == 20:
            await visitor.set_offline(True)
        await write(tabs[number % 2], text)
        if number in (15, 40):
            await server.start()
            started = time.monotonic()
            back[f"server after {number}"] = await _shows(tabs[number % 2], f"答え {sent[FIRST_WAITING[number]]}") - started
        if number == 25:
            await tabs[0].wait_for_timeout(NETWORK_GONE_SECONDS * 1000)
            await visitor.set_offline(False)
            returned = time.monotonic()
            back["network"] = await _shows(tabs[number % 2], f"答え {sent[FIRST_WAITING[number]]}") - returned
    for tab in tabs:
        for text in sent:
            await _shows(tab, f"答え {text}")
        counted = Counter(await bubbles(tab))
        assert counted == Counter(["advisor: ようこそ", *(line for text in sent for line in (f"owner: {text}", f"advisor: 答え {text}"))])
    assert await bubbles(tabs[0]) == await bubbles(tabs[1])
    assert {name: round(seconds, 2) for name, seconds in back.items() if seconds > BACK_WITHIN_SECONDS} == {}


BLOCK_SOCKETS = """window.WebSocket = class extends EventTarget {
    constructor() { super(); setTimeout(() => this.onclose?.({ code: 1006 })); }
    close() {}
};"""


async def test_chat_goes_on_by_events_where_sockets_are_blocked(context: BrowserContext, advisor: Advisor) -> None:
    page = await context.new_page()
    await page.add_init_script(BLOCK_SOCKETS)
    async with page.expect_request(lambda request: "/chat/events" in request.url and "poll" not in request.url):
        await page.goto(advisor.origin)
    await page.get_by_role("button", name="はい、始めます").click()
    await page.get_by_role("button", name="③").wait_for()
    await write(page, "届きますか")
    await wait_for_bubbles(page, ["owner: 届きますか", "advisor: 「届きますか」ですね。"])
    await expect(page.locator("advisor-chat .dots")).to_be_hidden()
    await expect(page.get_by_role("status")).to_be_hidden()


async def test_chat_goes_on_by_polling_where_streams_are_held_back(context: BrowserContext, advisor: Advisor) -> None:
    page = await context.new_page()
    await page.add_init_script(BLOCK_SOCKETS)

    async def hold(route: Route) -> None:
        if "poll" in route.request.url:
            await route.continue_()  # a stream is neither answered nor refused

    await page.route("**/chat/events*", hold)
    await page.goto(advisor.origin)
    await page.get_by_role("button", name="はい、始めます").wait_for()
    await write(page, "届きますか")
    await wait_for_bubbles(page, ["owner: 届きますか", "advisor: 「届きますか」ですね。"])


async def test_one_conversation_by_socket_and_by_events(context: BrowserContext, page: Page, advisor: Advisor) -> None:
    blocked = await context.new_page()
    await blocked.add_init_script(BLOCK_SOCKETS)
    await blocked.goto(advisor.origin)
    await blocked.get_by_role("button", name="はい、始めます").wait_for()
    await write(page, "一")
    await _shows(blocked, "「一」ですね。")
    await write(blocked, "二")
    for tab in (page, blocked):
        await wait_for_bubbles(tab, ["owner: 一", "advisor: 「一」ですね。", "owner: 二", "advisor: 「二」ですね。"])
