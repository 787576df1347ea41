"""What Telegram hands to a Mini App, signed as Telegram signs it."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlencode

from bot.channels.web.miniapp import signature

TOKEN = "123456:test-token"


def signed(fields: dict[str, str], token: str) -> str:
    """These fields with their signature, as in `tgWebAppData`."""
    return urlencode(fields | {"hash": signature(fields, token)})


def init_data(user: int, at: datetime, token: str = TOKEN) -> str:
    """What the app of a Telegram user says when it opens the page."""
    who = json.dumps({"id": user, "first_name": "花", "language_code": "ja"}, separators=(",", ":"))
    return signed({"query_id": "AAF", "user": who, "auth_date": str(int(at.timestamp()))}, token)
