"""Three advisors on one PostgreSQL behind the proxy, under mixed load, killed or restarted one after the other.

`uv run python -m tests.integration.replicas_run --minutes 60 --kill-every 60` ends with counts, and with exit code 1 when a message was
lost or doubled. `--rolling` asks each replica in turn to end (SIGTERM) and starts it again, instead of killing one at random (SIGKILL).
Owners talk as the widget does, by socket and by server-sent events, and to a fake Telegram that calls the webhook; others only wait for
check-ins. In Telegram a line whose outcome was unclear may arrive twice; such are counted apart from what nothing explains. `--quick`
shortens the leases on lines that are pushed, so that the end need not wait for minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from bot.channels.web.sessions import Session, Sessions
from bot.storage.database import Database
from bot.storage.tables import Person
from tests import crowd
from tests.fake_telegram import FakeTelegram
from tests.postgres import durable_postgres
from tests.replicas import counting
from tests.replicas.counting import Tally
from tests.replicas.owners import Owner, SocketOwner, StreamOwner, TelegramOwner
from tests.replicas.proxying import HOW_TO_GET_IT
from tests.replicas.topology import SECRET, Replica, Topology, topology

#: Ids far from those that the database gives.
FIRST_LISTENER, FIRST_CHAT = 1_000_001, 7001
CHECKINS_PER_MINUTE = 12
#: Leases of dead replicas, and the wait before what is unclear is sent again.
SETTLES_WITHIN_SECONDS = 420.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is done to the replicas, and for how long."""

    seconds: float
    kill_every: float
    is_rolling: bool = False
    is_quick: bool = False
    seed: int = 1
    #: Who talks: half of them by socket, a quarter each by events and in Telegram.
    owners: int = 8
    #: So many are restarted in turn when the time is over, while everybody still talks.
    rolled_at_the_end: int = 0


@dataclass
class Outcome:
    """What came of a run."""

    web: Tally
    checkins: Tally
    telegram: Tally
    waits: dict[str, list[float]]
    kills: int
    restarts: int
    #: How the clean ends went: 0 each.
    exits: list[int]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, nothing doubled, and every clean end was one."""
        return self.web.is_clean and self.checkins.is_clean and self.telegram.is_clean and not any(self.exits)


@dataclass
class Crowd:
    """Everybody who talks or waits during a run."""

    by_socket: list[Owner]
    by_events: list[Owner]
    listeners: list[Owner]
    chats: list[TelegramOwner]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self, running: Topology) -> None:
        """All at once; of those who wait, every second one by socket."""
        web = [SocketOwner(owner, running.proxy) for owner in self.by_socket]
        streams = [StreamOwner(owner, running.proxy) for owner in self.by_events]
        waiting = [(SocketOwner, StreamOwner)[n % 2](owner, running.proxy) for n, owner in enumerate(self.listeners)]
        self.tasks = [asyncio.create_task(each.run()) for each in (*web, *streams, *waiting, *self.chats)]

    @property
    def talkers(self) -> list[Owner]:
        """Who talks in the page."""
        return [*self.by_socket, *self.by_events]

    def end_talking(self) -> None:
        """Nobody says anything new."""
        for each in (*self.talkers, *self.chats):
            each.is_over = True

    @property
    def waits_for_an_answer(self) -> bool:
        """Whether anybody still does."""
        return any(owner.asked for owner in self.talkers) or any(chat.is_waiting for chat in self.chats)

    async def go(self) -> None:
        """Everybody leaves. Raises what went wrong with one of them."""
        failed = [task for task in self.tasks if task.done() and not task.cancelled() and task.exception()]
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for task in failed:
            task.result()


def _crowd(plan: Plan, fake: FakeTelegram) -> Crowd:
    chance, sessions = random.Random(plan.seed), Sessions(SECRET.encode(), lambda: datetime.now(UTC))

    def think() -> float:
        return chance.uniform(2, 6)

    def owner(name: str, is_silent: bool) -> Owner:
        return Owner(name, sessions.token(Session(name)), random.Random(f"{plan.seed} {name}"), think, is_silent)

    expected = max(2, round(CHECKINS_PER_MINUTE * plan.seconds / 60))
    return Crowd(
        [owner(f"socket{number}", False) for number in range(plan.owners // 2)],
        [owner(f"events{number}", False) for number in range(plan.owners // 4)],
        [owner(str(FIRST_LISTENER + number), True) for number in range(expected)],
        [TelegramOwner(FIRST_CHAT + number, fake, random.Random(plan.seed + number), think) for number in range(plan.owners // 4)],
    )


async def _plan_checkins(database: Database, listeners: Sequence[Owner], seconds: float) -> None:
    """One for each listener, evenly over the run."""
    now = datetime.now(UTC)
    ids = range(FIRST_LISTENER, FIRST_LISTENER + len(listeners))
    await crowd.move_in(database, ids, now - timedelta(days=2))
    async with database.transaction() as session:  # open at any hour: the run's clock is the real one
        always = {"opens": "00:00", "closes": "00:00", "weekdays": list(range(7)), "country": ""}
        await session.execute(update(Person).where(Person.id.in_(ids)).values(always))
    for place, number in enumerate(ids):
        await crowd.give_checkins(database, range(number, number + 1), now + timedelta(seconds=5 + place * seconds / len(ids)))


async def run(program: str, folder: Path, url: str, plan: Plan, say: Say = lambda text: None) -> Outcome:
    """One run on the database at `url`."""
    started, fake, database = time.monotonic(), FakeTelegram(), Database(url)
    people = _crowd(plan, fake)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await fake.start()
        stack.push_async_callback(fake.stop)
        running = await stack.enter_async_context(topology(program, folder, url, fake.base_url, plan.is_quick))
        fake.serves(f"{running.proxy.origin}/webhooks/telegram", running.proxy.trust)
        await _plan_checkins(database, people.listeners, plan.seconds)
        say(f"up after {time.monotonic() - started:.0f} s")
        people.begin(running)
        kills, restarts = await _trouble(running, people, plan, say)
        await _settle(database, people, say)
        await people.go()
        return Outcome(
            web=await counting.of_web(database, people.talkers),
            checkins=await counting.of_checkins(database, people.listeners),
            telegram=await counting.of_telegram(database, fake, people.chats),
            waits={
                "socket": [wait for owner in people.by_socket for wait in owner.waits],
                "events": [wait for owner in people.by_events for wait in owner.waits],
                "Telegram": [wait for chat in people.chats for wait in chat.waits],
            },
            kills=kills,
            restarts=restarts,
            exits=[code for replica in running.replicas for code in replica.exits],
            seconds=time.monotonic() - started,
        )


async def _trouble(running: Topology, people: Crowd, plan: Plan, say: Say) -> tuple[int, int]:
    """Kill at random, or restart in turn, until the time is over; returns how many of each."""
    chance, began, kills, restarts = random.Random(plan.seed), time.monotonic(), 0, 0
    for next_at in _moments(plan, chance):
        await asyncio.sleep(began + next_at - time.monotonic())
        if plan.is_rolling:
            await roll(running.replicas, say)
            restarts += len(running.replicas)
        else:
            victim = chance.choice(running.replicas)
            victim.kill()
            kills += 1
            say(f"kill {kills}: replica {victim.number}; {sum(len(owner.said) for owner in people.talkers)} said in the page")
            victim.start()
            await victim.ready()
    await asyncio.sleep(began + plan.seconds - time.monotonic())
    last = running.replicas[: plan.rolled_at_the_end]
    await roll(last, say)
    people.end_talking()
    return kills, restarts + len(last)


def _moments(plan: Plan, chance: random.Random) -> list[float]:
    """One in the last fifth of each stretch of `kill_every` (seconds from the beginning); one that is missed is made up for at once."""
    return [plan.kill_every * (number - chance.uniform(0, 0.2)) for number in range(1, int(plan.seconds / plan.kill_every) + 1)]


async def roll(replicas: Sequence[Replica], say: Say) -> None:
    """What an operator does for an upgrade: one replica after the other, each awaited."""
    for replica in replicas:
        began = time.monotonic()
        await replica.end()
        ended = time.monotonic()
        replica.start()
        await replica.ready()
        say(f"replica {replica.number} ended in {ended - began:.1f} s and was back after {time.monotonic() - ended:.1f} s")


async def _settle(database: Database, people: Crowd, say: Say) -> None:
    """Until everybody has their answer and nothing is left to push, within limits."""
    deadline, quiet = time.monotonic() + SETTLES_WITHIN_SECONDS, 0
    while quiet < 3 and time.monotonic() < deadline:
        is_quiet = not people.waits_for_an_answer and await counting.is_settled(database)
        quiet = quiet + 1 if is_quiet else 0
        await asyncio.sleep(1)
    say("settled" if quiet else "not settled in time")


def report(outcome: Outcome) -> str:
    """The counts, to be read."""
    lines = [f"{outcome.kills} kills, {outcome.restarts} clean restarts (exit codes {outcome.exits}), {outcome.seconds:.0f} s"]
    for name, tally in (("page", outcome.web), ("check-ins", outcome.checkins), ("Telegram", outcome.telegram)):
        explained = tally.doubled - tally.unexplained
        lines.append(
            f"{name}: {tally.said} sent, {tally.answered} answered, lost {tally.lost}, doubled {tally.unexplained}"
            + (f", and {explained} whose outcome was unclear" if explained > 0 else "")
        )
    for name, waits in outcome.waits.items():
        ranked = sorted(waits) or [0.0]
        p50, p95 = (ranked[int((len(ranked) - 1) * share)] for share in (0.5, 0.95))
        lines.append(f"{name}, message to answer: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, longest {ranked[-1]:.1f} s")
    return "\n".join(lines)


def main() -> int:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kill-every", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--rolling", action="store_true", help="restart each in turn instead of killing one")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--owners", type=int, default=8, help="who talk at once")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = shutil.which("caddy")
    if program is None:
        parser.error(HOW_TO_GET_IT)
    plan = Plan(options.minutes * 60, options.kill_every, options.rolling, options.quick, options.seed, options.owners)
    with durable_postgres() as url, tempfile.TemporaryDirectory(prefix="advisor-replicas-") as folder:
        outcome = asyncio.run(run(program, Path(folder), url, plan, lambda text: print(text, flush=True)))  # noqa: T201
    sys.stdout.write(report(outcome) + "\n")
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
