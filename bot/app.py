"""The composition root: builds every part once, and runs them together."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.assistant.agent import Assistant, ModelError, load_assistant, warm_up
from bot.channels.front import Front
from bot.channels.rasa_callback import CallbackSender, callback_routes
from bot.channels.rasa_rest import rest_routes
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.commands import MiniApp, Wording
from bot.channels.telegram.webhook import Webhook
from bot.channels.web.limits import Limits
from bot.channels.web.origins import Origins
from bot.channels.web.server import web_pusher, web_routes
from bot.clock_watch import ClockWatch
from bot.insights.reading import ON_A_PAGE, Sources
from bot.logs import catch_tasks
from bot.messaging.bell import INBOX, Bell
from bot.messaging.desk import Desk
from bot.messaging.ending import Ending, finish
from bot.messaging.lookout import Lookout
from bot.messaging.replicas import ReplicaBell
from bot.messaging.turns import Turns
from bot.operations.health import NotReady, Readiness, health_routes
from bot.operations.retention import empty_batch
from bot.operations.scrape import metrics_routes
from bot.operator.server import operator_routes
from bot.people.handoffs import Handoffs
from bot.people.profiles import Defaults
from bot.reports.documents import DocumentFiles, Documents
from bot.reports.drawer import ProcessDrawer
from bot.reports.feeds import Feeds, calendar_routes
from bot.reports.sharing import sharing_routes, tidy_shared
from bot.rollout.leaving import Leaving
from bot.rollout.retiming import retime
from bot.rollout.ringing import BATCH, any_due, ring_digests, ring_due
from bot.services import ROOT, Services, load_services
from bot.settings import Settings, SettingsError
from bot.starting import settle
from bot.stopping import StoppableServer
from bot.storage.database import Database

log = logging.getLogger(__name__)
BELL_SECONDS = 0.5
#: A tick that hangs would stop the bell for good, since only one runs at a time.
TICK_TIMEOUT_SECONDS = 15
#: How long a ring of another replica may be lost before what it told of is seen all the same.
LOOKOUT_SECONDS = 2
TIDY_HOURS = 6
#: So many ticks pass without ringing after the machine's clock was set.
TICKS_AFTER_CLOCK_SET = 2
#: Between two batches of words that are deleted, whoever waits for the database gets it.
BREATH_SECONDS = 0.05
#: Words whose time is over are looked for this long after the start, too: a process that is restarted daily must not miss its hour.
FIRST_LOOK = timedelta(minutes=2)
#: The loop looks every second; a turn that holds it up for longer than this has hung.
LOOP_SILENT_SECONDS = 60.0


class PortInUse(Exception):
    """Another program listens where the page should be."""


@dataclass(slots=True)
class Advisor:
    """All parts, ready to run."""

    settings: Settings
    database: Database
    bell: Bell
    desk: Desk
    turns: Turns
    assistant: Assistant
    services: Services
    clock: Callable[[], datetime]
    #: The trained model that answers, by its file.
    model: Path = Path()
    readiness: Readiness = field(init=False)

    def __post_init__(self) -> None:
        checks = {"database": self.database.check, "migrations": self.database.check_schema, "turns": self._takes_turns}
        self.readiness = Readiness(checks)

    async def _takes_turns(self) -> None:
        if not self.turns.is_alive(LOOP_SILENT_SECONDS):
            raise NotReady("nobody takes turns")

    async def ring(self) -> int:
        """Put check-ins and weekly summaries that are due into the inbox, a batch in a transaction; returns how many."""
        async with asyncio.timeout(TICK_TIMEOUT_SECONDS), self.database.reading() as session:
            if not await any_due(session, self.clock()):
                return 0
        return await self._ring_all(ring_due) + await self._ring_all(ring_digests)

    async def _ring_all(self, ring: Callable[[Database, AsyncSession, datetime], Awaitable[int]]) -> int:
        rung = 0
        while True:
            async with asyncio.timeout(TICK_TIMEOUT_SECONDS), self.database.transaction() as session:
                batch = await ring(self.database, session, self.clock())
            rung += batch
            if batch:
                self.bell.ring(INBOX)
            if batch < BATCH:
                return rung

    async def retime(self) -> None:
        """Let check-ins follow their zone's rules, which may have changed with an update."""
        await retime(self.database, self.clock())

    async def tidy(self) -> None:
        """Delete pictures, papers and shared pages whose time is over."""
        async with self.database.transaction() as session:
            await self.services.reports.documents.tidy(session, self.clock())
            await tidy_shared(session, self.clock())

    async def forget_words(self) -> int:
        """Delete the words of messages that are older than the setting allows, a batch in a transaction; returns in how many rows."""
        days, forgotten = self.settings.keep_messages_days, 0
        while days:
            async with asyncio.timeout(TICK_TIMEOUT_SECONDS), self.database.transaction() as session:
                batch = await empty_batch(session, self.clock() - timedelta(days=days), self.clock())
            if not batch:
                break
            forgotten += batch
            await asyncio.sleep(BREATH_SECONDS)
        if forgotten:
            await self.database.wipe()
        return forgotten


def utc_now() -> datetime:
    """The clock of the real world."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_advisor(
    settings: Settings,
    model: Path,
    services: Services,
    clock: Callable[[], datetime] = utc_now,
    files_clock: Callable[[], datetime] | None = None,
) -> AsyncIterator[Advisor]:
    """Build every part around a migrated database and a trained model; closes the database at the end.

    `files_clock`: by which pictures and papers run out, where it is not the same. Raises DatabaseError or ModelError.
    """
    database = Database(settings.database)
    keys = settings.signing_keys()
    documents, handoffs = Documents(keys, settings.data_dir / "documents"), Handoffs(is_staffed=bool(settings.operator_token))
    services = services.keeping(documents, Feeds(keys, settings.public_url), handoffs)
    files = DocumentFiles(database, services.reports.documents, files_clock or clock, ProcessDrawer(settings.log_format))
    try:
        assistant = load_assistant(model, services)
        await warm_up(assistant)
        settle()
        bell = Bell()
        desk = Desk(database, bell, clock, files, Leaving(services.rollouts.hours))
        turns = Turns(database, assistant, bell, clock, Defaults(settings.language, settings.time_zone))
        yield Advisor(settings, database, bell, desk, turns, assistant, services, clock, model)
    finally:
        files.close()
        await database.close()


def read_content(find_model: Callable[[], Path], root: Path = ROOT) -> Services:
    """All content, checked, and then the search out of the model that `find_model` names. Raises ContentError or ModelError."""
    try:
        return load_services(root, find_model)
    except OSError as error:
        raise ModelError(f"the trained model cannot be read ({error}); run `advisor train --force`") from error


def build_web(
    advisor: Advisor, more: Sequence[BaseRoute] = (), ending: Ending | None = None, limits: Limits | None = None
) -> Starlette:
    """The web application: page, widget's socket, calendars, REST when its token is set, health, and the routes of other channels.

    It is meant to stand behind a :class:`Front`.
    """
    settings, ending = advisor.settings, ending or Ending()
    routes: list[BaseRoute] = [*health_routes(advisor.readiness, lambda: ending.is_announced)]
    routes += metrics_routes(advisor.database, advisor.clock, settings.metrics_token, advisor.model.name.partition(".")[0])
    routes += web_routes(
        advisor.desk,
        secret_key=settings.signing_keys(),
        allowed_origins=settings.origins,
        telegram_token=settings.telegram_token,
        limits=limits,
        ending=ending,
    )
    routes += calendar_routes(advisor.database, advisor.services.reports, advisor.clock)
    routes += sharing_routes(advisor.database, advisor.services, advisor.clock)
    routes += _operator(advisor)
    if settings.rest_token:
        routes += rest_routes(advisor.desk, settings.rest_token)
    if settings.callback_url:
        routes += callback_routes(advisor.desk, settings.rest_token)
    return Starlette(routes=[*routes, *more])


def _operator(advisor: Advisor) -> list[BaseRoute]:
    """The operator's page, where a token is set."""
    settings, services = advisor.settings, advisor.services
    if not settings.operator_token:
        return []
    return operator_routes(
        advisor.database,
        advisor.bell,
        Sources(settings.time_zone, services.questionnaire, advisor.model.name, services.topics_of, ON_A_PAGE),
        phases={phase.number: phase.name for phase in services.rollouts.phases},
        topics={entry.id: entry.title for entry in services.knowledge.entries.values()},
        secret_key=settings.signing_key(),
        token=settings.operator_token,
        language=settings.language,
        clock=advisor.clock,
    )


class _Channel(Protocol):
    """A channel with work of its own beside its routes."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What the web application has to serve for it."""

    async def run(self) -> None:
        """Serve until cancelled."""


def _channels(advisor: Advisor) -> list[_Channel]:
    return [channel for channel in (_telegram(advisor), _socketio(advisor)) if channel]


def _socketio(advisor: Advisor) -> _Channel | None:
    if not (advisor.settings.socketio or advisor.settings.socketio_jwt_key):
        return None
    if find_spec("engineio") is None:  # its lower half: for `socketio` itself there is a stand-in, because Rasa imports it
        raise SettingsError("ADVISOR_SOCKETIO needs python-socketio; install advisor[socketio]")
    from bot.channels.rasa_socketio import RasaSocketIO  # noqa: PLC0415 - an optional part

    allows = Origins(advisor.settings.origins).allows
    channel: _Channel = RasaSocketIO(advisor.desk, allows, advisor.settings.socketio_jwt_key)
    return channel


def _telegram(advisor: Advisor) -> TelegramChannel | None:
    settings = advisor.settings
    if not settings.telegram_token:
        return None
    menu = {
        language: [(name, command.text.get(language)) for name, command in advisor.services.commands.items()] for language in ("ja", "en")
    }
    say = advisor.services.phrases.say
    parts = ("telegram_description", "telegram_short", "telegram_again")
    wordings = {language: Wording(*(say(part, language) for part in parts)) for language in ("ja", "en")}
    webhook = Webhook(settings.telegram_webhook, *settings.webhook_secrets()) if settings.telegram_webhook else None
    mini_app = MiniApp(say("telegram_mini_app", settings.language), settings.mini_app) if settings.mini_app else None
    api_base = settings.telegram_api_base or None
    return TelegramChannel(advisor.desk, settings.telegram_token, api_base, menu, webhook, wordings=wordings, mini_app=mini_app)


@asynccontextmanager
async def ringing(advisor: Advisor) -> AsyncIterator[None]:
    """APScheduler rings the bell; the check-ins themselves are rows. What is at work at the end is finished."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    at_work: set[asyncio.Task[Any]] = set()

    def regularly(work: Callable[[], Awaitable[None]], **when: Any) -> None:
        async def run() -> None:
            if task := asyncio.current_task():
                at_work.add(task)
                task.add_done_callback(at_work.discard)
            await work()

        scheduler.add_job(run, "interval", max_instances=1, coalesce=True, misfire_grace_time=None, **when)

    regularly(_tick(advisor), seconds=BELL_SECONDS)
    regularly(_logged(Lookout(advisor.database, advisor.bell).look, "lookout_failed"), seconds=LOOKOUT_SECONDS)
    regularly(_logged(advisor.tidy, "tidy_failed"), hours=TIDY_HOURS)
    regularly(_logged(advisor.retime, "retime_failed"), hours=TIDY_HOURS, next_run_time=utc_now())
    regularly(_logged(advisor.forget_words, "forget_words_failed"), hours=TIDY_HOURS, next_run_time=utc_now() + FIRST_LOOK)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        await finish(set(at_work), TICK_TIMEOUT_SECONDS)
        scheduler.shutdown(wait=False)


def _tick(advisor: Advisor) -> Callable[[], Awaitable[None]]:
    """Ring what is due; after the clock was set, wait a little for it to be put right, lest the future be asked about today."""
    watch, ring, waits = ClockWatch(advisor.clock), _logged(advisor.ring, "ring_failed"), 0

    async def tick() -> None:
        nonlocal waits
        if step := watch.step():
            log.error("the machine's clock was set; check-ins wait a moment", extra={"action": "clock_set", "seconds": round(step)})
            waits = TICKS_AFTER_CLOCK_SET
        if waits:
            waits -= 1
            return
        await ring()

    return tick


def _logged(work: Callable[[], Awaitable[object]], action: str) -> Callable[[], Awaitable[None]]:
    """The work, whose failure is logged and tried again at the next time."""

    async def run() -> None:
        try:
            await work()
        except Exception:  # the process loop
            log.exception("work of the clock failed", extra={"action": action})

    return run


def claim_port(host: str, port: int) -> socket.socket:
    """The listening socket of the page. Raises PortInUse."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortInUse(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from error
    return listener


def hearing_replicas(advisor: Advisor) -> AbstractAsyncContextManager[None]:
    """On PostgreSQL there may be other replicas."""
    database = advisor.database
    return nullcontext() if database.is_sqlite else ReplicaBell(advisor.bell, database.url).carrying()


async def serve(
    advisor: Advisor,
    listener: socket.socket,
    on_ready: Callable[[], None],
    more: Sequence[BaseRoute] = (),
    beside: Sequence[Coroutine[Any, Any, None]] = (),
) -> None:
    """Run everything until a signal stops it, with `more` routes and whatever else runs `beside` it; then finish what is under way."""
    catch_tasks(asyncio.get_running_loop(), log)
    channels, settings = _channels(advisor), advisor.settings
    routes = [*more, *(route for channel in channels for route in channel.routes)]
    server = StoppableServer(lambda ending: Front(build_web(advisor, routes, ending)), settings.proxies, settings.drain_seconds)
    parts = [advisor.turns.run(), web_pusher(advisor.desk, settings.signing_keys()).run(), *beside]
    if settings.callback_url:
        parts.append(CallbackSender(advisor.desk, settings.callback_url).run())
    parts += [channel.run() for channel in channels]
    if not settings.telegram_token:
        await advisor.desk.announce("telegram", None)
    await advisor.desk.announce("web", settings.public_url or None)
    async with ringing(advisor), hearing_replicas(advisor):
        tasks = [asyncio.create_task(part) for part in parts]
        on_ready()
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


