"""Is the process alive, and can it answer?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.storage.database import DatabaseError


def health_routes(check: Callable[[], Awaitable[None]], is_stopping: Callable[[], bool] = lambda: False) -> list[BaseRoute]:
    """`/healthz`: the process runs. `/readyz`: it stays, and its database answers (503 otherwise: a proxy should ask another replica)."""

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> Response:
        if is_stopping():
            return JSONResponse({"status": "stopping"}, status_code=503)
        try:
            await check()
        except DatabaseError:
            return JSONResponse({"status": "database unreachable"}, status_code=503)
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
