"""The command menu: told to Telegram in every language, and recognised when it comes back."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from telegram import BotCommandScopeAllPrivateChats, MenuButton, MenuButtonDefault, MenuButtonWebApp, WebAppInfo
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.api import Bot
from bot.channels.telegram.timing import Backoff, Timing
from bot.channels.telegram.verdicts import seconds_of

log = logging.getLogger(__name__)

Said = TypeVar("Said")
#: language -> (command, description) in the order shown
Menu = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Wording:
    """What the bot says of its own accord in one language."""

    #: Shown in an empty chat, before Start is pressed (512 characters at most).
    description: str
    #: Shown on the bot's own page and wherever it is shared (120).
    short: str
    #: Before a check-in that is sent again because nobody knows whether it arrived.
    again: str


@dataclass(frozen=True, slots=True)
class MiniApp:
    """The page that the button beside the input opens inside Telegram; `url` is an https address."""

    title: str
    url: str

    @property
    def button(self) -> MenuButton:
        """In Telegram's words."""
        return MenuButtonWebApp(self.title, WebAppInfo(self.url))


#: By language.
Wordings = Mapping[str, Wording]

#: Telegram's own button sends this one, whether it is in the menu or not.
START = "start"
#: Shown to those whose language we do not speak.
_FALLBACK_LANGUAGE = "en"
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?", re.DOTALL)


def command_and_text(typed: str, menu: Menu) -> tuple[str | None, str]:
    """What was typed, as a command of the menu with the words behind it, or as text; an unknown command is text without its slash."""
    match = _COMMAND.fullmatch(typed.strip())
    if match is None:
        return None, typed
    command, words = match[1].lower(), (match[2] or "").strip()
    if command == START or any(command == known for commands in menu.values() for known, _ in commands):
        return command, words
    return None, f"{match[1]} {words}".strip()


async def publish(bot: Bot, menu: Menu, wordings: Wordings, timing: Timing, mini_app: MiniApp | None = None) -> None:
    """Tell Telegram the menu and what the bot is, in every language, and what its button opens.

    Tried again without the network, logged and left when refused.
    """
    for language, commands in _with_fallback(menu):
        scope = BotCommandScopeAllPrivateChats()
        await until_done(partial(bot.set_my_commands, commands, scope=scope, language_code=language), "the command menu", timing)
    for language, wording in _with_fallback(wordings):
        await until_done(partial(bot.set_my_description, wording.description, language), "the description", timing)
        await until_done(partial(bot.set_my_short_description, wording.short, language), "the short description", timing)
    menu_button = mini_app.button if mini_app else MenuButtonDefault()  # also takes back what an earlier start has set
    await until_done(partial(bot.set_chat_menu_button, menu_button=menu_button), "the menu button", timing)


def _with_fallback(by_language: Mapping[str, Said]) -> Iterator[tuple[str | None, Said]]:
    """First what those are told whose language we do not speak."""
    if by_language:
        yield None, by_language.get(_FALLBACK_LANGUAGE) or next(iter(by_language.values()))
    yield from by_language.items()


async def until_done(tell: Callable[[], Awaitable[object]], what: str, timing: Timing) -> None:
    """Tell Telegram something about the bot, however long the network is away. A refusal is logged with `what` and left."""
    backoff = Backoff(timing)
    while True:
        try:
            await tell()
            return
        except InvalidToken:
            raise
        except TelegramError as error:
            extra = {"action": "telegram_set_up_failed", "what": what, "error": type(error).__name__}
            log.warning("Telegram did not take %s", what, extra=extra)
            if isinstance(error, BadRequest) or not isinstance(error, NetworkError | RetryAfter):
                return
            pause = seconds_of(error) if isinstance(error, RetryAfter) else backoff.next()
        await asyncio.sleep(pause)
