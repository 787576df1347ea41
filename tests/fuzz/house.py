"""The whole advisor in one process, with every channel on and every secret set, a neighbour whose data nobody else may see, and its log."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from starlette.routing import BaseRoute

from bot import logs
from bot.app import Advisor, _channels, build_web
from bot.assistant.agent import Assistant
from bot.channels.front import Front
from bot.channels.web.limits import Limits
from bot.channels.web.sessions import Session, Sessions
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Button, File, Image, Incoming, Reply
from bot.messaging.turns import Turns
from bot.people.handoffs import Handoffs
from bot.people.profiles import Defaults, open_conversation
from bot.reports.documents import DocumentFiles, Documents
from bot.reports.feeds import Feeds
from bot.services import Services
from bot.settings import Settings, load_settings
from bot.storage.database import Database, migrate, parse_url
from bot.turn import Turn
from tests.fake_telegram import TOKEN as TELEGRAM_TOKEN
from tests.fake_telegram import FakeTelegram
from tests.fuzz.calling import request
from tests.fuzz.making import WORD

#: Said by the neighbour only.
NEIGHBOUR = "NEIGHBOURZQXJV"
SECRETS = {
    "ADVISOR_SECRET_KEY": "a-signing-key-nobody-may-see-1",
    "ADVISOR_REST_TOKEN": "a-rest-token-nobody-may-see-2",
    "ADVISOR_METRICS_TOKEN": "a-metrics-token-nobody-may-see-3",
    "ADVISOR_OPERATOR_TOKEN": "an-operator-token-nobody-may-see-4",
    "ADVISOR_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
    "ADVISOR_TELEGRAM_WEBHOOK_SECRET": "a_webhook_secret_nobody_may_see_5",
}
#: Errors that the log may tell of: somebody else's nonsense, named as such.
EXPECTED = {"telegram_update_unreadable", "telegram_update_failed"}
HOST = b"advisor.example"
_WEB_LIMITS = Limits(hello_seconds=1.0, poll_seconds=0.05, look_seconds=0.05, stream_beat_seconds=0.2)


class HalfReal:
    """Answers most conversations with an echo, which costs nothing, and those of `real` as the advisor does."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """The assistant's replies, or an echo with everything that a reply can have."""
        if turn.conversation.id.startswith("web:real"):
            return await self._assistant.respond(turn)
        picture = Image("/files/x", "a picture", 10, 10)
        return [Reply("said", (Button("yes", meaning="affirm"), Button("no", meaning="deny")), picture, File("a.pdf", "/files/y", 0))]

    def apology(self, language: str) -> Reply:
        """When all else failed."""
        return self._assistant.apology(language)


@dataclass
class House:
    """What the inputs are thrown at."""

    app: Front
    routes: Sequence[BaseRoute]
    advisor: Advisor
    sessions: Sessions
    tokens: list[str]
    log: io.StringIO
    #: Addresses that open something of the neighbour's, by route.
    opened: dict[str, str] = field(default_factory=dict)

    def said_wrong(self) -> list[str]:
        """What the log has that it must not have, since the last look."""
        text = self.log.getvalue()
        self.log.seek(0)
        self.log.truncate()
        found = [f"the log has {name}" for name in shown_in(text.encode())] + (["the log has words"] if WORD in text else [])
        for line in text.splitlines():
            entry = json.loads(line)
            if entry["logger"] == "aiohttp.server":  # the fake Telegram's own trouble with nonsense
                continue
            if entry.get("level") in ("error", "critical") and entry.get("action") not in EXPECTED:
                found.append(f"error in the log: {line[:1500]}")
        return found


def shown_in(data: bytes) -> list[str]:
    """Which secrets, or whose words, stand in what somebody gets to see."""
    found = [name for name, value in SECRETS.items() if value.encode() in data]
    found += ["the neighbour's words"] * (NEIGHBOUR.encode() in data)
    return found + ["a traceback"] * (b"Traceback (most recent call" in data)


def settings_for(folder: Path, telegram: str) -> Settings:
    """Everything on."""
    more = {
        "ADVISOR_DATA_DIR": str(folder),
        "ADVISOR_PUBLIC_URL": "https://advisor.example",
        "ADVISOR_TELEGRAM_API_BASE": telegram,
        "ADVISOR_TELEGRAM_WEBHOOK_URL": "https://advisor.example",
        "ADVISOR_SOCKETIO": "true",
        "ADVISOR_CALLBACK_URL": "http://127.0.0.1:9/nowhere",
    }
    return load_settings({**SECRETS, **more})


@asynccontextmanager
async def open_house(folder: Path, services: Services, assistant: Assistant) -> AsyncIterator[House]:
    """The house with its turns and channels at work (but nobody's browser is told anything); its log is caught as JSON."""
    stream, root = io.StringIO(), logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.set_up("json", "INFO", stream)
    migrate(parse_url(f"sqlite:///{folder / 'advisor.db'}"))
    try:
        fake = FakeTelegram()
        await fake.start()
        async with _at_work(settings_for(folder, fake.base_url), services, assistant, stream) as house:
            yield house
        await fake.stop()
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@asynccontextmanager
async def _at_work(settings: Settings, services: Services, assistant: Assistant, stream: io.StringIO) -> AsyncIterator[House]:
    database, bell, key = Database(settings.database), Bell(), settings.signing_key()

    def clock() -> datetime:
        return datetime.now(UTC)

    services = services.keeping(Documents(key, settings.data_dir / "documents"), Feeds(key, settings.public_url), Handoffs(is_staffed=True))
    files = DocumentFiles(database, services.reports.documents, clock)
    desk = Desk(database, bell, clock, files)
    turns = Turns(database, HalfReal(assistant), bell, clock, Defaults())
    advisor = Advisor(settings, database, bell, desk, turns, assistant, services, clock, Path("advisor-fuzzed.tar.gz"))
    channels = _channels(advisor)
    web = build_web(advisor, [route for channel in channels for route in channel.routes], limits=_WEB_LIMITS)
    parts = [turns.run(), *(channel.run() for channel in channels)]
    tasks = [asyncio.create_task(part) for part in parts]
    sessions = Sessions(key, clock)
    tokens = [sessions.token(Session(f"{number:032x}")) for number in range(40)]
    house = House(Front(web), web.routes, advisor, sessions, tokens, stream)
    try:
        await _move_the_neighbour_in(house)
        yield house
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        files.close()
        await database.close()


async def _move_the_neighbour_in(house: House) -> None:
    """Somebody with a conversation, a calendar and words of their own."""
    advisor, name = house.advisor, f"web:{NEIGHBOUR.lower()}"
    await advisor.desk.answer(Incoming("web", "neighbour", name, text=NEIGHBOUR))
    async with advisor.database.transaction() as session:
        conversation, _ = await open_conversation(session, name, "ja", Defaults(), advisor.clock())
        address = await advisor.services.reports.feeds.address(session, conversation.person, advisor.clock())
    house.opened["/calendar/{signed}.ics"] = address.rpartition("/")[2].removesuffix(".ics")
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            while not await _is_open(house):  # noqa: ASYNC110 - it opens when Telegram has been asked who the bot is
                await asyncio.sleep(0.05)


async def _is_open(house: House) -> bool:
    """Whether Telegram's door has opened."""
    secret = SECRETS["ADVISOR_TELEGRAM_WEBHOOK_SECRET"].encode()
    headers = [(b"host", HOST), (b"x-telegram-bot-api-secret-token", secret)]
    answer = await request(house.app, "POST", b"/webhooks/telegram", headers=headers, body=b'{"update_id": 1}')
    return answer.status == 200

