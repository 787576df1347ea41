"""`/metrics`, for Prometheus: what the process has counted, and what waits in the tables, read at most every few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot import __version__
from bot.addresses import is_near
from bot.keys import is_bearer
from bot.metrics import REGISTRY
from bot.operations.backlog import Backlog, read_backlog
from bot.storage.database import Database

#: However often somebody scrapes, the tables are read no more often than this.
READ_EVERY_SECONDS = 5.0
READ_WITHIN_SECONDS = 5.0
#: Headers by which a proxy shows itself.
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Tables(Collector):
    """What the last look at the tables showed. Without a look that succeeded, only that the database is away."""

    def __init__(self, database: Database, clock: Callable[[], datetime], model: str) -> None:
        self._database = database
        self._clock = clock
        self._model = model
        self._backlog: Backlog | None = None
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def look(self) -> None:
        """Read the tables, unless that was done just now."""
        async with self._reading:
            if self._read_at is not None and time.monotonic() - self._read_at < READ_EVERY_SECONDS:
                return
            self._backlog, self._read_at = await self._read(), time.monotonic()

    async def _read(self) -> Backlog | None:
        try:
            async with asyncio.timeout(READ_WITHIN_SECONDS), self._database.surveying() as session:
                return await read_backlog(session, self._clock())
        except Exception:  # whatever it is: that the database does not answer is itself what is to be told
            return None

    def collect(self) -> Iterator[Metric]:
        """The gauges, as they were at the last look."""
        yield _gauge("advisor_build_info", "The version that runs, and its trained model.", 1, version=__version__, model=self._model)
        yield _gauge("advisor_database_up", "1 when the database answered the last look.", float(self._backlog is not None))
        if self._backlog is not None:
            yield from gauges(self._backlog)


def gauges(backlog: Backlog) -> Iterator[Metric]:
    """The gauges that tell of a backlog."""
    yield _gauge("advisor_inbox_waiting", "Messages and check-ins that wait for their turn.", backlog.inbox.count)
    yield _gauge("advisor_inbox_oldest_age_seconds", "How long the oldest of them has waited.", backlog.inbox.oldest)
    yield _gauge("advisor_inbox_set_aside", "Messages whose every try failed, ever.", backlog.set_aside)
    late = backlog.late_checkins
    yield _gauge("advisor_checkins_late", "Check-ins that are due and were not asked in two minutes.", late.count)
    yield _gauge("advisor_checkins_late_oldest_age_seconds", "How long ago the oldest of them was due.", late.oldest)
    pending = GaugeMetricFamily("advisor_outbox_pending", "Lines that are still to be pushed.", labels=["channel"])
    oldest = GaugeMetricFamily("advisor_outbox_oldest_due_age_seconds", "How long the oldest has been due.", labels=["channel"])
    for channel, waiting in backlog.outbox.items():
        pending.add_metric([channel], waiting.count)
        oldest.add_metric([channel], waiting.oldest)
    yield from (pending, oldest)


def _gauge(name: str, says: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, says, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def may_scrape(request: Request, token: str) -> bool:
    """With a token: whoever shows it. Without: this machine and its private network, but nobody who comes through a proxy."""
    if token:
        return is_bearer(request.headers.get("authorization", ""), token)
    return not any(name in request.headers for name in _PROXIED) and is_near(request.client.host if request.client else "")


def metrics_routes(database: Database, clock: Callable[[], datetime], token: str, model: str) -> list[BaseRoute]:
    """`/metrics`."""
    tables, registry = Tables(database, clock, model), CollectorRegistry(auto_describe=False)
    registry.register(tables)

    async def metrics(request: Request) -> Response:
        if not may_scrape(request, token):
            return PlainTextResponse("not for you\n", status_code=401 if token else 403)
        await tables.look()
        return Response(generate_latest(REGISTRY) + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/metrics", metrics)]
