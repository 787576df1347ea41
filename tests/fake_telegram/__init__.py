"""A strict stand-in for Telegram's Bot API: a real HTTP server that refuses what Telegram refuses. It proves our side only."""

from __future__ import annotations

from tests.fake_telegram.faults import (
    Hold,
    Refuse,
    Reset,
    Slow,
    bad_gateway,
    blocked,
    cut_off,
    server_error,
    too_many_requests,
    unauthorized,
)
from tests.fake_telegram.limits import Limits
from tests.fake_telegram.server import MENTION, TOKEN, FakeTelegram

__all__ = [
    "MENTION",
    "TOKEN",
    "FakeTelegram",
    "Hold",
    "Limits",
    "Refuse",
    "Reset",
    "Slow",
    "bad_gateway",
    "blocked",
    "cut_off",
    "server_error",
    "too_many_requests",
    "unauthorized",
]
