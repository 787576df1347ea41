"""Whatever fails over what an owner wrote, wherever it fails: the log has the place, and not the words."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import insert

from bot import logs
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.message import Incoming, Reply
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.storage.database import Database
from bot.storage.tables import Person
from bot.turn import Turn
from tests.fakes import FakeClock

MARKER = "ZQXJV"


class Stumbles:
    """Fails over what it heard, in one of the ways in which that happens."""

    def __init__(self, how: Callable[[Turn], object]) -> None:
        self._how = how

    async def respond(self, turn: Turn) -> Sequence[Reply]:
        """Never gets to an answer."""
        found = self._how(turn)
        if hasattr(found, "__await__"):
            await found
        raise AssertionError(turn.incoming.text)

    def apology(self, language: str) -> Reply:
        """Said after the last try."""
        return Reply(text="sorry")


def _number(turn: Turn) -> object:
    return int(turn.incoming.text)


def _key(turn: Turn) -> object:
    return {}[turn.incoming.text]


def _from_another(turn: Turn) -> object:
    try:
        return int(turn.incoming.text)
    except ValueError as error:
        raise RuntimeError(f"cannot read {turn.incoming.text}") from error


async def _statement(turn: Turn) -> None:
    row = {"id": 1, "language": turn.incoming.text, "time_zone": turn.incoming.text, "created_at": turn.now}
    for _ in range(2):
        await turn.session.execute(insert(Person), [row])


def _encoding(turn: Turn) -> object:
    return turn.incoming.text.encode("ascii") + f"{turn.incoming.text}あ".encode("ascii")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    logs.set_up("json", "DEBUG", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("how", [_number, _key, _from_another, _statement, _encoding, str])
async def test_the_log_of_a_failed_turn_has_the_place_and_not_the_words(
    database: Database, desk: Desk, bell: Bell, clock: FakeClock, written: io.StringIO, how: Callable[[Turn], object]
) -> None:
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # as quiet.hush() does for the real one
    await desk.receive(Incoming("web", "1", "web:1", text=f"{MARKER} 売上"))
    await Turns(database, Stumbles(how), bell, clock, Defaults()).answer_waiting()
    text = written.getvalue()
    assert text.count('"action": "turn_failed"') == 3
    assert "test_log_of_failures.py" in text
    assert MARKER not in text
    assert "売上" not in text


def test_the_ways_to_fail_do_quote_what_was_written() -> None:
    """Else the test above would prove nothing."""
    for how, kind in ((_number, ValueError), (_key, KeyError), (_from_another, RuntimeError), (_encoding, UnicodeEncodeError)):
        turn = type("T", (), {"incoming": Incoming("web", "1", "web:1", text=f"{MARKER}あ")})()
        with pytest.raises(kind) as raised:
            how(turn)
        assert MARKER in repr(raised.value)
