"""What each answer of the Bot API means for the line being sent."""

from __future__ import annotations

import httpx
import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.channels.telegram.api import ServerTrouble
from bot.channels.telegram.verdicts import Result, judge, judge_later_part


def _caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "result", "is_unreachable"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Result.UNDELIVERABLE, True),
        (BadRequest("Chat not found"), Result.UNDELIVERABLE, True),
        (BadRequest("Message text is empty"), Result.UNDELIVERABLE, False),
        (ChatMigrated(-100), Result.NOT_SENT, False),
        (InvalidToken(), Result.NOT_SENT, False),
        (_caused(NetworkError("x"), httpx.ConnectError("x")), Result.NOT_SENT, False),
        (_caused(TimedOut(), httpx.ConnectTimeout("x")), Result.NOT_SENT, False),
        (_caused(TimedOut(), httpx.PoolTimeout("x")), Result.NOT_SENT, False),
        (_caused(TimedOut(), httpx.ReadTimeout("x")), Result.MAYBE_SENT, False),
        (_caused(TimedOut(), httpx.WriteTimeout("x")), Result.MAYBE_SENT, False),
        (_caused(NetworkError("x"), httpx.ReadError("x")), Result.MAYBE_SENT, False),
        (_caused(NetworkError("x"), httpx.RemoteProtocolError("x")), Result.MAYBE_SENT, False),
        (ServerTrouble("502"), Result.MAYBE_SENT, False),
        (TelegramError("Invalid server response"), Result.MAYBE_SENT, False),
    ],
)
def test_every_answer_has_its_verdict(error: TelegramError, result: Result, is_unreachable: bool) -> None:
    verdict = judge(error)
    assert (verdict.result, verdict.is_unreachable) == (result, is_unreachable)


@pytest.mark.parametrize("as_timedelta", ["0", "1"])
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_a_wish_to_wait_is_kept_in_full_however_long(monkeypatch: pytest.MonkeyPatch, as_timedelta: str) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", as_timedelta)
    verdict = judge(RetryAfter(10_072))
    assert verdict.result is Result.NOT_SENT
    assert verdict.retry_after is not None
    assert 10_072 <= verdict.retry_after < 10_074


def test_a_later_part_that_was_refused_leaves_the_line_unclear_unless_the_chat_is_gone() -> None:
    assert judge_later_part(RetryAfter(3)).result is Result.MAYBE_SENT
    assert judge_later_part(BadRequest("x")).result is Result.MAYBE_SENT
    assert judge_later_part(Forbidden("x")).is_unreachable
