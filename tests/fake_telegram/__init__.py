"""A strict stand-in for Telegram's Bot API: a real HTTP server that refuses what Telegram refuses. It proves our side only."""

from __future__ import annotations

from tests.fake_telegram.faults import Hold, Refuse, Reset, bad_gateway, blocked, cut_off, too_many_requests
from tests.fake_telegram.server import TOKEN, FakeTelegram

__all__ = ["TOKEN", "FakeTelegram", "Hold", "Refuse", "Reset", "bad_gateway", "blocked", "cut_off", "too_many_requests"]
