"""Ending cleanly: what has begun is finished, within limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Value = TypeVar("Value")


class Ending:
    """The process's way out: it is announced first, and later whoever holds a connection open is told to let go."""

    def __init__(self) -> None:
        self.is_announced = False
        self._is_here = False
        self._holders: set[Callable[[], None]] = set()

    @contextmanager
    def telling(self, let_go: Callable[[], None]) -> Iterator[None]:
        """Call `let_go` when the end comes during the block, or has come already."""
        self._holders.add(let_go)
        if self._is_here:
            let_go()
        try:
            yield
        finally:
            self._holders.discard(let_go)

    def come(self) -> None:
        """It is here."""
        self.is_announced = self._is_here = True
        for let_go in list(self._holders):
            let_go()


async def finish(tasks: Collection[asyncio.Task[Any]], within: float | None = None) -> None:
    """Wait for tasks to end, however they do; those that have not after `within` seconds are cancelled."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=within)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def unbroken(step: Coroutine[Any, Any, Value], within: float | None = None) -> Value:
    """Do `step`; when cancelled meanwhile, still finish it (`within` seconds).

    For transactions: cut in two, they can leave a lock behind, and nobody knows whether they were committed.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await finish([task], within)
        raise
