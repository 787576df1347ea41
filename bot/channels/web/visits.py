"""A visit: one client's view of its conversation. What the owner says is acknowledged once it is stored; what was said is pulled from the
tables in order of `seq`, so a push is only a hint, and a client that names its last line gets exactly what it missed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from bot.channels.web.door import Door
from bot.channels.web.frames import GREETING, BadFrame, Hello, Read, Said, encode, message, parse
from bot.channels.web.limits import Limits
from bot.channels.web.sessions import Session
from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.ending import unbroken
from bot.messaging.message import Incoming, Line

log = logging.getLogger(__name__)

PAGE = 500
#: While the database is away, it is asked again so soon (seconds).
AGAIN_SECONDS = 2.0
#: How the code of a colleague's link is told from other codes.
LINKED = "join_"


class Gone(Exception):
    """The connection is over; nothing more can be read or sent."""


class Ended(Gone):
    """The owner has signed out; this client's token is believed no more."""


class Wire(Protocol):
    """Text frames in and out. Every method raises Gone when the connection is over."""

    async def receive(self) -> str:
        """The next text frame. Raises BadFrame for a binary one."""
        ...

    async def send(self, frame: str) -> None:
        """Hand over one frame; a client that does not take it in time is dropped."""
        ...

    async def send_what(self, choose: Callable[[], str | None]) -> None:
        """Like :meth:`send`, but what is sent (or nothing) is decided when it is this frame's turn."""
        ...


class Visit:
    """One accepted connection: reads what the owner says, and pushes what was said."""

    def __init__(self, desk: Desk, wire: Wire, door: Door, limits: Limits, session: Session, hello: Hello) -> None:
        self._desk = desk
        self._wire = wire
        self._door = door
        self._visitors = door.visitors
        self._limits = limits
        self._session = session
        self._conversation = session.conversation
        self._language = hello.language
        self._seen = hello.after
        self._greeted = False
        #: The code of a colleague's link, until it is handed in.
        self._join = hello.join
        #: Ids of what was handed in here and has no answer yet; the advisor "types" meanwhile.
        self._unanswered: set[str] = set()
        self._typing = False

    async def run(self) -> None:
        """Both directions until the connection ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self.speak())

    # --- from the owner ---

    async def _listen(self) -> None:
        while True:
            try:
                frame = parse(await self._wire.receive())
                if isinstance(frame, Hello):
                    raise BadFrame("bad_frame")
            except BadFrame as bad:
                await self._refuse(bad)
            else:
                await self.take(frame)

    async def _refuse(self, bad: BadFrame) -> None:
        code = bad.code if self._visitors.may_speak(self._conversation) else "slow_down"
        await self._wire.send(encode("error", code=code, cid=bad.cid))

    async def take(self, said: Said | Read) -> None:
        """One thing from the owner."""
        if isinstance(said, Read):
            await self._note_read(said)
        elif not self._visitors.may_speak(self._conversation):
            await self._wire.send(encode("error", code="slow_down", cid=said.cid))
        elif await self._hand_in(self._incoming(said.cid, text=said.text, button=said.button, client_id=said.cid)):
            await self._wire.send(encode("ack", cid=said.cid))
            await self._show_typing()

    async def _note_read(self, read: Read) -> None:
        """Remember what needs no push any more; when that fails, the owner is only told of something already seen."""
        with suppress(Unavailable):
            await unbroken(self._desk.read_up_to(self._conversation, read.seq))

    def _incoming(self, cid: str, **said: Any) -> Incoming:
        external_id = f"{self._conversation}:{cid}"
        return Incoming("web", external_id, self._conversation, language=self._language, **said)

    async def _hand_in(self, incoming: Incoming) -> bool:
        """Store it; False when that is impossible now, which the client has been told."""
        cid = incoming.client_id or GREETING
        self._unanswered.add(cid)  # before storing: the answer may come before `receive` returns
        try:
            new = await unbroken(self._desk.receive(incoming))
        except Unavailable:
            self._unanswered.discard(cid)
            await self._wire.send(encode("error", code="unavailable", cid=incoming.client_id))
            return False
        if not new:  # answered already, perhaps on another connection: nothing here would end the typing
            self._unanswered.discard(cid)
        return True

    # --- to the owner ---

    async def speak(self) -> None:
        """Hand over what was said, for as long as the connection lasts. Raises Gone, too, when the session is ended meanwhile."""
        with self._desk.listening(self._conversation) as event:
            replay, welcome_until = True, time.monotonic() + self._limits.welcome_seconds
            while True:
                event.clear()
                try:
                    await self.look(replay)
                    replay, patience = False, self._limits.look_seconds
                except Unavailable:
                    patience = min(AGAIN_SECONDS, self._limits.look_seconds)
                    log.warning("lines cannot be read now", extra={"action": "web_lines_unavailable"})
                if await wait_for(event, patience) or time.monotonic() >= welcome_until:
                    welcome_until = time.monotonic() + self._limits.welcome_seconds
                    if not await self._door.welcomes(self._session):
                        raise Ended

    async def look(self, replay: bool) -> None:
        """Hand over what is there now. Raises Unavailable."""
        await self._push(replay)
        if self._join is not None:
            await self._follow_link(self._join)
        elif self._seen == 0 and not self._greeted:
            await self._greet()

    async def _follow_link(self, code: str) -> None:
        """Opening a colleague's link says so, in place of the greeting. Safe to repeat: a conversation follows a link once."""
        followed = Incoming("web", f"{self._conversation}:{LINKED}{code}", self._conversation, language=self._language, code=LINKED + code)
        if await self._hand_in(followed):
            self._join, self._greeted = None, True
        await self._show_typing()

    async def _greet(self) -> None:
        """Nothing was ever said here: let the advisor speak first. Safe to repeat, because its id is always the same."""
        self._greeted = await self._hand_in(self._incoming(GREETING, command="start"))
        await self._show_typing()

    async def _push(self, replay: bool) -> None:
        while lines := await self._next_lines():
            for line in lines:
                await self._push_line(line, replay)
            await self._show_typing()

    async def _next_lines(self) -> list[Line]:
        if self._seen == 0:
            return await unbroken(self._desk.latest_lines(self._conversation, self._limits.history))
        return await unbroken(self._desk.lines(self._conversation, self._seen, PAGE))

    async def _push_line(self, line: Line, replay: bool) -> None:
        is_ours = line.author == "owner" and line.client_id is None  # the greeting's command: nobody typed it
        if not is_ours:
            await self._wire.send(message(line, replay))
        self._seen = line.seq
        if line.author == "owner":
            self._unanswered.discard(line.client_id or GREETING)

    async def _show_typing(self) -> None:
        await self._wire.send_what(self._typing_frame)

    def _typing_frame(self) -> str | None:
        on = bool(self._unanswered)
        if on == self._typing:
            return None
        self._typing = on
        return encode("typing", on=on)
