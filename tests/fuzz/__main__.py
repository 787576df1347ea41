"""`uv run python -m tests.fuzz --inputs 100000`: every surface of the advisor under nonsense; exit 1 when something was wrong.

Counts what was sent by surface. Wrong is: an answer of 500 or more, an exception that gets out, an answer that does not come, a secret or
another session's words in an answer or in the log, an error in the log, memory that grows.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from bot.assistant import quiet
from bot.assistant.agent import load_assistant
from bot.assistant.training import ensure_model
from bot.services import ROOT, load_services
from tests.conftest import CACHE
from tests.fuzz.house import open_house
from tests.fuzz.parsers import Parsers
from tests.fuzz.running import Outcome, Run, told
from tests.fuzz.surfaces import uncovered
from tests.fuzz.wire import throw_at_the_wire


async def fuzz(inputs: int, seed: int, folder: Path) -> Outcome:
    """A hundredth of the inputs are turns of the real assistant, as many are bytes on a real server's wire."""
    model = ensure_model(ROOT, CACHE, lambda step: None)
    services = load_services(ROOT, lambda: model)
    turns, wired = inputs // 100, inputs // 100
    async with open_house(folder, services, load_assistant(model, services)) as house:
        outcome = Outcome()
        for missing in uncovered(house):
            outcome.fail("routes", seed, f"no inputs for {missing}, or no route for it; see tests/fuzz/surfaces.py")
        await Run(house, Parsers(services, folder), seed, outcome).throw(inputs - turns - wired, turns)
        await throw_at_the_wire(house, seed, wired, outcome)
        return outcome


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    quiet.hush()
    quiet.silence_warnings()
    started = time.monotonic()
    fast = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(prefix="advisor-fuzz-", dir=fast if fast.is_dir() else None) as folder:
        outcome = asyncio.run(fuzz(chosen.inputs, chosen.seed, Path(folder)))
    told(outcome, time.monotonic() - started, print)
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
