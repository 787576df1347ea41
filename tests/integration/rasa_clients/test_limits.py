"""How much a client of Rasa's Socket.IO channel may say, and what a caller of REST may call itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.channels.rasa_rest import rest_routes
from bot.messaging.desk import Desk
from bot.storage.database import Database
from bot.storage.tables import InboxRow
from tests.fuzz.calling import request

pytest.importorskip("engineio")
from bot.channels import rasa_socketio
from bot.channels.rasa_socketio import RasaSocketIO


async def stored(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(InboxRow)) or 0


@pytest.fixture
def channel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> RasaSocketIO:
    monkeypatch.setattr(rasa_socketio, "MESSAGES", 3)
    monkeypatch.setattr(rasa_socketio, "MESSAGES_PER_MINUTE", 0.0)
    channel = RasaSocketIO(desk, lambda origin, host: True)

    async def joined(*_: Any) -> None: ...

    monkeypatch.setattr(channel, "_join", joined)
    return channel


async def test_a_connection_may_say_so_much_whatever_sessions_it_names(channel: RasaSocketIO, database: Database) -> None:
    for number in range(9):
        await channel.on_user_uttered("one", {"message": "hello", "session_id": f"{number:032x}"})
    await channel.on_user_uttered("two", {"message": "hello"})
    assert await stored(database) == 4


async def test_a_session_may_be_told_so_much_over_however_many_connections(channel: RasaSocketIO, database: Database) -> None:
    for number in range(9):
        await channel.on_user_uttered(f"connection {number}", {"message": "hello", "session_id": "a" * 32})
    assert await stored(database) == 3


@pytest.mark.parametrize("sender", ["a\ud800b", "a\x00b", " padded ", "x" * 121])
async def test_a_sender_that_no_table_can_hold_is_refused(desk: Desk, sender: str) -> None:
    app = Starlette(routes=rest_routes(desk, "token"))
    body = httpx.Request("POST", "http://x", json={"sender": "?", "message": "hello"}).content
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://advisor") as client:
        headers = {"Authorization": "Bearer token"}
        escaped = sender.encode("unicode_escape").replace(b"\\x", b"\\u00") if sender.isascii() else b"a\\ud800b"
        answer = await client.post("/webhooks/rest/webhook", headers=headers, content=body.replace(b"?", escaped))
    assert answer.status_code == 400


async def test_a_client_that_names_no_site_is_let_in_and_a_strange_site_is_not(desk: Desk) -> None:
    channel = RasaSocketIO(desk, lambda origin, host: origin == "http://advisor.example")
    app = Starlette(routes=channel.routes)

    async def status(*origin: tuple[bytes, bytes]) -> int:
        query = b"EIO=4&transport=polling"
        return (await request(app, "GET", b"/socket.io/", query, [(b"host", b"advisor.example"), *origin])).status

    assert await status() == 200
    assert await status((b"origin", b"http://advisor.example")) == 200
    assert await status((b"origin", b"http://strange.example")) == 400
