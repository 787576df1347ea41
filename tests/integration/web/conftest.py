"""A running web channel for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.web.limits import Limits
from tests.fakes import FakeClock, FakeResponder
from tests.integration.web.serving import Advisor

#: The protocol's numbers, but nobody waits ten seconds for a silent client.
QUICK = Limits(hello_seconds=0.3, look_seconds=0.1)


@pytest.fixture
async def advisor(sqlite_url: str, responder: FakeResponder, clock: FakeClock) -> AsyncIterator[Advisor]:
    """The advisor on SQLite, serving."""
    async with Advisor(sqlite_url, responder, clock, limits=QUICK, allowed_origins=("https://shop.example",)) as advisor:
        yield advisor
