"""A copy of a SQLite database that is in use, by SQLite's own online backup, checked before it gets its name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL


class BackupError(Exception):
    """No backup was made; the message says why, and what to do."""


class BackupDamaged(BackupError):
    """The copy is damaged, most likely because the database is."""


def back_up(url: URL, target: Path) -> int:
    """Copy the database at `url` to the file `target`, while it is written to or not; returns the copy's bytes. Raises BackupError.

    What was committed before the copy began is in it, and nothing half-made.
    """
    if url.get_backend_name() != "sqlite":
        raise BackupError(_with_postgres_tool(url, target))
    if target.exists():
        raise BackupError(f"{target} is there already; name another file")
    beside = target.with_name(f"{target.name}.part")
    try:
        _copy(Path(str(url.database)), beside)
        beside.replace(target)
        return target.stat().st_size
    except (OSError, sqlite3.OperationalError) as error:
        message = f"cannot back up {url.database} to {target} ({error}); check the paths, their permissions and the disk"
        raise BackupError(message) from error
    except sqlite3.DatabaseError as error:
        raise BackupDamaged(f"{url.database} is damaged ({error}); restore an earlier backup") from error
    finally:
        beside.unlink(missing_ok=True)


def _copy(database: Path, copy: Path) -> None:
    """Only the advisor's own user may read the copy: all that owners said is in it."""
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, not three
        found = [str(row[0]) for row in target.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise BackupDamaged(f"the copy of {database} is damaged ({found[0]}); restore an earlier backup")


def _with_postgres_tool(url: URL, target: Path) -> str:
    there = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string()
    return f"PostgreSQL is backed up by its own tool, while it is in use: pg_dump --format=custom --file={target} '{there}'"
