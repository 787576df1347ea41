"""The console script `advisor`. Exit codes: 0 done, 1 it ran and found something wrong, 2 called or set up wrongly."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot import __version__, logs
from bot.assistant import quiet
from bot.assistant.training import TrainingError, ensure_model, model_path
from bot.insights import INSIGHTS
from bot.settings import Settings, SettingsError, load_settings
from bot.starting import keep_bytecode
from bot.storage.database import Database, DatabaseError, parse_url
from knowledge.base import load_knowledge
from knowledge.problems import ContentError
from knowledge.samples import load_samples

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="An advisor for small firms going digital."
)
checkins = typer.Typer(no_args_is_help=True, help="What is scheduled, when, and why.")
app.add_typer(checkins, name="checkins")
insights = typer.Typer(no_args_is_help=True, help="How it goes, in counts: never what an owner wrote.")
app.add_typer(insights, name="insights")
err = Console(stderr=True, highlight=False)
FOUND_WRONG, SET_UP_WRONG = 1, 2
#: The steps of a training whose beginning is worth a line, and how far along it then is (share of the usual time).
_STEPS = {
    "nlu_training_data_provider": ("reading the training messages", 0.10),
    "SudachiTokenizer": ("cutting them into words", 0.15),
    "LinearIntentClassifier": ("learning to understand", 0.25),
    "TopicRanker": ("learning the topics", 0.50),
    "training_tracker_provider": ("learning the rules of conversation", 0.90),
}


def fail(message: str, code: int = SET_UP_WRONG) -> NoReturn:
    """Say what is wrong on standard error and leave."""
    err.print(f"advisor: {message}", markup=False, soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def one_clear_line() -> Iterator[None]:
    """Turn every error that an operator can mend into one line with its remedy."""
    from bot.app import PortInUse  # noqa: PLC0415 - brings Rasa, four seconds that `advisor --help` need not wait for
    from bot.assistant.agent import ModelError  # noqa: PLC0415

    try:
        yield
    except ContentError as error:
        fail(str(error), FOUND_WRONG)
    except (SettingsError, DatabaseError, TrainingError, ModelError, PortInUse) as error:
        fail(str(error))


def settings() -> Settings:
    """The settings, or one line on what is wrong with them."""
    try:
        chosen = load_settings()
    except SettingsError as error:
        fail(str(error))
    keep_bytecode(chosen.data_dir / "bytecode")
    logs.set_up(chosen.log_format, chosen.log_level)
    return chosen


def _root() -> Path:
    return Path(__file__).resolve().parent.parent


def trained_model(chosen: Settings, force: bool = False) -> Path:
    """The up-to-date model; trains it with a progress bar when there is none."""
    path = model_path(_root(), chosen.models)
    if path.is_file() and not force:
        return path
    err.print("Training the language model (once, and whenever its texts change; about two minutes) …")
    columns = (TextColumn("  {task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("starting", total=1.0)
        path = ensure_model(_root(), chosen.models, lambda step: _show_step(progress, task, step), force)
        progress.update(task, description="trained", completed=1.0)
    return path


def _show_step(progress: Progress, task: Any, step: str) -> None:
    for name, (description, share) in _STEPS.items():
        if name in step:
            progress.update(task, description=description, completed=share)


def prepared(chosen: Settings) -> Path:
    """Migrate the database and train the model if it is stale; returns the model."""
    asyncio.run(_migrate(chosen))
    return trained_model(chosen)


async def _migrate(chosen: Settings) -> None:
    database = Database(chosen.database)
    try:
        await database.migrate()
        await database.check()
    finally:
        await database.close()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the page.", min=1, max=65535)] = 8000,
) -> None:
    """Set up what is missing, then run everything: the page, REST and Telegram (if their tokens are set), check-ins."""
    started = time.monotonic()
    chosen = settings()
    logs.catch_the_rest(logging.getLogger("bot"))
    with one_clear_line():
        from bot import app as parts  # noqa: PLC0415

        chosen.signing_key()  # said before anything is trained
        listener = parts.claim_port(host, port)
        services = parts.read_content(lambda: prepared(chosen))
        model = trained_model(chosen)

        def ready() -> None:
            err.print(f"Ready in {time.monotonic() - started:.0f} s: open [bold]http://localhost:{port}/[/bold]  (stop with Ctrl-C)")

        async def run() -> None:
            async with parts.open_advisor(chosen, model, services) as advisor:
                await parts.serve(advisor, listener, ready)

        _run(run)


@app.command()
def chat(
    lang: Annotated[str, typer.Option(help="ja or en")] = "ja",
    conversation: Annotated[str, typer.Option(help="Name of the conversation; another one is another owner.")] = "local",
) -> None:
    """Talk to the advisor in this terminal; a number presses a button, Ctrl-D ends."""
    chosen = settings()
    if lang not in ("ja", "en"):
        fail("--lang is ja or en")
    with one_clear_line():
        from bot import app as parts  # noqa: PLC0415
        from bot.channels.terminal import Terminal  # noqa: PLC0415

        services = parts.read_content(lambda: prepared(chosen))
        model = trained_model(chosen)
        console = Console(highlight=False)

        async def run() -> None:
            async with parts.open_advisor(chosen, model, services) as advisor, parts.ringing(advisor):
                turns = asyncio.create_task(advisor.turns.run())
                await Terminal(advisor.desk, console, _prompt, f"terminal:{conversation}", lang).run()
                turns.cancel()

        _run(run)


@app.command()
def demo(
    fast: Annotated[bool, typer.Option("--fast", help="In about two minutes instead of six.")] = False,
    lang: Annotated[str, typer.Option(help="ja or en")] = "ja",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the page; not that of a running advisor.", min=1, max=65535)] = 8001,
) -> None:
    """Watch twelve months of a rollout in the page: a made-up restaurant, the real advisor, its data apart from yours."""
    chosen = settings()
    if lang not in ("ja", "en"):
        fail("--lang is ja or en")
    with one_clear_line():
        from bot import app as parts  # noqa: PLC0415
        from bot.demo import player, script, stage  # noqa: PLC0415

        listener = parts.claim_port(host, port)
        steps = script.load_script(_root() / "knowledge")
        services, model = parts.read_content(lambda: trained_model(chosen)), trained_model(chosen)
        own = stage.demo_settings(chosen, lang, port)
        stage.fresh_folder(own.data_dir)
        start = stage.opening(own)
        clock = player.TravellingClock(start, parts.utc_now)

        async def run() -> None:
            await _migrate(own)
            entrance = stage.Entrance(own.signing_key(), parts.utc_now, lang)
            async with parts.open_advisor(own, model, services, clock, files_clock=lambda: start) as advisor:
                owner = player.Player(entrance.conversation, lang, advisor.desk, advisor.database, advisor.ring, clock)

                async def play() -> None:
                    await entrance.arrived.wait()
                    try:
                        await owner.play(steps, stage.evenly(stage.FAST if fast else stage.SLOW, len(steps)))
                        err.print("The demo has ended. Go on in the page as its owner, or stop with Ctrl-C.")
                    except player.ScriptError as error:
                        err.print(f"advisor: {error}", markup=False, soft_wrap=True)

                await parts.serve(advisor, listener, lambda: _say_where(port), entrance.routes(), [play()])

        _run(run)


def _say_where(port: int) -> None:
    err.print(f"Open [bold]http://localhost:{port}/play[/bold] to watch; it begins when you come  (stop with Ctrl-C)")


def _prompt() -> str:
    return input("\n> ")


def _run(main: Callable[[], Any]) -> None:
    with suppress(KeyboardInterrupt):  # a second Ctrl-C, or that of `chat`
        asyncio.run(main())
    err.print("Stopped. Everything is saved.")


@app.command()
def train(force: Annotated[bool, typer.Option("--force", help="Train even if nothing changed.")] = False) -> None:
    """Train what changed, and build beside it what a start would otherwise build."""
    chosen = settings()
    with one_clear_line():
        started = time.monotonic()
        from bot import app as parts  # noqa: PLC0415

        parts.read_content(lambda: trained_model(chosen, force))
        path = model_path(_root(), chosen.models)
        err.print(f"Model {path.name} is up to date ({time.monotonic() - started:.0f} s).")


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    chosen = settings()
    with one_clear_line():
        asyncio.run(_migrate(chosen))
        err.print("The database is up to date.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Copy the SQLite database to a file, while the advisor serves or not, and check the copy."""
    chosen = settings()
    from bot.operations import backups  # noqa: PLC0415

    with one_clear_line():
        url = parse_url(chosen.database)
    try:
        size = backups.back_up(url, file)
    except backups.BackupDamaged as error:
        fail(str(error), FOUND_WRONG)
    except backups.BackupError as error:
        fail(str(error))
    err.print(f"Backed up to {file} ({size / 1e6:.1f} MB, checked).", markup=False, soft_wrap=True)
    if not chosen.secret_key:
        err.print(f"Keep {chosen.data_dir / 'secret.key'} with it: without that key the links and sessions of owners end.", soft_wrap=True)


@app.command()
def check(
    samples: Annotated[bool, typer.Option("--samples", help="Also name sample questions that another entry answers better.")] = False,
) -> None:
    """Validate content, training data and settings; exit 1 with file, line and remedy of whatever is wrong."""
    chosen = settings()
    from bot.operations.checks import check_project, overdue_reviews  # noqa: PLC0415

    problems = check_project(_root())
    _print_lines(problems)
    if problems:
        raise typer.Exit(FOUND_WRONG)
    _print_lines(overdue_reviews(load_knowledge(_root() / "knowledge").entries.values(), datetime.now(UTC).date()))
    if samples:
        _print_lines(_misplaced_samples(chosen))
    err.print("Content, training data and settings are in order.")


def _misplaced_samples(chosen: Settings) -> list[str]:
    with one_clear_line():
        from bot import app as parts  # noqa: PLC0415
        from bot.operations.sample_checks import misplaced_samples  # noqa: PLC0415

        services = parts.read_content(lambda: trained_model(chosen))
        return misplaced_samples(load_samples(_root() / "nlu" / "topics"), services.search)


def _print_lines(lines: list[str]) -> None:
    for line in lines:
        err.print(line, markup=False, soft_wrap=True)


@app.command()
def ask(
    text: str,
    lang: Annotated[str, typer.Option(help="ja or en; found from the text when not given")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Show the ranking.")] = False,
) -> None:
    """Put one question to the knowledge base."""
    chosen = settings()
    with one_clear_line():
        from bot import app as parts  # noqa: PLC0415
        from bot.operations.asking import show_answer  # noqa: PLC0415

        show_answer(parts.read_content(lambda: trained_model(chosen)), text, lang, explain, Console(highlight=False))


@app.command()
def evaluate(
    what: Annotated[str, typer.Argument(help="knowledge, intents, answers, schedule or replies")],
    file: Annotated[Path, typer.Argument(help="A JSON Lines file; see docs/understanding.md")],
    out_of_scope: Annotated[Path | None, typer.Option(help="Messages that no entry answers (knowledge only).")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")] = False,
) -> None:
    """Measure the understanding on messages that nobody trained on."""
    chosen = settings()
    with one_clear_line():
        from bot.operations.evaluation import EvaluationError, run_evaluation  # noqa: PLC0415

        try:
            run_evaluation(what, file, out_of_scope, json_output, lambda: trained_model(chosen))
        except EvaluationError as error:
            fail(str(error))


@app.command()
def report(
    demo: Annotated[str, typer.Option(help="An example firm of knowledge/examples, such as restaurant.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    lang: Annotated[str, typer.Option(help="ja or en")] = "ja",
) -> None:
    """Write the pictures, the report and the packet of an example firm."""
    from bot.operations.demo_report import UnknownChoice, write_demo_report  # noqa: PLC0415

    try:
        for path in write_demo_report(_root(), demo, lang, out, datetime.now(UTC)):
            typer.echo(path)
    except UnknownChoice as error:
        fail(str(error))
    except ContentError as error:
        fail(str(error), FOUND_WRONG)
    except OSError as error:
        fail(f"cannot write to {out} ({error.strerror}); choose another folder with --out")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def rasa(context: typer.Context) -> None:
    """Rasa's own command line on this project: `advisor rasa train`, `advisor rasa data validate`, `advisor rasa test nlu` …"""
    from bot.assistant.rasa_command import run_rasa  # noqa: PLC0415

    raise typer.Exit(run_rasa(_root(), context.args))


@checkins.command("list")
def list_checkins() -> None:
    """Every check-in, the next one first."""
    _show_checkins(due_only=False)


@checkins.command("due")
def due_checkins() -> None:
    """Check-ins that are due and not yet asked."""
    _show_checkins(due_only=True)


def _show_checkins(due_only: bool) -> None:
    chosen = settings()
    with one_clear_line():
        from bot.operations import schedule  # noqa: PLC0415

        asyncio.run(schedule.show(chosen.database, due_only, Console(highlight=False)))


@checkins.command("explain")
def explain_checkin(checkin: Annotated[int, typer.Argument(help="The check-in's number from `advisor checkins list`.")]) -> None:
    """When a check-in comes, why then, and what became of it."""
    chosen = settings()
    with one_clear_line():
        from bot.operations import schedule  # noqa: PLC0415

        if not asyncio.run(schedule.explain(chosen.database, checkin, Console(highlight=False))):
            fail(f"there is no check-in {checkin}; see `advisor checkins list`", FOUND_WRONG)


def _insight(name: str, meaning: str) -> None:
    """One command for each table."""

    @insights.command(name, help=meaning)
    def show(
        json_output: Annotated[bool, typer.Option("--json", help="One JSON list on standard output, nothing else.")] = False,
        csv_output: Annotated[bool, typer.Option("--csv", help="Comma-separated values with a header, nothing else.")] = False,
    ) -> None:
        chosen = settings()
        if json_output and csv_output:
            fail("--json or --csv, not both")
        with one_clear_line():
            from bot.insights import reading, terminal  # noqa: PLC0415

            table = asyncio.run(reading.read_once(name, chosen.database, _sources(name, chosen), datetime.now(UTC)))
            form = terminal.Form.JSON if json_output else terminal.Form.CSV if csv_output else terminal.Form.TEXT
            terminal.show(table, form, Console(highlight=False))


for _name, _meaning in INSIGHTS.items():
    _insight(_name, _meaning)


def _sources(name: str, chosen: Settings) -> Any:
    """What the table is made from; the model is loaded for the one that needs it."""
    from bot.assessment.questionnaire import load_questionnaire  # noqa: PLC0415
    from bot.insights.reading import Sources  # noqa: PLC0415

    path, topics_of = model_path(_root(), chosen.models), None
    if name == "questions":
        from bot import app as parts  # noqa: PLC0415

        topics_of = parts.read_content(lambda: trained_model(chosen)).topics_of
    return Sources(chosen.time_zone, load_questionnaire(_root() / "knowledge"), path.name if path.is_file() else "not trained", topics_of)


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"advisor {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(SET_UP_WRONG)
    if context.invoked_subcommand == "rasa":  # Rasa's own command line sets up its own logging
        return
    quiet.silence_warnings()
    logs.set_up()
    quiet.hush()


def main() -> None:
    """Entry point of the console script."""
    app()
    sys.exit(0)
