"""The database: one engine, transactions that commit or leave nothing, and what differs between SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Executable, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as TransactionTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bot.storage import quick_sqlite
from bot.storage.tables import Base, table_of
from bot.storage.writers import Writers

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
#: What a session's `info` says when its transaction deletes what must not be found on the disk afterwards.
LEAVES_NO_TRACE = "leaves_no_trace"
#: How long SQLite waits for another writer, and how long for readers of its log when that shall be cut (milliseconds).
BUSY_TIMEOUT_MS, WIPE_WAITS_MS = 15_000, 2_000


class DatabaseError(Exception):
    """The database cannot be used; the message says what to do."""


def parse_url(url: str) -> URL:
    """The operator's URL (`sqlite:///…`, `postgresql://…`) without a driver. Raises DatabaseError when it is none of these."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError("ADVISOR_DATABASE_URL is no database address; write sqlite:///path or postgresql://user@host/name") from error
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise DatabaseError(f"ADVISOR_DATABASE_URL names '{backend}'; use sqlite:///path or postgresql://user@host/name")
    return parsed.set(drivername=backend)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL with full durability, and the write lock taken up front: a reader that turns writer would fail with "database is locked".

    What is deleted is overwritten with zeros.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options, raw = connection.get_execution_options(), connection.connection.dbapi_connection
        assert isinstance(raw, quick_sqlite.Connection)
        raw.begins = "" if options.get("outside_transactions") else "BEGIN" if options.get("read_only") else quick_sqlite.LOCKING


class Database:
    """Opens transactions. Build one per process; nothing connects before the first use."""

    def __init__(self, url: str) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            address, waits = self.url.set(drivername=quick_sqlite.DRIVER), {"timeout": BUSY_TIMEOUT_MS / 1000}
            # The connection used last is used next: its pages are still in its memory.
            pool = {"pool_use_lifo": True} if _is_file(self.url) else {}
            self.engine = create_async_engine(address, hide_parameters=True, connect_args=waits, **pool)
            _prepare_sqlite(self.engine.sync_engine)
        else:
            self.engine = create_async_engine(
                self.url.set(drivername="postgresql+psycopg"),
                pool_size=10,
                pool_pre_ping=True,
                hide_parameters=True,  # an error is logged with its statement, never with what an owner wrote
                connect_args={"options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"},
            )
        self._writers = Writers()
        self._write = async_sessionmaker(self.engine, expire_on_commit=False)
        self._read = async_sessionmaker(self.engine.execution_options(read_only=True), expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """A session whose work commits at the end of the block, or not at all when the block raises.

        `urgent`: on SQLite, before all others that wait to write.
        """
        async with self._turn_to_write(urgent), self._write() as session:
            async with session.begin():
                yield session
            leaves_no_trace = session.info.get(LEAVES_NO_TRACE, False)
        if leaves_no_trace:
            await self.wipe()

    @asynccontextmanager
    async def _turn_to_write(self, urgent: bool) -> AsyncIterator[None]:
        """SQLite has one writer at a time: those of this process stand in line, fairer and quicker than trying again and again.

        Raises SQLAlchemy's TimeoutError when the one before does not end in time.
        """
        if not self.is_sqlite:
            yield
            return
        if not self._writers.come_in_at_once():
            try:
                async with asyncio.timeout(BUSY_TIMEOUT_MS / 1000):
                    await self._writers.come_in(urgent)
            except TimeoutError as error:
                raise TransactionTimeout("another transaction of this process does not end") from error
        try:
            yield
        finally:
            self._writers.leave()

    async def wipe(self) -> None:
        """Write SQLite's log back and cut it, so that no deleted words stay in it; while somebody reads it, this is left for the next time.

        PostgreSQL does the like by itself (autovacuum).
        """
        if not self.is_sqlite:
            return
        async with self.engine.connect() as connection:
            busy = await (await connection.execution_options(outside_transactions=True)).run_sync(_cut_log)
        if busy:
            log.info("the database's log is in use; it is cut later", extra={"action": "wipe_put_off"})

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; on SQLite it does not wait for a writer."""
        async with self._read() as session, session.begin():
            yield session

    @asynccontextmanager
    async def surveying(self) -> AsyncIterator[AsyncSession]:
        """A session that reads whole tables: on SQLite its queries run in a thread, so that nobody waits for them."""
        async with self.reading() as session:
            if not self.is_sqlite:
                yield session
                return
            connection = (await (await session.connection()).get_raw_connection()).driver_connection
            assert isinstance(connection, quick_sqlite.QuickConnection)
            connection.takes_long = True
            try:
                yield session
            finally:
                connection.takes_long = False

    async def try_lock(self, session: AsyncSession, name: str) -> bool:
        """Take the transaction-long lock `name` unless another replica holds it. SQLite's single writer already is that lock."""
        if self.is_sqlite:
            return True
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}))

    async def insert_new(self, session: AsyncSession, table: type[Base], values: Mapping[str, Any], unique: Iterable[str]) -> bool:
        """Insert a row unless one with the same `unique` columns exists; True when it was inserted."""
        statement = _inserting_new(table_of(table), self.url.get_backend_name(), tuple(unique))
        return bool((await session.execute(statement, dict(values))).first())

    async def check(self) -> None:
        """Raises DatabaseError when the database does not answer."""
        try:
            async with self.reading() as session:
                await session.execute(text("SELECT 1"))
        except (DBAPIError, OSError) as error:
            raise DatabaseError(_remedy(self.url, error)) from error

    async def check_schema(self) -> None:
        """Raises DatabaseError when the tables are not those of this version: a newer replica has migrated, or nobody has."""
        newest = await asyncio.to_thread(newest_migration)
        async with self.reading() as session:
            found = await session.scalar(text("SELECT version_num FROM alembic_version"))
        if found != newest:
            raise DatabaseError(f"the database is at migration {found}, this version needs {newest}; run `advisor migrate`")

    async def migrate(self) -> None:
        """Bring the schema up to date. Raises DatabaseError when the database cannot be reached or was made by a newer version."""
        await asyncio.to_thread(migrate, self.url)

    async def close(self) -> None:
        await self.engine.dispose()


def _cut_log(connection: Connection) -> bool:
    """True when somebody is in the way."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={WIPE_WAITS_MS}")
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return bool(busy)


@cache
def _inserting_new(table: Table, backend: str, unique: tuple[str, ...]) -> Executable:
    """Built once for each table: building it costs more than running it."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[backend]
    statement: Executable = dialect.insert(table).on_conflict_do_nothing(index_elements=unique).returning(*table.primary_key.columns)
    return statement


@cache
def newest_migration() -> str | None:
    """The migration that this version of the advisor works with."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def migrate(url: URL) -> None:
    """Run Alembic's migrations to the newest one, on a plain (synchronous) connection."""
    if _is_file(url):
        try:
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(_remedy(url, error)) from error
    driver = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}[url.get_backend_name()]
    engine = create_engine(url.set(drivername=driver))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":  # replicas that start together migrate one after the other
                connection.execute(text("SELECT pg_advisory_xact_lock(727274)"))
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (OperationalError, OSError) as error:
        raise DatabaseError(_remedy(url, error)) from error
    except SQLAlchemyError as error:
        raise DatabaseError(f"the database cannot be migrated ({error.__class__.__name__}); restore a backup or use a new one") from error
    finally:
        engine.dispose()


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


def _remedy(url: URL, error: BaseException) -> str:
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        return f"cannot open the database {shown}; check that its folder exists and may be written (ADVISOR_DATA_DIR, ADVISOR_DATABASE_URL)"
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return f"cannot reach the database {shown} ({reason}); start PostgreSQL or correct ADVISOR_DATABASE_URL"
