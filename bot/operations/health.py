"""Is the process alive, and can it answer?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

#: However often somebody asks, the checks run no more often than this.
CHECK_EVERY_SECONDS = 1.0
CHECK_WITHIN_SECONDS = 5.0
Check = Callable[[], Awaitable[None]]


class NotReady(Exception):
    """A check has failed; for the log, not for whoever asks."""


class Readiness:
    """Whether this process should be given work. `checks` by the name under which a failure is told; each raises when it fails.

    They run no more often than `every` so many seconds.
    """

    def __init__(self, checks: Mapping[str, Check], every: float = CHECK_EVERY_SECONDS) -> None:
        self._every = every
        self._checks = checks
        self._failed: list[str] = []
        self._checked_at: float | None = None
        self._checking = asyncio.Lock()

    async def failed(self) -> list[str]:
        """The names of what has failed; none: ready."""
        async with self._checking:
            if self._checked_at is None or time.monotonic() - self._checked_at >= self._every:
                self._failed = [name for name, check in self._checks.items() if not await _holds(check)]
                self._checked_at = time.monotonic()
            return self._failed


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_WITHIN_SECONDS):
            await check()
    except Exception:  # whatever it is, the answer is no
        return False
    return True


def health_routes(readiness: Readiness, is_stopping: Callable[[], bool] = lambda: False) -> list[BaseRoute]:
    """`/healthz`: the process runs. `/readyz`: it can answer, and stays (else 503 and what fails: ask another replica)."""

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> Response:
        failed = ["stopping"] if is_stopping() else await readiness.failed()
        return JSONResponse({"status": "not ready", "failed": failed}, status_code=503) if failed else JSONResponse({"status": "ok"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
