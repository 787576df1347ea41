"""What another replica said is seen though its ring was lost, and quiet conversations cost nothing."""

from __future__ import annotations

from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.lookout import Lookout
from bot.messaging.message import Incoming
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.storage.database import Database
from tests.fakes import FakeClock, FakeResponder


async def say(database: Database, conversation: str, number: int) -> None:
    """In another replica, whose bell nobody hears."""
    bell, clock = Bell(), FakeClock()
    await Desk(database, bell, clock).receive(Incoming("web", f"{conversation}-{number}", conversation, text="hello"))
    await Turns(database, FakeResponder(), bell, clock, Defaults()).answer_waiting()


async def test_a_conversation_that_grew_without_a_ring_is_woken_and_a_quiet_one_is_left_alone(database: Database, bell: Bell) -> None:
    lookout = Lookout(database, bell)
    await say(database, "web:a", 1)
    await say(database, "web:b", 1)
    with bell.listening("web:a") as grown, bell.listening("web:b") as quiet, bell.listening("inbox") as other:
        await lookout.look()
        grown.clear()
        quiet.clear()
        await say(database, "web:a", 2)
        await lookout.look()
        assert (grown.is_set(), quiet.is_set(), other.is_set()) == (True, False, False)


async def test_whoever_began_to_listen_since_the_last_look_is_woken_once(database: Database, bell: Bell) -> None:
    lookout = Lookout(database, bell)
    await say(database, "web:a", 1)
    await lookout.look()
    with bell.listening("web:a") as event:
        await lookout.look()
        assert event.is_set()
        event.clear()
        await lookout.look()
        assert not event.is_set()


async def test_more_conversations_than_one_query_takes_are_all_looked_at(database: Database, bell: Bell) -> None:
    lookout = Lookout(database, bell, together=2)
    for name in "abc":
        await say(database, f"web:{name}", 1)
    with bell.listening("web:a") as a, bell.listening("web:b") as b, bell.listening("web:c") as c:
        await lookout.look()
        assert all(event.is_set() for event in (a, b, c))
