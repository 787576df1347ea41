"""Receiving by webhook, inside our own web application, from the fake Telegram's calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.channels.telegram.webhook import Webhook
from bot.messaging.desk import Unavailable
from tests.fake_telegram import FakeTelegram, bad_gateway
from tests.integration.telegram.conftest import Advisor, Flaky, Running

CHAT, SECRET = 4711, "a_secret-of-the-tests"
HOOK = Webhook("https://chat.example.com/webhooks/telegram", SECRET)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Web:
    """Our web application, with the route of the channel that runs."""

    def __init__(self, advisor: Advisor, fake: FakeTelegram) -> None:
        self.advisor, self.fake = advisor, fake
        self.url = ""
        self.task: asyncio.Task[None] | None = None

    async def start(self, desk: object = None) -> Running:
        """Start the channel, and the server that Telegram reaches."""
        running = self.advisor.start(desk, webhook=HOOK)
        config = uvicorn.Config(Starlette(routes=running.channel.routes), port=0, log_level="warning", lifespan="off")
        self.server = _Server(config)
        self.task = asyncio.create_task(self.server.serve())
        while not self.server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.005)
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}/webhooks/telegram"
        self.fake.serves(self.url)
        return running

    async def stop(self) -> None:
        if self.task is not None:
            self.server.should_exit = True
            await self.task


@pytest.fixture
async def web(advisor: Advisor, fake: FakeTelegram) -> AsyncIterator[Web]:
    web = Web(advisor, fake)
    yield web
    await web.stop()


async def post(url: str, secret: str | None = SECRET, content: bytes = b"{}") -> int:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with httpx.AsyncClient() as client:
        return (await client.post(url, content=content, headers=headers)).status_code


async def test_telegram_calls_and_the_owner_is_answered(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    await web.start()
    fake.user_writes(CHAT, "こんにちは")
    assert await fake.wait_for_messages(CHAT, 1) == ["echo こんにちは"]
    assert (fake.world.webhook, fake.world.secret) == (HOOK.url, SECRET)
    assert set(fake.world.allowed) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert fake.calls_of("getUpdates") == []


async def test_200_comes_only_after_the_update_is_stored(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    desk, tries = Flaky(advisor.desk), 0

    async def fail() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable

    desk.before["receive"] = fail
    await web.start(desk)
    fake.user_writes(CHAT, "hello")
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]
    await fake.wait_until_all_taken()
    assert [answer.status for answer in fake.called if answer.status != 503] == [200]
    assert len(fake.called) >= 3
    assert len(await advisor.inbox()) == 1


async def test_a_call_that_is_repeated_is_answered_once(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    await web.start()
    update = fake.world.updates[fake.user_writes(CHAT, "hello")]
    await fake.wait_for_messages(CHAT, 1)
    await fake.wait_until_all_taken()
    fake.redeliver(update)
    await fake.wait_until_all_taken()
    fake.user_writes(CHAT, "again")
    assert await fake.wait_for_messages(CHAT, 2) == ["echo hello", "echo again"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ä"])
async def test_nobody_else_may_call(advisor: Advisor, web: Web, secret: str | None) -> None:
    await web.start()
    shown = secret.encode() if secret else secret
    assert await post(web.url, shown, b'{"update_id": 1}') == 403  # type: ignore[arg-type]
    assert await advisor.inbox() == []


@pytest.mark.parametrize("content", [b"", b"[]", b"not json", b'{"message": 1}', b'{"update_id": "1"}', b" " * 1_100_000])
async def test_what_is_no_update_is_refused(web: Web, content: bytes) -> None:
    await web.start()
    assert await post(web.url, content=content) == 400


async def test_an_update_that_cannot_be_read_is_not_asked_for_again(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    fake.world.chat(CHAT)
    await web.start()
    fake.queue_raw("message", {"message_id": 1, "chat": {"id": CHAT}, "text": "x"})
    await fake.wait_until_all_taken()
    assert [answer.status for answer in fake.called] == [200]


async def test_the_webhook_is_set_again_after_an_outage(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    fake.fail("setWebhook", bad_gateway(), times=2)
    await web.start()
    fake.user_writes(CHAT, "hello")
    assert await fake.wait_for_messages(CHAT, 1) == ["echo hello"]


async def test_back_to_polling_takes_the_webhook_away_and_loses_nothing(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    running = await web.start()
    fake.user_writes(CHAT, "by webhook")
    await fake.wait_for_messages(CHAT, 1)
    await running.stop()
    fake.user_writes(CHAT, "in between")
    advisor.start()
    assert await fake.wait_for_messages(CHAT, 2) == ["echo by webhook", "echo in between"]
    assert fake.world.webhook == ""


async def test_before_the_channel_runs_telegram_is_asked_to_come_again(advisor: Advisor, fake: FakeTelegram, web: Web) -> None:
    running = await web.start()
    await running.stop()
    assert await post(web.url, content=b'{"update_id": 1}') == 503
