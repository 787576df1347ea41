"""A web site that has nothing to do with us, with the launcher on it: another origin, and as strict as a site can be."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Frame, Locator, Page
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.integration.web.serving import Advisor

PAGE = """<!doctype html><html lang="{lang}"><head><meta name="viewport" content="width=device-width"><title>お店</title>
<script src="{origin}/widget.js" async {attributes}></script></head>
<body><main><h1>お店</h1><p>{text}</p></main></body></html>"""
#: All that a site has to allow: our script and our frame.
POLICY = "default-src 'none'; script-src {origin}; frame-src {origin}; img-src data:; base-uri 'none'; require-trusted-types-for 'script'"


async def _page(request: Request) -> Response:
    """The site, served by the same process under another name: `localhost` is another origin than `127.0.0.1`."""
    origin = f"http://127.0.0.1:{request.url.port}"
    attributes = " ".join(f'{name}="{value}"' for name, value in request.query_params.items() if name.startswith("data-"))
    page = PAGE.format(origin=origin, lang=request.query_params.get("lang", "ja"), attributes=attributes, text="商品の説明。" * 400)
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY.format(origin=origin)})


ROUTES = (Route("/shop", _page),)


def shop(advisor: Advisor, query: str = "") -> str:
    """Where the site is found."""
    return f"http://localhost:{advisor.port}/shop?{query}"


def launcher(page: Page) -> Locator:
    """The button on the site."""
    return page.locator("advisor-launcher > button, advisor-launcher button").first


async def chat_frame(page: Page) -> Frame:
    """The frame of the chat, once it is there."""
    await page.locator("advisor-launcher iframe").wait_for(state="attached")
    await page.wait_for_function("document.querySelector('advisor-launcher').shadowRoot.querySelector('iframe').src")
    handle = await page.locator("advisor-launcher iframe").element_handle()
    frame: Any = await handle.content_frame()
    await frame.wait_for_load_state()
    return frame  # type: ignore[no-any-return]
