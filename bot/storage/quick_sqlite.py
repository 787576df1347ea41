"""aiosqlite's connection without a hand-over to a thread for every step.

aiosqlite does everything in a thread of its own. A turn takes some three hundred steps of a few microseconds (a cursor, a statement, its
rows), and each hand-over costs ten times as much as the step: together most of a turn's time. So a step is taken at once, in the event
loop, unless it may wait: for another process's write lock or for the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

_LOCKING = "BEGIN IMMEDIATE"
#: How statements begin that wait for others or for the disk.
_WAITING = (_LOCKING, "COMMIT", "PRAGMA journal_mode", "PRAGMA wal_checkpoint", "VACUUM")


class QuickConnection(aiosqlite.Connection):
    """A connection that takes steps at once; set `takes_long` while it runs queries that would hold up everybody else."""

    takes_long = False
    _is_writing = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        statement = args[0] if args and isinstance(args[0], str) else ""
        if self._may_wait(fn, statement):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        if not self._running or not self._connection:
            raise ValueError("Connection closed")  # as aiosqlite does; SQLAlchemy knows these words
        return fn(*args, **kwargs)

    def _may_wait(self, fn: Callable[..., Any], statement: str) -> bool:
        if fn == self._conn.commit:
            has_written, self._is_writing = self._is_writing, False
            return self.takes_long or has_written  # the end of mere reading touches no disk
        self._is_writing = self._is_writing or statement.startswith(_LOCKING)
        return self.takes_long or statement.startswith(_WAITING) or fn == self._conn.close


def connect(file: str) -> QuickConnection:
    """A connection to a database file, which opens when it is awaited."""
    connection = QuickConnection(partial(sqlite3.connect, file, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a connection left open must not keep the process alive
    return connection
