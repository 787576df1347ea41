"""What every request passes before a channel sees it, and every answer on its way out: limits of size, time and number, and headers.

An address of this machine or of a private network is a proxy, or the operator: it is not counted. Behind a proxy, let uvicorn know the
proxy's address, so that clients are told apart.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.addresses import counted
from bot.channels.allowance import Allowance
from bot.metrics import REFUSALS, RESPONSES

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
#: Callers that show a secret of their own, and those who look after us: how often they come is not for this to say.
_UNCOUNTED = ("/webhooks/", "/healthz", "/readyz", "/metrics")
#: Set where a channel has not said otherwise.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_ONLY_TLS = "max-age=31536000"


@dataclass(frozen=True, slots=True)
class FrontLimits:
    """The numbers, in one place; tests bring smaller ones."""

    url_bytes: int = 4096
    header_bytes: int = 32 * 1024
    headers: int = 100
    #: As large as the largest body that any channel takes.
    body_bytes: int = 1_000_000
    #: A body that is not there in so long never will be.
    body_seconds: float = 30.0
    requests: int = 600
    requests_per_minute: float = 1200.0
    site_requests: int = 6000
    site_requests_per_minute: float = 12_000.0
    #: Sockets that one address may hold.
    sockets: int = 200


class Refusal(Exception):
    """The request goes no further. `limit` names what it broke."""

    def __init__(self, status: int, limit: str) -> None:
        super().__init__(limit)
        self.status = status
        self.limit = limit


class Front:
    """The application as the world meets it. `clock` gives seconds that only grow."""

    def __init__(self, app: ASGIApp, limits: FrontLimits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._limits = limits = limits or FrontLimits()
        self._addresses = Allowance(limits.requests, limits.requests_per_minute, clock)
        self._sites = Allowance(limits.site_requests, limits.site_requests_per_minute, clock)
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one socket from its handshake to its end."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        dressed = _dressed(scope, send)
        try:
            _check_size(scope, self._limits)
            address = self._counted(scope)
        except Refusal as refusal:
            REFUSALS.labels(refusal.limit).inc()
            await PlainTextResponse(_SAYS[refusal.status], refusal.status, {"Retry-After": "60"})(scope, receive, dressed)
            return
        if scope["type"] == "websocket":
            await self._hold_socket(address, scope, receive, dressed)
        else:
            await _Body(self._limits, receive, dressed).pass_to(self.app, scope)

    def _counted(self, scope: Scope) -> str:
        """The address that the request counts for; "" for none. Raises Refusal."""
        if scope["path"].startswith(_UNCOUNTED):
            return ""
        address, site = counted((scope.get("client") or ("",))[0]), _header(scope, b"origin")
        if address and not self._addresses.take(address):
            raise Refusal(429, "requests_of_address")
        if site and not self._sites.take(site.decode("latin-1")):
            raise Refusal(429, "requests_of_site")
        if scope["type"] == "websocket" and address and self._sockets[address] >= self._limits.sockets:
            raise Refusal(429, "sockets_of_address")
        return address

    async def _hold_socket(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._sockets[address] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._sockets[address] -= 1
            if not self._sockets[address]:
                del self._sockets[address]


_SAYS = {
    400: "This is no address of ours.\n",
    408: "The request took too long.\n",
    413: "The request is too large.\n",
    414: "The address is too long.\n",
    429: "Too many requests; wait a minute.\n",
    431: "The headers are too large.\n",
}


def _check_size(scope: Scope, limits: FrontLimits) -> None:
    """Raises Refusal for what is too large or names no host."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    url = (scope.get("raw_path") or b"") + b"?" + (scope.get("query_string") or b"")
    if len(url) > limits.url_bytes:
        raise Refusal(414, "url")
    if not url.isascii():
        raise Refusal(400, "url")
    if len(headers) > limits.headers or sum(len(name) + len(value) for name, value in headers) > limits.header_bytes:
        raise Refusal(431, "headers")
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or any(not _HOST.fullmatch(host) for host in hosts):
        raise Refusal(400, "host")
    length = _header(scope, b"content-length")
    if length and length.isdigit() and (len(length) > 12 or int(length) > limits.body_bytes):
        raise Refusal(413, "body")


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _dressed(scope: Scope, send: Send) -> Send:
    """Answers get the headers that keep browsers safe, and are counted."""

    async def dressed(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            RESPONSES.labels(str(message["status"])).inc()
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if scope["scheme"] in ("https", "wss"):
                headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
        await send(message)

    return dressed


class _Body:
    """One request's body on its way in: what is too large or too slow ends, whatever the channel behind was waiting for."""

    def __init__(self, limits: FrontLimits, receive: Receive, send: Send) -> None:
        self._limits = limits
        self._receive = receive
        self._send = send
        self._size = 0
        self._is_whole = False
        self._has_answered = False
        #: The client went before its body was whole: there is nobody to answer, and nothing to log.
        self._has_gone = False
        self._refusal: Refusal | None = None

    async def pass_to(self, app: ASGIApp, scope: Scope) -> None:
        """Have the request answered, by the application or, when its body is refused, here."""
        try:
            await app(scope, self._next, self._answer)
        except Exception:
            if self._refusal is None and not self._has_gone:
                raise
        if self._refusal is not None and not self._has_answered:
            REFUSALS.labels(self._refusal.limit).inc()
            answer = PlainTextResponse(_SAYS[self._refusal.status], self._refusal.status, {"Connection": "close"})
            await answer(scope, self._receive, self._send)

    async def _next(self) -> Message:
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                message = await self._receive()
        except TimeoutError:
            return self._refuse(408, "body_time")
        self._has_gone = message["type"] == "http.disconnect"
        self._size += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return self._refuse(413, "body") if self._size > self._limits.body_bytes else message

    def _refuse(self, status: int, limit: str) -> Message:
        """To the channel it looks as if the client had gone."""
        self._refusal, self._is_whole = Refusal(status, limit), True
        return {"type": "http.disconnect"}

    async def _answer(self, message: Any) -> None:
        """What the channel says to a request that was refused meanwhile is not sent, unless it had begun to before."""
        if (self._refusal is not None or self._has_gone) and not self._has_answered:
            return
        self._has_answered = True
        await self._send(message)
