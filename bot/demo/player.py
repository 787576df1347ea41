"""Plays the owner of the demo in the real advisor: every message goes through the desk, every check-in through the bell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

from bot.demo.script import Step
from bot.messaging import inbox
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk
from bot.messaging.message import Button, Incoming
from bot.rollout.ringing import next_due
from bot.storage.database import Database

#: A look at the tables when nobody rings.
_LOOK_EVERY_SECONDS = 0.5
#: The clock may speak so often without anything being said (a holiday, a merged check-in) before something is wrong.
_MOST_SILENT = 30
#: How far the clock goes on while the owner reads and writes.
_THINKING = timedelta(minutes=2)


class ScriptError(Exception):
    """The script and the advisor do not fit together any more; the message names the step."""


class TravellingClock:
    """The time of the demo: it runs as `running` does, and jumps ahead when it is told to."""

    def __init__(self, start: datetime, running: Callable[[], datetime]) -> None:
        self._running = running
        self._ahead = start - running()

    def __call__(self) -> datetime:
        return self._running() + self._ahead

    def travel_to(self, moment: datetime) -> None:
        """Jump to a moment that lies ahead; never back."""
        self._ahead += max(timedelta(), moment - self())


class Player:
    """The owner of one conversation."""

    def __init__(
        self, conversation: str, language: str, desk: Desk, database: Database, ring: Callable[[], Awaitable[int]], clock: TravellingClock
    ) -> None:
        self._conversation, self._language = conversation, language
        self._desk, self._database, self._ring, self._clock = desk, database, ring, clock
        self._numbers = count(1)

    async def play(self, script: Sequence[Step], pace: Callable[[], Awaitable[None]]) -> None:
        """Go through the script, with a pause by `pace` before each step. Raises ScriptError."""
        await self._until_greeted()
        for number, step in enumerate(script, 1):
            await pace()
            try:
                await self._take(step)
            except LookupError as error:
                raise ScriptError(f"step {number} of knowledge/demo.yml cannot be taken: {error}") from error

    async def _until_greeted(self) -> None:
        """The page begins the conversation by itself."""
        with self._desk.listening(self._conversation) as event:
            while not await self._desk.lines(self._conversation):
                await wait_for(event, _LOOK_EVERY_SECONDS)

    async def _take(self, step: Step) -> None:
        if step.wait:
            for _ in range(step.wait):
                await self._wait()
        elif step.say is not None:
            await self._hand_in(text=step.say.get(self._language))
        elif step.press:
            await self._hand_in(button=await self._button(lambda each: each.meaning.startswith(step.press), step.press))
        else:
            await self._hand_in(button=await self._picked(step.pick))

    async def _hand_in(self, text: str = "", button: str | None = None) -> None:
        self._clock.travel_to(self._clock() + _THINKING)
        own = f"demo-{next(self._numbers)}"  # without an id of its own, the page takes a line for one that nobody typed
        key, language = f"{self._conversation}:{own}", self._language
        incoming = Incoming("web", key, self._conversation, text=text, button=button, language=language, client_id=own)
        await self._desk.answer(incoming)

    async def _buttons(self) -> list[tuple[Button, ...]]:
        """The buttons of the advisor's messages, the newest message first."""
        lines = await self._desk.latest_lines(self._conversation)
        return [line.reply.buttons for line in reversed(lines) if line.author == "advisor" and line.reply.buttons]

    async def _button(self, is_meant: Callable[[Button], bool], named: str) -> str:
        found = (each.payload for buttons in await self._buttons() for each in buttons if is_meant(each))
        payload = next(found, None)
        if payload is None:
            raise LookupError(f"there is no button '{named}'")
        return payload

    async def _picked(self, place: int) -> str:
        newest = next(iter(await self._buttons()), ())
        if len(newest) < place:
            raise LookupError(f"there is no button in place {place}")
        return newest[place - 1].payload

    async def _wait(self) -> None:
        """Let the clock travel until the advisor speaks by itself."""
        for _ in range(_MOST_SILENT):
            before = await self._last_seq()
            async with self._database.reading() as session:
                due_at = await next_due(session)
            if due_at is None:
                raise LookupError("nothing is to come")
            self._clock.travel_to(due_at + timedelta(seconds=1))
            await self._ring()
            await self._until_answered()
            if await self._last_seq() > before:
                return
        raise LookupError("the advisor does not speak")

    async def _last_seq(self) -> int:
        lines = await self._desk.latest_lines(self._conversation, limit=1)
        return lines[-1].seq if lines else 0

    async def _until_answered(self) -> None:
        with self._desk.listening(self._conversation) as event:
            while await self._is_waiting():
                await wait_for(event, _LOOK_EVERY_SECONDS)

    async def _is_waiting(self) -> bool:
        async with self._database.reading() as session:
            return await inbox.next_waiting(session, self._conversation) is not None
