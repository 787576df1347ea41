"""The log tells what happened and where, and nothing of what anybody wrote."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.assistant import quiet
from bot.metrics import REGISTRY

MARKER = "ZQXJV"
log = logging.getLogger("bot.tests")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the log has written; the handlers of the test run are put back."""
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)  # servers of other tests may have had logs of their own
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    logs.set_up("json", "INFO", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_ids_and_when_and_where(written: io.StringIO) -> None:
    log.warning("an update cannot be stored yet", extra={"action": "store_failed", "update_id": 7})
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "an update cannot be stored yet",
        "level": "warning",
        "logger": "bot.tests",
        "action": "store_failed",
        "update_id": 7,
    }


def test_of_an_exception_type_and_place_are_told_but_not_its_message(written: io.StringIO) -> None:
    try:
        try:
            int(MARKER)
        except ValueError as error:
            error.add_note(f"note {MARKER}")
            raise KeyError(MARKER) from error
    except KeyError:
        log.exception("a turn failed", extra={"action": "turn_failed"})
    assert MARKER not in written.getvalue()
    told = "\n".join(lines(written)[0]["exception"])
    assert "builtins.KeyError" in told
    assert "from\nbuiltins.ValueError" in told
    assert f"{__file__}:" in told


def test_members_of_a_group_are_told_without_their_messages(written: io.StringIO) -> None:
    log.error("several failed", exc_info=ExceptionGroup(MARKER, [ValueError(MARKER), OSError(28, MARKER)]))
    assert MARKER not in written.getvalue()
    assert "builtins.OSError [No space left on device]" in lines(written)[0]["exception"]


def test_codes_of_the_database_help_and_are_no_words(written: io.StringIO) -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"SELECT {MARKER}")
    except sqlite3.Error:
        log.exception("a statement failed")
    connection.close()
    assert MARKER not in written.getvalue()
    assert "sqlite3.OperationalError [SQLITE_ERROR]" in lines(written)[0]["exception"]


@pytest.mark.parametrize("name", ["asyncio", "uvicorn.error", "apscheduler.executors.default"])
def test_of_other_libraries_lines_only_the_template_is_written(written: io.StringIO, name: str) -> None:
    logger = logging.getLogger(name)
    logger.error("Task exception was never retrieved\nfuture: <Task exception=ValueError('%s')>" % MARKER)  # noqa: UP031 - as asyncio does
    logger.error("job %s failed", MARKER, extra={"job": MARKER})
    logger.error(ValueError(MARKER))
    assert MARKER not in written.getvalue()
    assert [line["event"] for line in lines(written)] == ["Task exception was never retrieved", "job %s failed", "ValueError"]


@pytest.mark.parametrize(("name", "line"), [("engineio", f"Invalid session {MARKER}"), ("uvicorn.error", "Invalid HTTP request received.")])
def test_clients_nonsense_fills_no_log(written: io.StringIO, name: str, line: str) -> None:
    quiet.hush()
    logging.getLogger(name).error(line)
    assert written.getvalue() == ""
    logging.getLogger(name).error("a handler failed", exc_info=ValueError(MARKER))
    assert [each["event"] for each in lines(written)] == ["a handler failed"]


def test_rasas_own_lines_carry_no_values(written: io.StringIO) -> None:
    quiet.hush()
    structlog.get_logger("somewhere").error("slot.set", value=MARKER)
    assert MARKER not in written.getvalue()
    assert [line["event"] for line in lines(written)] == ["slot.set"]


async def test_a_task_that_fails_by_itself_is_told_without_its_message(written: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    logs.catch_tasks(loop, log)
    try:
        loop.call_exception_handler({"message": MARKER, "exception": ValueError(MARKER), "future": MARKER})
    finally:
        loop.set_exception_handler(before)
    assert MARKER not in written.getvalue()
    assert lines(written)[0]["action"] == "task_failed"


def test_errors_are_counted_by_their_action(written: io.StringIO) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("advisor_errors_total", {"action": "counted_here"}) or 0.0

    before = counted()
    log.error("a fault", extra={"action": "counted_here"})
    log.warning("no fault", extra={"action": "counted_here"})
    assert counted() == before + 1


_FALLS = """
import sys, threading, logging
from bot import logs
logs.set_up({format!r})
logs.catch_the_rest(logging.getLogger("bot"))
def fall(): raise ValueError("ZQXJV")
thread = threading.Thread(target=fall); thread.start(); thread.join()
class Falls:
    def __del__(self): raise ValueError("ZQXJV")
Falls()
fall()
"""


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_process_that_falls_says_where_and_not_over_what(log_format: str) -> None:
    ended = subprocess.run([sys.executable, "-c", _FALLS.format(format=log_format)], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "ZQXJV" not in ended.stdout + ended.stderr
    assert ended.stderr.count("builtins.ValueError") == 3


def test_without_a_terminal_the_log_is_json_and_with_one_it_is_readable() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        for stream, is_json in ((io.StringIO(), True), (Terminal(), False)):
            logs.set_up("", "INFO", stream)
            log.info("hello", extra={"action": "greeted"})
            assert stream.getvalue().startswith("{") is is_json
            assert "greeted" in stream.getvalue()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
