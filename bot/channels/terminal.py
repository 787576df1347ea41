"""The conversation in a terminal, with numbers for buttons."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console
from rich.markup import escape

from bot.messaging.bell import wait_for
from bot.messaging.desk import Desk
from bot.messaging.message import Button, Incoming, Line

LOOK_EVERY_SECONDS = 1.0
#: Above this, a typed number is meant as a number (a year, a head count), not as a button.
MOST_BUTTONS = 20


class Terminal:
    """Writes what the advisor says and reads what the owner types, until the input ends."""

    def __init__(self, desk: Desk, console: Console, read_line: Callable[[], str], conversation: str, language: str) -> None:
        self._desk = desk
        self._console = console
        self._read_line = read_line
        self._conversation = conversation
        self._language = language
        self._shown = 0
        self._buttons: tuple[Button, ...] = ()

    async def run(self) -> None:
        """Greet, then take turns; check-ins appear when they come due."""
        self._shown = max((line.seq for line in await self._desk.latest_lines(self._conversation, 1)), default=0)
        await self._ask(self._incoming(command="start"))
        watching = asyncio.create_task(self._watch())
        try:
            while (typed := await asyncio.to_thread(self._read)) is not None:
                if typed.strip():
                    await self._ask(self._meaning(typed))
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    def _read(self) -> str | None:
        try:
            return self._read_line()
        except EOFError:
            return None

    def _meaning(self, typed: str) -> Incoming:
        number = int(typed) if typed.strip().isdecimal() and len(typed.strip()) <= 2 else 0
        if 1 <= number <= min(len(self._buttons), MOST_BUTTONS):
            return self._incoming(button=self._buttons[number - 1].payload)
        return self._incoming(text=typed)

    def _incoming(self, text: str = "", button: str | None = None, command: str | None = None) -> Incoming:
        return Incoming(
            "terminal", secrets.token_urlsafe(12), self._conversation, text=text, button=button, command=command, language=self._language
        )

    async def _ask(self, incoming: Incoming) -> None:
        if not await self._desk.answer(incoming, timeout=60):
            return
        await self._show_new()

    async def _watch(self) -> None:
        with self._desk.listening(self._conversation) as event:
            while True:
                await wait_for(event, LOOK_EVERY_SECONDS)
                await self._show_new()

    async def _show_new(self) -> None:
        for line in await self._desk.lines(self._conversation, after=self._shown):
            if line.seq > self._shown:
                self._shown = line.seq
                self._show(line)

    def _show(self, line: Line) -> None:
        if line.author != "advisor":
            return
        self._buttons = line.reply.buttons
        text = escape(line.reply.text)
        while text.count("**") >= 2:
            text = text.replace("**", "[bold]", 1).replace("**", "[/bold]", 1)
        self._console.print(f"\n{text}", highlight=False)
        for number, button in enumerate(self._buttons, 1):
            self._console.print(f"  [cyan]{number}[/cyan] {escape(button.title)}", highlight=False)
