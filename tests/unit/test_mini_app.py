"""Who opened the Mini App: only what Telegram signed with our bot's token, lately, says so."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from bot.channels.web.miniapp import BadInitData, Opened, read_init_data
from tests.telegram_data import TOKEN, init_data, signed

NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_data_signed_by_telegram_names_the_user() -> None:
    assert read_init_data(init_data(77, NOW), TOKEN, NOW) == Opened(77)
    assert Opened(77).conversation == "telegram:77"


def test_signature_is_the_one_that_the_bot_api_describes() -> None:
    """Computed here step by step, from the words of https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app."""
    user = '{"id":9,"first_name":"花"}'
    lines = f"auth_date={int(NOW.timestamp())}\nquery_id=AAF\nsignature=x_y\nuser={user}"
    secret_key = hmac.new(b"WebAppData", TOKEN.encode(), hashlib.sha256).digest()
    shown = hmac.new(secret_key, lines.encode(), hashlib.sha256).hexdigest()
    text = urlencode({"query_id": "AAF", "user": user, "auth_date": int(NOW.timestamp()), "signature": "x_y", "hash": shown})
    assert read_init_data(text, TOKEN, NOW) == Opened(9)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=59), timedelta(hours=1), timedelta(minutes=-4)])
def test_data_of_the_last_hour_counts(age: timedelta) -> None:
    assert read_init_data(init_data(77, NOW - age), TOKEN, NOW).user == 77


@pytest.mark.parametrize("age", [timedelta(hours=1, seconds=1), timedelta(days=400), timedelta(minutes=-6)])
def test_data_that_is_too_old_or_from_the_future_names_nobody(age: timedelta) -> None:
    with pytest.raises(BadInitData):
        read_init_data(init_data(77, NOW - age), TOKEN, NOW)


def test_data_of_another_bot_names_nobody() -> None:
    with pytest.raises(BadInitData):
        read_init_data(init_data(77, NOW, token="2:another"), TOKEN, NOW)


@pytest.mark.parametrize(
    ("part", "other"), [("%3A77%2C", "%3A78%2C"), ("query_id=AAF", "query_id=AAG"), ("query_id=AAF&", ""), ("auth_date=", "auth_date=1")]
)
def test_one_changed_part_names_nobody(part: str, other: str) -> None:
    text = init_data(77, NOW)
    assert part in text
    with pytest.raises(BadInitData):
        read_init_data(text.replace(part, other), TOKEN, NOW)


def test_a_field_that_was_added_names_nobody() -> None:
    for more in ("&user=%7B%22id%22%3A78%7D", "&chat_instance=1", "&hash=0"):
        with pytest.raises(BadInitData):
            read_init_data(init_data(77, NOW) + more, TOKEN, NOW)


@pytest.mark.parametrize("text", ["", "hash", "hash=", "user=1", "hash=%ff%00&user=x", "=" * 40, "&".join(f"a{n}=1" for n in range(40))])
def test_what_is_no_data_names_nobody(text: str) -> None:
    with pytest.raises(BadInitData):
        read_init_data(text, TOKEN, NOW)


@pytest.mark.parametrize(
    "fields",
    [
        {"auth_date": "1764000000"},
        {"auth_date": "soon", "user": '{"id":7}'},
        {"auth_date": "9" * 30, "user": '{"id":7}'},
        {"auth_date": str(int(NOW.timestamp())), "user": "[]"},
        {"auth_date": str(int(NOW.timestamp())), "user": '{"id":"7"}'},
        {"auth_date": str(int(NOW.timestamp())), "user": '{"id":true}'},
        {"auth_date": str(int(NOW.timestamp())), "user": json.dumps({"id": -5})},
        {"auth_date": str(int(NOW.timestamp())), "user": "[" * 5000},
    ],
)
def test_signed_data_without_a_user_or_a_date_names_nobody(fields: dict[str, str]) -> None:
    with pytest.raises(BadInitData):
        read_init_data(signed(fields, TOKEN), TOKEN, NOW)
