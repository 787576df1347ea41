"""Updates that Telegram would never send, found by fuzzing: each is left out by itself, and the others go on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fake_telegram import FakeTelegram
from tests.integration.telegram.conftest import Advisor
from tests.integration.telegram.test_webhook import CHAT, Web, post, web  # noqa: F401 - a fixture

WHO = {"id": CHAT, "is_bot": False, "first_name": "Owner", "language_code": "ja"}
MESSAGE = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": CHAT, "type": "private"}, "from": WHO, "text": "hello"}


def update(**changed: Any) -> bytes:
    return json.dumps({"update_id": 1, "message": MESSAGE | changed}).encode()


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"[" * 100_000, 400, []),
        (b'{"update_id": 1, "message": ' + b"[" * 100_000, 400, []),
        (update(**{"from": WHO | {"id": {"not": "a number"}}}), 200, ["echo hello"]),  # stored before the library stumbles
        (json.dumps({"update_id": 1, "my_chat_member": {"chat": MESSAGE["chat"], "from": WHO, "date": 1}}).encode(), 200, []),
    ],
)
async def test_an_odd_update_stops_nobody(
    advisor: Advisor,
    fake: FakeTelegram,
    web: Web,  # noqa: F811
    body: bytes,
    status: int,
    said: list[str],
) -> None:
    await web.start()
    fake.user_writes(CHAT, "before")
    await fake.wait_for_messages(CHAT, 1)
    assert await post(web.url, content=body) == status
    fake.user_writes(CHAT, "after")
    assert await fake.wait_for_messages(CHAT, 2 + len(said)) == ["echo before", *said, "echo after"]


async def test_a_language_that_is_no_text_is_left_out_and_the_owner_answered(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:  # noqa: F811
    await web.start()
    fake.user_writes(CHAT, "before")
    await fake.wait_for_messages(CHAT, 1)
    assert await post(web.url, content=update(**{"from": WHO | {"language_code": {"not": "text"}}})) == 200
    assert await fake.wait_for_messages(CHAT, 2) == ["echo before", "echo hello"]
    assert [row.body.get("language") for row in await advisor.inbox()] == ["ja", None]
