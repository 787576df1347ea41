"""The bell of all replicas, over a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
import pytest
from sqlalchemy import make_url

from bot.messaging.bell import INBOX, Bell
from bot.messaging.replicas import CHANNEL, MOST_BYTES, ReplicaBell, payloads
from tests.proxy import proxied

PATIENCE = 10.0


@asynccontextmanager
async def replica(url: str) -> AsyncIterator[Bell]:
    """A replica whose bell is carried, once it hears the others."""
    bell = Bell()
    async with ReplicaBell(bell, make_url(url)).carrying():
        await until_heard(url, bell)
        yield bell


async def until_heard(url: str, bell: Bell) -> None:
    """Ring from outside until the bell hears it."""
    with bell.listening("web:probe") as event:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as outside:
            async with asyncio.timeout(PATIENCE):
                while not event.is_set():
                    await outside.execute("SELECT pg_notify(%s, %s)", (CHANNEL, json.dumps(["web:probe"])))
                    await asyncio.sleep(0.02)


async def heard(event: asyncio.Event) -> None:
    async with asyncio.timeout(PATIENCE):
        await event.wait()


async def test_what_rings_in_one_replica_wakes_the_others(postgres_url: str) -> None:
    async with AsyncExitStack() as stack:
        one, two, three = [await stack.enter_async_context(replica(postgres_url)) for _ in range(3)]
        with two.listening("web:a") as second, three.listening("web:a") as third, three.listening("web:b") as other:
            one.ring("web:a")
            await heard(second)
            await heard(third)
            assert not other.is_set()


async def test_what_the_replica_that_rang_does_itself_is_not_told(postgres_url: str) -> None:
    async with replica(postgres_url) as one, replica(postgres_url) as two:
        with two.listening(INBOX) as inbox, two.listening("telegram") as telegram, two.listening("web:a") as last:
            for topic in (INBOX, "telegram", "web:a"):
                one.ring(topic)
            await heard(last)
            assert not inbox.is_set()
            assert not telegram.is_set()


async def test_a_lost_connection_is_made_again(postgres_url: str) -> None:
    async with proxied(postgres_url) as (through, proxy), replica(postgres_url) as one, replica(through) as two:
        proxy.close()
        with two.listening("web:a") as event:
            await until_heard(postgres_url, two)
            one.ring("web:a")
            await heard(event)


async def test_while_the_database_is_away_rings_at_home_go_on(postgres_url: str) -> None:
    async with proxied(postgres_url) as (through, proxy), replica(through) as bell:
        proxy.refuses = True
        proxy.close()
        with bell.listening("web:a") as event:
            bell.ring("web:a")
            assert event.is_set()
        proxy.refuses = False
        await until_heard(postgres_url, bell)


async def test_the_last_rings_before_the_end_still_leave(postgres_url: str) -> None:
    async with replica(postgres_url) as staying:
        with staying.listening("web:a") as event:
            async with replica(postgres_url) as leaving:
                leaving.ring("web:a")
            await heard(event)


@pytest.mark.parametrize("topic", ["web:0123456789abcdef", "rest:" + "𠮷" * 155])
def test_many_topics_go_together_and_none_is_too_long_for_postgresql(topic: str) -> None:
    topics = [f"{topic}{number}" for number in range(1_000)]
    sent = list(payloads(topics))
    assert [each for payload in sent for each in json.loads(payload)] == topics
    assert max(len(payload.encode()) for payload in sent) <= MOST_BYTES
    assert len(sent) < len(topics)


def test_nothing_to_tell_is_not_told() -> None:
    assert list(payloads([])) == []
