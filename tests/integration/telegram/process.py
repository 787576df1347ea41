"""The deliverer in a process of its own, to be killed, stopped and continued: `python -m tests.integration.telegram.process URL API [CRASH_AT]`.

`CRASH_AT` names the step after which the process dies at once, as with `kill -9`: claim, intend, send or mark.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.channels.telegram import delivering
from bot.channels.telegram.api import open_bot
from bot.channels.telegram.delivering import Deliverer
from bot.channels.telegram.timing import Timing
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.rates import Rate
from bot.services import ROOT
from bot.storage.database import Database
from tests.fake_telegram import TOKEN

QUICK = replace(
    Timing(first_pause=0.02, longest_pause=0.1, look_every=0.05, reap_every=0.2, finish_within=10),
    rate=Rate(per_second=1000, reserved_per_second=1000, chat_per_second=1000, chat_burst=20),
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


def start(url: str, base_url: str, crash_at: str = "") -> subprocess.Popen[bytes]:
    """Start such a process."""
    command = [sys.executable, "-m", "tests.integration.telegram.process", url, base_url, crash_at]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
