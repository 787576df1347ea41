"""A browser of the operator's, in front of the page's routes; only what a test of them needs is behind it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.insights.reading import Sources
from bot.messaging.bell import Bell
from bot.operator.server import operator_routes
from bot.storage.database import Database
from knowledge.content import Text
from tests.fakes import FakeClock
from tests.integration.operations.printing import sources

TOKEN = "a token of the tests"
ORIGIN = "https://advisor.example"
_MARK = re.compile(r'name="mark" value="([0-9a-f]+)"')
_KEY = re.compile(r'name="key" value="([0-9a-f]+)"')


@dataclass
class Operator:
    """Reads pages and sends the forms that stand on them."""

    client: httpx.AsyncClient
    page: str = ""
    kept: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str = "") -> httpx.Response:
        """Open a page, going on where it sends us."""
        return self._read(await self.client.get(f"/operator{path}", follow_redirects=True))

    async def send(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """Send the form of the page that was read last."""
        own = {"mark": _found(_MARK, self.page), "key": _found(_KEY, self.page)}
        headers = {"origin": ORIGIN} if headers is None else headers
        sent = await self.client.post(f"/operator{path}", data=own | fields, headers=headers, follow_redirects=True)
        return self._read(sent)

    async def sign_in(self, token: str = TOKEN) -> httpx.Response:
        """Open the form and send it."""
        await self.get("/sign-in")
        return await self.send("/sign-in", token=token)

    def _read(self, response: httpx.Response) -> httpx.Response:
        self.page = response.text
        return response


def _found(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    return found.group(1) if found else ""


def browser(app: Any, origin: str = ORIGIN) -> Operator:
    """Another browser without a cookie."""
    return Operator(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=origin))


@pytest.fixture
def seconds() -> FakeClock:
    """What limits the tries; moved by hand."""
    return FakeClock()


def page_app(database: Database, clock: FakeClock, seconds: FakeClock, token: str = TOKEN, of: Sources | None = None) -> Starlette:
    """The routes of the page and nothing else."""
    routes = operator_routes(
        database,
        Bell(),
        of or sources(),
        {number: Text(f"段階{number}", f"Phase {number}") for number in range(1, 9)},
        {},
        secret_key=b"a secret of the tests",
        token=token,
        language="ja",
        clock=clock,
        seconds=lambda: seconds().timestamp(),
    )
    return Starlette(routes=routes)


@pytest.fixture
async def operator(database: Database, clock: FakeClock, seconds: FakeClock) -> AsyncIterator[Operator]:
    """Somebody who has not signed in."""
    found = browser(page_app(database, clock, seconds))
    yield found
    await found.client.aclose()
