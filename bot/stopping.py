"""The web server, and how it comes to its end: first others are told to go elsewhere, then what has begun is finished."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.channels.heads import BoundedHttp
from bot.messaging.ending import Ending

#: A frame that is larger is refused before it is held in memory.
FRAME_BYTES = 64 * 1024
#: Requests under way at the end may take so long; sockets are closed at once (1012: come back, the service restarts).
LAST_REQUESTS_SECONDS = 5


class StoppableServer(uvicorn.Server):
    """uvicorn, which would end the whole process with the signal that stopped it, before anything else could finish.

    `build` makes the application, which learns of the end. After a SIGTERM everything goes on for `drain_seconds`, so that a proxy, which
    asks `/readyz`, turns to other replicas first; after a Ctrl-C nobody waits.
    """

    def __init__(self, build: Callable[[Ending], ASGIApp], trusted_proxies: Sequence[str], drain_seconds: float) -> None:
        self._ending = Ending()
        self._drain_seconds = drain_seconds
        super().__init__(
            uvicorn.Config(
                build(self._ending),
                http=BoundedHttp,
                log_config=None,
                access_log=False,
                ws="websockets-sansio",
                ws_max_size=FRAME_BYTES,
                ws_per_message_deflate=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
                lifespan="off",
                forwarded_allow_ips=list(trusted_proxies),
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Our signals instead of uvicorn's, for as long as it serves; a second one is the system's again."""
        loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.stop, number)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def stop(self, number: int) -> None:
        """Begin the end; asked again, do not wait for anybody."""
        self.force_exit = self._ending.is_announced
        wait = self._drain_seconds if number == signal.SIGTERM and not self.force_exit else 0
        self._ending.is_announced = True
        asyncio.get_running_loop().call_later(wait, self._exit)

    def _exit(self) -> None:
        self._ending.come()
        self.should_exit = True
