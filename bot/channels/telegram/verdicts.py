"""What an error of the Bot API means for the line that was being sent. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.api import ServerTrouble


class Result(Enum):
    """How sending a line ended."""

    SENT = auto()
    #: It certainly did not arrive, and may later.
    NOT_SENT = auto()
    #: It never will arrive.
    UNDELIVERABLE = auto()
    #: Nobody knows.
    MAYBE_SENT = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to record about a line."""

    result: Result
    error: str = ""
    provider_id: str = ""
    #: Seconds that Telegram wants us to wait.
    retry_after: float | None = None
    #: The whole conversation can no longer be reached.
    is_unreachable: bool = False
    #: Nobody knows, but most likely it did not arrive.
    is_likely_lost: bool = False
    #: The chat has this number from now on.
    moved_to: int | None = None


#: Errors of httpx after which not a byte of the message had left.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
#: Refusals (400) that concern the chat, not the message.
_CHAT_GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid", "bot was blocked", "bot was kicked")
#: A refused token is the operator's to mend; meanwhile the line waits and no failure is counted.
_TOKEN_PAUSE_SECONDS = 60.0
_LONGEST_ERROR = 200


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants us to wait, with a little more so that not all who wait come back at once."""
    wanted = error.retry_after
    seconds = wanted.total_seconds() if isinstance(wanted, timedelta) else float(wanted)
    return seconds + random.random()  # noqa: S311 - spreads load, guards nothing


def judge(error: Exception) -> Verdict:
    """The verdict on a line whose sending raised `error`. BadRequest and TimedOut are kinds of NetworkError, so the order matters."""
    text = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    match error:
        case RetryAfter():
            return Verdict(Result.NOT_SENT, text, retry_after=seconds_of(error))
        case Forbidden():
            return Verdict(Result.UNDELIVERABLE, text, is_unreachable=True)
        case ChatMigrated():
            return Verdict(Result.NOT_SENT, text, retry_after=0.0, moved_to=error.new_chat_id)
        case InvalidToken():
            return Verdict(Result.NOT_SENT, "InvalidToken", retry_after=_TOKEN_PAUSE_SECONDS)
        case BadRequest():
            return Verdict(Result.UNDELIVERABLE, text, is_unreachable=_is_chat_gone(error))
        case NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            return Verdict(Result.NOT_SENT, text)
    return Verdict(Result.MAYBE_SENT, text, is_likely_lost=isinstance(error, ServerTrouble))


def judge_later_part(error: Exception) -> Verdict:
    """The verdict when the first parts of a long line have arrived and a later one has not."""
    verdict = judge(error)
    return verdict if verdict.is_unreachable else Verdict(Result.MAYBE_SENT, verdict.error)


def is_file_refused(error: TelegramError) -> bool:
    """Whether Telegram does not want the picture as a picture, so that the same bytes may pass as a document."""
    return isinstance(error, BadRequest) and not is_markup_refused(error) and not _is_chat_gone(error)


def is_markup_refused(error: TelegramError) -> bool:
    """Whether Telegram could not read our HTML, so that the same words may pass as plain text."""
    return isinstance(error, BadRequest) and "parse entities" in str(error).lower()


def _is_chat_gone(error: BadRequest) -> bool:
    reason = str(error).lower()
    return any(known in reason for known in _CHAT_GONE)
