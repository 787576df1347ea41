"""What can go wrong between us and Telegram, to be put in a call's way with `FakeTelegram.fail`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any


class Refusal(Exception):
    """The Bot API says no."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> bytes:
        """The answer as Telegram writes it."""
        answer = {"ok": False, "error_code": self.status, "description": self.description}
        return json.dumps(answer | ({"parameters": self.parameters} if self.parameters else {})).encode()


class BadRequest(Refusal):
    """Telegram's most frequent no."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, f"Bad Request: {reason}")


@dataclass(frozen=True)
class Refuse:
    """The call is not carried out; this is the answer."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Reset:
    """The connection is torn down, before or after the call was carried out."""

    accepted: bool


@dataclass(frozen=True)
class Hold:
    """The call is carried out, but its answer waits until `release` is set."""

    release: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Slow:
    """The call is carried out after a while, and the answer takes a while, too (seconds)."""

    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class Garble:
    """The call is carried out, and the answer is this instead of the right one."""

    body: bytes


Fault = Refuse | Reset | Hold | Slow | Garble


def too_many_requests(seconds: int) -> Refuse:
    """429 with the seconds to wait."""
    refusal = Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
    return Refuse(429, refusal.body())


def blocked() -> Refuse:
    """403, as when the owner has blocked the bot."""
    return Refuse(403, Refusal(403, "Forbidden: bot was blocked by the user").body())


def unauthorized() -> Refuse:
    """401, as after the token was revoked."""
    return Refuse(401, Refusal(401, "Unauthorized").body())


def server_error() -> Refuse:
    """500, as JSON."""
    return Refuse(500, Refusal(500, "Internal Server Error").body())


def bad_gateway() -> Refuse:
    """502 with a page that is not JSON."""
    return Refuse(502, b"<html><body>502 Bad Gateway</body></html>")


def cut_off() -> Garble:
    """200 with half an answer."""
    return Garble(b'{"ok": true, "result": {"mess')
