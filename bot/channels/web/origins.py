"""Which sites may open the socket or show the chat in a frame."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")
_HOST = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?")


#: The one thing that Trusted Types must let through: registering our own service worker.
WORKER_POLICY = "advisor-worker"


class Origins:
    """An exact allow-list: the advisor's own host and the sites that the operator named. Raises ValueError for what is no origin."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = tuple(_origin(origin) for origin in allowed)

    def allows(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` may talk to us; `host` is the name under which it reached us."""
        origin = origin.lower()
        return origin in self.allowed or (bool(_ORIGIN.fullmatch(origin)) and urlsplit(origin).netloc == host.lower())

    def chat_policy(self, host: str, *framed_by: str) -> str:
        """The page's policy: our own files and nothing else. `framed_by` may frame it beside the sites that the operator named."""
        sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host.lower()) else ""  # older Safari: 'self' does not cover sockets
        rules = (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src 'self'{sockets}",
            "img-src 'self' data:",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            " ".join(("frame-ancestors 'self'", *self.allowed, *framed_by)),
            "require-trusted-types-for 'script'",
            f"trusted-types {WORKER_POLICY}",
        )
        return "; ".join(rules)


def _origin(text: str) -> str:
    origin = text.strip().lower().rstrip("/")
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"'{text}' is not an origin; write it like https://www.example.jp")
    return origin
