"""What benchmarks of the whole advisor begin with: a trained model, a database, and an advisor on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.app import Advisor, hearing_replicas, open_advisor, read_content, utc_now
from bot.assistant.training import ensure_model
from bot.services import ROOT
from bot.settings import load_settings
from tests.conftest import CACHE
from tests.postgres import durable_postgres


@asynccontextmanager
async def database_url(is_postgresql: bool) -> AsyncIterator[str]:
    """The URL of a new PostgreSQL; empty for SQLite in the data folder."""
    if is_postgresql:
        with durable_postgres() as url:
            yield url
    else:
        yield ""


@asynccontextmanager
async def opened(url: str, data: Path, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Advisor]:
    """An advisor on a PostgreSQL, or on SQLite in the data folder when `url` is empty."""
    shared = {"ADVISOR_DATABASE_URL": url, "ADVISOR_SECRET_KEY": "of the benchmark"} if url else {}
    settings = load_settings({"ADVISOR_DATA_DIR": str(data)} | shared)
    model = ensure_model(ROOT, CACHE, print)
    async with open_advisor(settings, model, read_content(lambda: model), clock) as advisor:
        await advisor.database.migrate()
        async with hearing_replicas(advisor):
            yield advisor
