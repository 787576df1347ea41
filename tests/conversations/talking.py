"""A small language for conversations: say, press, and look at the words that come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from sqlalchemy import select

from bot.app import Advisor
from bot.assistant.agent import Assistant
from bot.messaging import inbox
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming, Reply
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.rollout.ringing import ring_digests, ring_due
from bot.services import Services
from bot.storage.database import Database
from bot.storage.tables import CheckIn, Conversation
from tests.fakes import FakeClock


@dataclass
class Talk:
    """One owner in one conversation with the real assistant."""

    database: Database
    assistant: Assistant
    clock: FakeClock = field(default_factory=FakeClock)
    key: str = "web:talk"
    language: str | None = None
    _numbers: count[int] = field(default_factory=count)
    last: list[Reply] = field(default_factory=list)
    _seen: int = 0

    def __post_init__(self) -> None:
        bell = Bell()
        self.desk = Desk(self.database, bell, self.clock)
        self.turns = Turns(self.database, self.assistant, bell, self.clock, Defaults())

    async def say(self, text: str) -> str:
        """Type something; returns everything that is said to it."""
        return await self._hand_in(text=text)

    async def press(self, title: str) -> str:
        """Press the newest button with this title (or its beginning)."""
        lines = await self.desk.lines(self.key)
        buttons = [button for line in lines if line.author == "advisor" for button in line.reply.buttons]
        payload = next(button.payload for button in reversed(buttons) if button.title.startswith(title))
        return await self.press_payload(payload)

    async def press_payload(self, payload: str) -> str:
        """Press a button by what it sends."""
        return await self._hand_in(button=payload)

    async def open_link(self, code: str) -> str:
        """Come in through a link that carries a code."""
        return await self._hand_in(code=code)

    async def _hand_in(self, **what: str) -> str:
        channel = self.key.partition(":")[0]
        incoming = Incoming(channel, f"{self.key}:{next(self._numbers)}", self.key, language=self.language, **what)  # type: ignore[arg-type]
        await self.desk.receive(incoming)
        return await self.listen()

    async def listen(self) -> str:
        """Let the advisor answer what waits; returns what is new."""
        await self.turns.answer_waiting()
        new = [line for line in await self.desk.lines(self.key) if line.author == "advisor" and line.seq > self._seen]
        self._seen = max((line.seq for line in new), default=self._seen)
        self.last = [line.reply for line in new]
        return "\n".join(reply.text for reply in self.last)

    @property
    def titles(self) -> list[str]:
        """The buttons of what was said last."""
        return [button.title for reply in self.last for button in reply.buttons]

    async def travel(self) -> str:
        """Let time pass until the clock speaks of a check-in next, and return what is said; "" when it was decided to say nothing."""
        async with self.database.reading() as session:
            open_ones = select(CheckIn.due_at).where(CheckIn.state.in_(("pending", "asked"))).order_by(CheckIn.due_at).limit(1)
            due_at = await session.scalar(open_ones)
        assert due_at is not None
        self.clock.now = max(self.clock.now, due_at) + timedelta(seconds=1)
        return await self.ring()

    async def ring(self) -> str:
        """Ring what is due by now."""
        async with self.database.transaction() as session:
            await ring_due(self.database, session, self.clock())
            await ring_digests(self.database, session, self.clock())
        return await self.listen()

    async def travel_to_question(self) -> str:
        """Travel until something is said."""
        for _ in range(20):
            if said := await self.travel():
                return said
        raise AssertionError("nothing was said")

    async def standing(self) -> list[CheckIn]:
        """The check-ins whose question stands."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(CheckIn).where(CheckIn.state.in_(("rung", "asked")))))

    async def start_rollout(self, services: Services, action: str = "weekly-number") -> int:
        """Begin a rollout without the assessment in front of it; returns its id."""
        async with self.database.transaction() as session:
            conversation = await session.get_one(Conversation, self.key)
            rollout = await services.rollouts.start(session, conversation.person, action, 2, self.clock())
            return rollout.initiative.id

    async def wait_for_checkin(self) -> str:
        """Let time pass until the next check-in is due, ring, and return what is said."""
        async with self.database.transaction() as session:
            pending = select(CheckIn.due_at).where(CheckIn.state == "pending").order_by(CheckIn.due_at).limit(1)
            due_at = await session.scalar(pending)
        assert due_at is not None
        self.clock.now = due_at + timedelta(seconds=1)
        async with self.database.transaction() as session:
            assert await ring_due(self.database, session, self.clock()) == 1
            assert await ring_due(self.database, session, self.clock()) == 0
            assert await inbox.waiting_conversations(session) == [self.key]
        return await self.listen()


def talk_of(advisor: Advisor, clock: FakeClock, key: str = "web:talk") -> Talk:
    """An owner who talks to a whole advisor, with its own desk and turns."""
    talk = Talk(advisor.database, advisor.assistant, clock, key=key)
    talk.desk, talk.turns = advisor.desk, advisor.turns
    return talk
