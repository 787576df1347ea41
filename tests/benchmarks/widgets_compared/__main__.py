"""The same page with our widget and with others from npm, in a real Chromium: `uv run python -m tests.benchmarks.widgets_compared`.

Fetch the others first: `npm install --prefix tests/benchmarks/widgets_compared`. Prints the table of docs/widget.md.
"""

from __future__ import annotations

import asyncio
import gzip
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as BrowserError
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from bot.channels.web.limits import Limits
from tests.browser.conftest import CHROMIUM, QUIET
from tests.conftest import make_schema
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
#: What a careful site sends; the widget's own socket is the only thing that it may reach.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; font-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'"
)
SETTLED_MS = 2500


@dataclass(frozen=True)
class Widget:
    """How a page shows it: scripts, its own element, and the start that its documentation gives."""

    name: str
    scripts: tuple[str, ...]
    body: str = ""
    start: str = ""


WIDGETS = (
    Widget("deep-chat 2.4.2", ("deep-chat/dist/deepChat.bundle.js",), '<deep-chat demo="true"></deep-chat>'),
    Widget(
        "rasa-webchat 1.0.1",
        ("rasa-webchat/lib/index.js",),
        start="WebChat.default({ socketUrl: location.origin, title: 'Chat', embedded: false, params: { storage: 'session' } }, null)",
    ),
    Widget(
        "botframework-webchat 4.18.0",
        ("botframework-webchat/dist/webchat-minimal.js",),
        '<div id="webchat"></div>',
        "WebChat.renderWebChat({ directLine: { activity$: { subscribe: () => ({ unsubscribe() {} }) }, connectionStatus$: { subscribe(o) "
        "{ (o.next || o).call(o, 2); return { unsubscribe() {} }; } }, postActivity: () => ({ subscribe() {} }), end() {} } }, "
        "document.getElementById('webchat'))",
    ),
)

FIELD = """(() => {
    const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
    const fields = "textarea, input[type=text], input:not([type]), [contenteditable=true]";
    return all(document).find((e) => e.matches(fields) && e.offsetWidth > 40);
})()"""
CONFIRM = f"""() => {{
    const field = {FIELD};
    if (!field) return null;
    const text = () => field.value ?? field.textContent;
    const always = {{ bubbles: true, cancelable: true, composed: true }};
    const fire = (kind, type, options) => field.dispatchEvent(new kind(type, {{ ...always, ...options }}));
    fire(CompositionEvent, "compositionstart", {{}});
    fire(CompositionEvent, "compositionend", {{}});
    fire(KeyboardEvent, "keydown", {{ key: "Enter", code: "Enter", keyCode: 229, isComposing: false }});
    fire(KeyboardEvent, "keyup", {{ key: "Enter", code: "Enter", keyCode: 13 }});
    return new Promise((done) => setTimeout(() => done(text().trim() !== ""), 300));
}}"""


@dataclass
class Found:
    """What one page showed."""

    bytes: int = 0
    violations: int = 0
    strangers: set[str] = field(default_factory=set)
    axe: str = "?"
    keeps: bool | None = None

    def row(self, name: str) -> str:
        """A line of the table."""
        enter = {True: "kept", False: "**sends**", None: "no field seen"}[self.keeps]
        strangers = ", ".join(self.strangers) or "0"
        return f"| {name} | {self.bytes / 1024:.1f} | {self.axe} | {self.violations} | {strangers} | {enter} |"


def routes() -> tuple[Route, ...]:
    """A page for each widget, and the files of npm."""

    async def page(request: Request) -> Response:
        widget = WIDGETS[request.path_params["number"]]
        scripts = "".join(f'<script src="/npm/{path}" defer></script>' for path in widget.scripts)
        start = f'<script src="/start/{request.path_params["number"]}" defer></script>' if widget.start else ""
        head, body = f"<title>Shop</title>{scripts}{start}", f"<main><h1>Shop</h1>{widget.body}</main>"
        html = f'<!doctype html><html lang="ja"><head>{head}</head><body>{body}</body></html>'
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    async def start(request: Request) -> Response:
        return Response(WIDGETS[request.path_params["number"]].start, media_type="text/javascript")

    async def npm(request: Request) -> Response:
        return FileResponse(MODULES / request.path_params["path"])

    return (Route("/with/{number:int}", page), Route("/start/{number:int}", start), Route("/npm/{path:path}", npm))


async def look(browser: Browser, origin: str, url: str) -> tuple[Page, Found]:
    """Open a page and note what it asks for and complains of."""
    found = Found()
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP")
    page = await context.new_page()

    def console(message: Any) -> None:
        found.violations += "Content Security Policy" in message.text

    def asked(request: Any) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            found.strangers.add(request.url.split("/")[2])

    bodies: list[Any] = []
    page.on("console", console)
    page.on("request", asked)
    page.on("response", lambda response: bodies.append(response) if response.request.resource_type in ("script", "stylesheet") else None)
    await page.goto(url)
    await page.wait_for_timeout(SETTLED_MS)
    await _open(page)
    for response in bodies:
        found.bytes += len(gzip.compress(await response.body()))
    return page, found


async def _open(page: Page) -> None:
    """Press whatever opens the chat."""
    for selector in ("advisor-launcher button", ".rw-launcher"):
        if await page.locator(selector).count():
            await page.locator(selector).first.click()
            await page.wait_for_timeout(SETTLED_MS)


async def judge(page: Page, found: Found) -> None:
    """Run axe, and let Enter confirm a conversion in the order of events of Safari."""
    rules = [rule["id"] for rule in (await Axe().run(page)).response["violations"]]
    found.axe = ", ".join(rules) or "0"
    frame = page.frames[-1]
    try:
        handle = await frame.evaluate_handle(FIELD)
        element = handle.as_element()
        if element:
            await element.click()
            await page.keyboard.type("会計")
            found.keeps = await frame.evaluate(CONFIRM)
    except BrowserError:
        found.keeps = None


HEAD = "| widget | KB gz | axe, open | CSP reports | other hosts asked | Enter of a conversion (Safari's order) |"


async def compare(browser: Browser, origin: str) -> None:
    """Print the table."""
    print(HEAD + "\n|---|---|---|---|---|---|")
    pages = [("ours", f"{origin}/demo")]
    pages += [(widget.name, f"{origin}/with/{number}") for number, widget in enumerate(WIDGETS)]
    for name, address in pages:
        page, found = await look(browser, origin, address)
        await judge(page, found)
        print(found.row(name), flush=True)
        await page.context.close()


async def main() -> None:
    """Measure all."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/advisor.db"
        make_schema(url)
        advisor = Advisor(url, FakeResponder(), FakeClock(), limits=Limits(look_seconds=0.2), routes=routes())
        async with advisor, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
            await compare(browser, advisor.origin)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
