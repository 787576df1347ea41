"""What the widget costs: `uv run python -m tests.benchmarks.widget` prints a table; needs /usr/bin/chromium.

A quiet machine gives the figures that count; on a busy one only the sizes and the shifts mean anything.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bot.channels.web.limits import Limits
from bot.messaging.message import Incoming, Reply
from tests.browser.conftest import CHROMIUM, QUIET
from tests.browser.host import ROUTES, launcher, shop
from tests.conftest import make_schema
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor, free_port

TIMES = 7
HISTORY = 500

OPEN = """async (hover) => {
    const button = document.querySelector("advisor-launcher").shadowRoot.querySelector("button");
    const ready = () => {
        const frame = button.getRootNode().querySelector("iframe");
        return frame?.contentDocument?.querySelector("advisor-chat")?.shadowRoot?.activeElement?.localName === "textarea";
    };
    if (hover) {
        button.dispatchEvent(new PointerEvent("pointerenter"));
        await new Promise((done) => setTimeout(done, hover));
    }
    const start = performance.now();
    button.click();
    while (!ready()) await new Promise((done) => setTimeout(done, 1));
    return performance.now() - start;
}"""
SEND = """async (text) => {
    const root = document.querySelector("advisor-chat").shadowRoot;
    const field = root.querySelector("textarea");
    const log = root.querySelector(".log");
    const replies = () => log.querySelectorAll(".advisor:not([hidden])").length;
    const before = replies();
    field.value = text;
    const start = performance.now();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    log.lastElementChild.getBoundingClientRect();
    const drawn = performance.now() - start;
    while (replies() === before) await new Promise((done) => setTimeout(done, 1));
    return [drawn, performance.now() - start];
}"""
WATCH = """
    window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { shift += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });
"""
SCROLL = """async () => {
    const scroller = document.querySelector("advisor-chat").shadowRoot.querySelector(".scroll");
    for (let step = 0; step < 40; step++) {
        scroller.scrollTop = (step % 2 ? 1 : 0.02 * step) * scroller.scrollHeight;
        await new Promise(requestAnimationFrame);
    }
}"""


def _answer(incoming: Incoming) -> Sequence[Reply]:
    if incoming.text == "history":
        return [Reply(text=f"{number}番目のお返事です。**太字**と\\n- 箇条書き\\n- もうひとつ") for number in range(HISTORY)]
    return [Reply(text=f"「{incoming.text}」ですね。")]


async def _page(browser: Browser, url: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP")
    page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(url)
    return page


async def sizes(advisor: Advisor) -> dict[str, str]:
    """Bytes on the wire, compressed."""
    async with httpx.AsyncClient(base_url=advisor.origin, headers={"accept-encoding": "gzip"}) as client:
        names = ("/widget.js", "/static/x/chat.js", "/static/x/page.css")
        found = {name: int((await client.get(name)).headers["content-length"]) for name in names}
    launcher_bytes = found.pop("/widget.js")
    return {"launcher, gz bytes": str(launcher_bytes), "widget with its sheets, gz bytes": str(sum(found.values()))}


async def before_a_click(browser: Browser, advisor: Advisor) -> dict[str, str]:
    """Script time of the launcher at 4x throttle, and what it shifts on the site."""
    costs = []
    for _ in range(TIMES):
        page = await _page(browser, "about:blank")
        client = await page.context.new_cdp_session(page)
        await client.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        await browser.start_tracing(page=page, categories=["devtools.timeline"])
        await page.goto(shop(advisor))
        await launcher(page).wait_for()
        costs.append(_script_time(json.loads(await browser.stop_tracing())))
        shift = await page.evaluate("shift")
        await page.context.close()
    return {"script before a click at 4x throttle, ms": _middle(costs), "layout shift of the site": f"{shift:.3f}"}


def _script_time(trace: dict[str, Any]) -> float:
    """Milliseconds that the browser spent on compiling and running the launcher, and on what it does when the site is there and at rest."""
    events = [event for event in trace["traceEvents"] if event["name"] in ("EvaluateScript", "v8.compile", "FunctionCall")]
    ours = [event for event in events if "/widget.js" in json.dumps(event.get("args", {}))]
    # The thread's own time, where the browser tells it: on a busy machine the clock also counts what others ran meanwhile.
    return sum(float(event.get("tdur", event.get("dur", 0))) for event in ours) / 1000


async def opening(browser: Browser, advisor: Advisor, hover: int) -> list[float]:
    """Milliseconds from the click until the field has the focus, the files being in the browser's cache."""
    page = await _page(browser, f"{advisor.origin}/demo")
    found = []
    for _ in range(TIMES + 1):
        await page.evaluate("localStorage.removeItem('advisor')")
        await page.reload()
        await launcher(page).wait_for()
        found.append(await page.evaluate(OPEN, hover))
    await page.context.close()
    return found[1:]


async def talking(browser: Browser, advisor: Advisor) -> dict[str, str]:
    """Milliseconds until the own message and the first reply are drawn."""
    page = await _page(browser, advisor.origin)
    await page.locator("advisor-chat .advisor:not([hidden])").first.wait_for()
    times = [await page.evaluate(SEND, f"n{number}") for number in range(TIMES + 1)][1:]
    await page.context.close()
    return {
        "send → own message drawn, ms": _middle([own for own, _ in times]),
        "send → first reply drawn, local server, ms": _middle([reply for _, reply in times]),
    }


async def _has_lines(page: Page, number: int) -> None:
    count = "document.querySelector('advisor-chat').shadowRoot.querySelectorAll('.line:not([hidden])').length"
    while await page.evaluate(count) < number:  # noqa: ASYNC110 - the page's policy forbids Playwright's own waiting, which evaluates texts
        await asyncio.sleep(0.2)


async def long_history(browser: Browser, advisor: Advisor) -> dict[str, str]:
    """The longest task while a long history loads, is scrolled through, and grows."""
    page = await _page(browser, advisor.origin)
    await page.locator("advisor-chat .advisor:not([hidden])").first.wait_for()
    await page.evaluate(SEND, "history")
    await _has_lines(page, HISTORY)
    await browser.start_tracing(page=page, categories=["toplevel"])
    await page.reload()
    await _has_lines(page, HISTORY)
    loading = _longest_task(json.loads(await browser.stop_tracing()))
    await browser.start_tracing(page=page, categories=["toplevel"])
    scrolling = asyncio.create_task(page.evaluate(SCROLL))
    for number in range(3):
        await page.evaluate(SEND, f"more {number}")
    await scrolling
    using = _longest_task(json.loads(await browser.stop_tracing()))
    await page.context.close()
    return {"500 lines: longest task, loading, ms": loading, "500 lines: longest task, scrolling and receiving, ms": using}


def _longest_task(trace: dict[str, Any]) -> str:
    """The page's longest task: the time that its thread worked, and by the clock, which also counts what others ran meanwhile."""
    events = trace["traceEvents"]
    names = [event for event in events if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"]
    pages = {(event["pid"], event["tid"]) for event in names}
    tasks = [event for event in events if event["name"] == "ThreadControllerImpl::RunTask" and (event["pid"], event["tid"]) in pages]
    worked, took = (max(event.get(time, 0) for event in tasks) / 1000 for time in ("tdur", "dur"))
    return f"{worked:.0f} (by the clock {took:.0f})"


def _middle(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} (worst {max(values):.1f})"


async def measure(browser: Browser) -> dict[str, str]:
    """Every figure."""
    with tempfile.TemporaryDirectory() as folder:
        url, port = f"sqlite:///{folder}/advisor.db", free_port()
        make_schema(url)
        limits = Limits(burst=1000, connections=50, history=HISTORY, look_seconds=0.2)
        origins = (f"http://localhost:{port}",)
        async with Advisor(
            url, FakeResponder(_answer), FakeClock(), port=port, limits=limits, allowed_origins=origins, routes=ROUTES
        ) as advisor:
            steps: list[Callable[[], Awaitable[dict[str, str]]]] = [
                lambda: sizes(advisor),
                lambda: before_a_click(browser, advisor),
                lambda: talking(browser, advisor),
                lambda: long_history(browser, advisor),
            ]
            table: dict[str, str] = {}
            for step in steps:
                table |= await step()
            table["click → input ready, warm, after 300 ms over the button, ms"] = _middle(await opening(browser, advisor, 300))
            table["click → input ready, warm, nothing loaded before, ms"] = _middle(await opening(browser, advisor, 0))
            return table


async def main() -> None:
    """Measure and print."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for name, value in (await measure(browser)).items():
            print(f"| {name} | {value} |")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
