"""HTTP's beginning, bounded: uvicorn's fast parser takes request lines and headers of any length, for as long as a client likes."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.metrics import REFUSALS

#: All of a request's head. What comes in one read more than this is refused by the front (front.py), once it is parsed.
MOST_BYTES = 64 * 1024
#: From connecting, or from the first byte of a later request, to the end of its head.
WITHIN_SECONDS = 20.0


class BoundedHttp(HttpToolsProtocol):
    """One connection. A head that is too long or too slow ends it."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._head_bytes = 0
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a client that connects means to ask something."""
        super().connection_made(transport)
        self._begin_head()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """The head is whole; what follows is for the front to bound."""
        self._end_head()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, of a body, or of both."""
        super().data_received(data)
        if self._late is None:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_BYTES:
            self._refuse("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more comes."""
        self._end_head()
        super().connection_lost(exc)

    def _begin_head(self) -> None:
        self._end_head()
        self._head_bytes = 0
        self._late = self.loop.call_later(WITHIN_SECONDS, self._refuse, "head_time")

    def _end_head(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self, limit: str) -> None:
        self._end_head()
        REFUSALS.labels(limit).inc()
        self.transport.close()
