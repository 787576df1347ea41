"""The deliverer in a process of its own, to be killed, stopped and continued.

A crash point names the step after which the process dies at once, as with `kill -9`: claim, intend, send or mark.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from typing import Any

from bot.channels.telegram import delivering
from bot.channels.telegram.api import open_bot
from bot.channels.telegram.delivering import Deliverer
from bot.channels.telegram.timing import Timing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.rates import Rate
from bot.storage.database import Database
from tests.fake_telegram import TOKEN

QUICK = replace(
    Timing(first_pause=0.02, longest_pause=0.1, look_every=0.05, reap_every=0.2, finish_within=10),
    rate=Rate(per_second=1000, reserved_per_second=1000, chat_per_second=1000, group_per_second=1000, chat_burst=20),
)
#: The step of the desk, or of sending, after which a crash point lies.
_STEPS = {"claim": (Desk, "claim"), "intend": (Desk, "intend"), "send": (delivering, "send_piece"), "mark": (Desk, "sent")}


def _crash_after(step: str) -> None:
    """Let the process die as soon as the step has succeeded."""
    owner, name = _STEPS[step]
    method = getattr(owner, name)

    async def die(*arguments: Any, **more: Any) -> Any:
        result = await method(*arguments, **more)
        if result:
            os._exit(9)
        return result

    setattr(owner, name, die)


async def work(url: str, base_url: str, crash_at: str) -> None:
    """Deliver until SIGTERM; then finish what is being sent."""
    if crash_at:
        _crash_after(crash_at)
    database = Database(url)
    desk = Desk(database, Bell(), lambda: datetime.now(UTC))
    async with open_bot(TOKEN, base_url) as bot:
        task = asyncio.create_task(Deliverer(bot, desk, f"process-{os.getpid()}", QUICK, {}).run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
    await database.close()


def main(url: str, base_url: str, crash_at: str) -> None:
    """What such a process runs."""
    asyncio.run(work(url, base_url, crash_at))


def start(url: str, base_url: str, crash_at: str = "") -> ForkServerProcess:
    """Start such a process: a fork of one that has imported everything, which takes no time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=main, args=(url, base_url, crash_at), daemon=True)
    process.start()
    return process
