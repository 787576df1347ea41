"""Rasa's Socket.IO channel with the real client from npm: `npm install --prefix tests/integration/rasa_clients`."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest

from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk
from bot.messaging.ending import finish
from bot.messaging.message import Button, File, Image, Incoming, Reply
from tests.fakes import FakeResponder
from tests.integration.rasa_clients.conftest import Served
from tests.integration.web.serving import serving

pytest.importorskip("engineio", reason="python-socketio is missing: uv sync --extra socketio")  # for socketio there is a stand-in
from bot.channels.rasa_socketio import RasaSocketIO

FOLDER = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules").is_dir(),
    reason="the real client is missing: npm install --prefix tests/integration/rasa_clients",
)
KEY = "a key of at least thirty-two bytes!"
SESSION = "0123456789abcdef0123456789abcdef"
CLIENTS = ["socket.io-client", "socket.io-client-3"]


def _channel(desk: Desk, jwt_key: str = "") -> RasaSocketIO:
    return RasaSocketIO(desk, lambda origin, host: origin == "https://shop.example", jwt_key)


@asynccontextmanager
async def _serving(served: Served, desk: Desk, jwt_key: str = "") -> AsyncIterator[None]:
    """The channel on a server, until the test is over."""
    channel = _channel(desk, jwt_key)
    running = asyncio.create_task(channel.run())
    async with serving(served.config(channel.routes)):
        yield
    running.cancel()
    await finish([running])


async def _talk(served: Served, client: str = CLIENTS[0], **wish: Any) -> list[tuple[str, Any]]:
    """Run the client; the events that it got."""
    wish = {"transports": ["polling", "websocket"], "session_id": SESSION, "say": [], "wait": 1} | wish
    node = await asyncio.create_subprocess_exec(
        "node", "client.cjs", client, served.origin, json.dumps(wish), cwd=FOLDER, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await node.communicate()
    return [(line["event"], line.get("data")) for line in map(json.loads, out.decode().splitlines())]


@pytest.mark.parametrize("transports", [["polling"], ["websocket"]], ids=["polling", "websocket"])
@pytest.mark.parametrize("client", CLIENTS)
async def test_front_end_of_rasa_is_answered(served: Served, desk: Desk, client: str, transports: list[str]) -> None:
    async with _serving(served, desk):
        events = await _talk(served, client, transports=transports, say=["こんにちは"], wait=2)
    assert events == [("session_confirm", SESSION), ("bot_uttered", {"text": "echo: こんにちは"})]


async def test_session_begins_with_an_id_of_ours(served: Served, desk: Desk) -> None:
    async with _serving(served, desk):
        [(event, session_id)] = await _talk(served, session_id="")
    assert event == "session_confirm"
    assert len(session_id) == 32


async def test_client_without_a_session_is_answered_on_its_connection(served: Served, desk: Desk, responder: FakeResponder) -> None:
    async with _serving(served, desk):
        assert await _talk(served, session_id=None, say=["x"]) == [("bot_uttered", {"text": "echo: x"})]
    assert responder.heard[0].conversation.startswith("socketio:")


async def test_id_that_can_be_guessed_opens_no_conversation(served: Served, desk: Desk, responder: FakeResponder) -> None:
    async with _serving(served, desk):
        events = await _talk(served, session_id="alice", say=["x"], wait=2)
    assert events[0][1] != "alice"
    assert responder.heard[0].conversation == f"socketio:{events[0][1]}"


def _rich(incoming: Incoming) -> Sequence[Reply]:
    if incoming.button:
        return [Reply(text=f"pressed {incoming.button}")]
    return [
        Reply(text="一\n\n二", buttons=(Button("はい", meaning="yes"),)),
        Reply(text="図です\n\n続き", image=Image("/files/a", "点数: 会計 3", 10, 10), file=File("報告.pdf", "/files/b", 1)),
        Reply(image=Image("/files/c", "点数: 集客 2", 10, 10)),
    ]


async def test_replies_have_the_form_that_rasa_gives_them(served: Served, desk: Desk, responder: FakeResponder) -> None:
    responder.script = _rich
    async with _serving(served, desk):
        events = await _talk(served, say=["x"], wait=9)
    assert [data for _, data in events[1:]] == [
        {"text": "一", "quick_replies": []},
        {"text": "二", "quick_replies": [{"content_type": "text", "title": "はい", "payload": "b2.0"}]},
        {"text": "図です"},
        {"text": "続き"},
        {"attachment": {"type": "image", "payload": {"src": f"{served.origin}/files/a"}}},
        {"attachment": {"type": "file", "payload": {"src": f"{served.origin}/files/b", "name": "報告.pdf"}}},
        {"text": "点数: 集客 2"},
        {"attachment": {"type": "image", "payload": {"src": f"{served.origin}/files/c"}}},
    ]


async def test_payload_sent_back_presses_the_button_and_typed_intents_do_nothing(
    served: Served, desk: Desk, responder: FakeResponder
) -> None:
    responder.script = _rich
    async with _serving(served, desk):
        await _talk(served, say=["x"], wait=3)
        events = await _talk(served, say=["b2.0", "/restart"], wait=2)
    assert events[1] == ("bot_uttered", {"text": "pressed b2.0"})
    assert [(heard.text, heard.button) for heard in responder.heard] == [("x", None), ("", "b2.0"), ("/restart", None)]


async def test_what_the_advisor_says_by_itself_arrives(served: Served, desk: Desk) -> None:
    async with _serving(served, desk):
        talking = asyncio.create_task(_talk(served, say=["x"], wait=3))
        with desk.listening(f"socketio:{SESSION}") as event:
            await wait_for(event, 10)
        await desk.receive(Incoming("clock", "checkin-1", f"socketio:{SESSION}", checkin=1))
        events = await talking
    assert events[-1] == ("bot_uttered", {"text": "echo: check-in 1"})


async def test_with_a_key_only_signed_clients_come_in(served: Served, desk: Desk) -> None:
    good = jwt.encode({"user": "x"}, KEY, algorithm="HS256")
    bad = jwt.encode({"user": "x"}, KEY + "!", algorithm="HS256")
    async with _serving(served, desk, KEY):
        for token in (good, f"Bearer {good}"):
            assert (await _talk(served, auth={"token": token}))[0] == ("session_confirm", SESSION)
        for auth in ({"token": bad}, {"token": None}, {}):
            assert (await _talk(served, auth=auth))[0][0] == "connect_error"


async def test_foreign_site_is_refused_and_an_allowed_one_is_not(served: Served, desk: Desk) -> None:
    async with _serving(served, desk):
        assert (await _talk(served, headers={"origin": "https://evil.example"}))[0][0] == "connect_error"
        assert (await _talk(served, headers={"origin": "https://shop.example"}))[0][0] == "session_confirm"
