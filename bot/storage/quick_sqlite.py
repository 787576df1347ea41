"""SQLAlchemy's asynchronous SQLite without a hand-over to a thread for every step.

aiosqlite does everything in a thread of its own, and SQLAlchemy reaches it through a switch of greenlets. A turn takes some hundred steps
of a few microseconds (a cursor, a statement, its rows), and a hand-over or a switch costs ten times as much as the step: together most of
a turn's time. So a step is taken at once, in the event loop, unless it may wait: for another process's write lock or for the disk.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.util.concurrency import await_

#: The driver's name in an address: `sqlite+quick:///path`.
DRIVER = "sqlite+quick"
#: Begins a transaction that takes the write lock up front.
LOCKING = "BEGIN IMMEDIATE"
#: How statements begin that wait for others or for the disk.
_WAITING = (LOCKING, "COMMIT", "PRAGMA journal_mode", "PRAGMA wal_checkpoint", "VACUUM")


class QuickConnection(aiosqlite.Connection):
    """A connection to a file, opened when it is awaited, that takes steps at once.

    It waits up to `timeout` seconds for other processes' locks. Set `takes_long` while it runs queries that would hold up everybody else.
    """

    takes_long = False
    _is_writing = False

    def __init__(self, file: str, timeout: float = 15.0, **options: Any) -> None:
        open_file = partial(sqlite3.connect, file, timeout=timeout, **options | {"check_same_thread": False})
        super().__init__(open_file, iter_chunk_size=64)
        self._timeout_ms = int(timeout * 1000)
        self._thread.daemon = True  # as SQLAlchemy does: a connection left open must not keep the process alive

    def step(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Take a step, at once or, where it may wait, in the thread. Only where SQLAlchemy may await."""
        if self._may_wait(fn, args[0] if args else None):
            return await_(super()._execute(fn, *args))  # type: ignore[no-untyped-call]
        return self._at_once(fn, *args)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._may_wait(fn, args[0] if args else None):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return self._at_once(fn, *args, **kwargs)

    def _at_once(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")  # as aiosqlite does; SQLAlchemy knows these words
        return fn(*args, **kwargs)

    def lock_at_once(self) -> bool:
        """Take the write lock if nobody else has it."""
        if self.takes_long:
            return False
        connection = self._conn
        connection.execute("PRAGMA busy_timeout=0")
        try:
            connection.execute(LOCKING)
        except sqlite3.OperationalError:
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout={self._timeout_ms}")
        self._is_writing = True
        return True

    def _may_wait(self, fn: Callable[..., Any], statement: object) -> bool:
        if fn == self._conn.commit:
            has_written, self._is_writing = self._is_writing, False
            return self.takes_long or has_written  # the end of mere reading touches no disk
        waits = isinstance(statement, str) and statement.startswith(_WAITING)
        self._is_writing = self._is_writing or statement == LOCKING
        return self.takes_long or waits or fn == self._conn.close


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """SQLAlchemy's cursor right on top of sqlite3's."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: Connection
    _connection: Any
    _cursor: Any

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        take = self._adapt_connection.take
        take(self._cursor.execute, operation, () if parameters is None else parameters)
        if self._cursor.description:
            self._rows = deque(take(self._cursor.fetchall))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        self._adapt_connection.take(self._cursor.executemany, operation, seq_of_parameters)


class Connection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's connection; `begins` is the statement that its next transaction begins with, if any."""

    __slots__ = ("begins",)
    _cursor_cls = _Cursor
    _connection: Any
    begins: str

    def begin(self) -> None:
        """Begin a transaction, without waiting where the write lock is free."""
        if not self.begins or (self.begins == LOCKING and self._connection.lock_at_once()):
            return
        cursor = self.cursor()
        cursor.execute(self.begins)
        cursor.close()

    def commit(self) -> None:
        self._end("commit")

    def rollback(self) -> None:
        self._end("rollback")

    def _end(self, how: str) -> None:
        raw = self._connection._connection
        if raw is not None:  # else it is closed already
            self.take(getattr(raw, how))

    def take(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Take a step. Raises what SQLAlchemy knows."""
        try:
            return self._connection.step(fn, *args)
        except Exception as error:
            self._handle_exception(error)


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *args: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        opened: Any = await_(QuickConnection(*args, **options))
        return Connection(self, opened)


class QuickDialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's dialect for aiosqlite, on connections that take steps at once."""

    driver = "quick"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> AsyncAdapt_aiosqlite_dbapi:
        """What SQLAlchemy opens connections with."""
        return _Driver(aiosqlite, sqlite3)

    def do_begin(self, dbapi_connection: Any) -> None:
        """Called by SQLAlchemy, which expects drivers to begin by themselves; SQLite's would only before the first writing."""
        dbapi_connection.begin()


registry.register("sqlite.quick", __name__, QuickDialect.__name__)
