"""Looking at the widget as its user does."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, Page, expect


def field(page: Page) -> Locator:
    """Where the owner writes."""
    return page.get_by_role("textbox")


async def write(page: Page, text: str) -> None:
    """Type and press Enter."""
    await field(page).fill(text)
    await field(page).press("Enter")


async def bubbles(page: Page) -> list[str]:
    """Every bubble on the page, oldest first, as `owner: …` or `advisor: …`."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelector("advisor-chat").shadowRoot.querySelectorAll(".line:not([hidden])")].map((line) =>
            (line.classList.contains("owner") ? "owner: " : "advisor: ") + line.querySelector(".bubble").textContent)"""
    )
    return found


async def wait_for_bubbles(page: Page, expected: list[str]) -> None:
    """Until these are the newest bubbles, and nothing is on its way any more."""
    await expect(page.locator("advisor-chat .line:not([hidden]) .bubble").last).to_have_text(expected[-1].partition(": ")[2])
    shown = await bubbles(page)
    assert shown[-len(expected) :] == expected


async def press_keys(page: Page, events: list[dict[str, Any]]) -> None:
    """Synthetic keyboard and composition events, as an input method sends them."""
    await page.evaluate(
        """(events) => {
            const field = document.querySelector("advisor-chat").shadowRoot.querySelector("textarea");
            for (const { type, ...options } of events) {
                const kind = type.startsWith("composition") ? CompositionEvent : KeyboardEvent;
                field.dispatchEvent(new kind(type, { bubbles: true, cancelable: true, composed: true, ...options }));
            }
        }""",
        events,
    )
