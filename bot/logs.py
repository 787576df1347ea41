"""The log: one line per event, for people or (JSON) for machines, with ids and the names of what happened: never words.

What somebody wrote can get into a log only by an exception's message, which may quote the value that it stumbled over, or by a library's
own line. So of an exception its type and the places in the code are shown, with a code of the database or the system where there is one;
and of other libraries' lines the template without its values.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from bot.metrics import ERRORS

JSON, READABLE = "json", "text"
_OURS = ("bot", "dialogues", "nlu", "knowledge", "__main__", "tests")
#: Frames shown of each exception: of our own code, and the innermost whosesoever.
_FRAMES, _INNERMOST = 12, 3
_LIBRARIES = "site-packages"
#: Causes followed, and exceptions shown of a group.
_DEPTH, _MEMBERS = 5, 3
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up(log_format: str = "", level: str = "WARNING", stream: TextIO | None = None) -> None:
    """Send everything that is logged to `stream` (standard error). With no format: readable on a terminal, else JSON."""
    stream = stream or sys.stderr
    chosen = log_format or (READABLE if stream.isatty() else JSON)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=_processors(chosen), foreign_pre_chain=_first_steps()))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.addHandler(_Counter(logging.ERROR))
    root.setLevel(level)
    logging.captureWarnings(False)


def _first_steps() -> list[Processor]:
    """From a record of the standard library to an event: without other libraries' values."""
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_others_values,
    ]


def _processors(log_format: str) -> list[Processor]:
    drawn: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, default=_type_of) if log_format == JSON else _readable
    return [_told_exception, structlog.stdlib.ProcessorFormatter.remove_processors_meta, drawn]


def _without_others_values(logger: Any, name: str, event: EventDict) -> EventDict:
    """Our lines say a fixed sentence and ids. What other libraries put into theirs, nobody knows."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] in _OURS:
        return structlog.stdlib.ExtraAdder()(logger, name, event)
    event["event"] = str(record.msg).strip().partition("\n")[0] if not isinstance(record.msg, BaseException) else type(record.msg).__name__
    return event


def _told_exception(logger: object, name: str, event: EventDict) -> EventDict:
    """The exception in place of what Python would print of it."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(found, tuple) and isinstance(found[1], BaseException):
        event["exception"] = list(told(found[1]))
    return event


def _readable(logger: object, name: str, event: EventDict) -> str:
    exception = event.pop("exception", ())
    first = [str(event.pop(key, "")) for key in ("timestamp", "level", "logger", "event")]
    ids = [f"{key}={value}" for key, value in event.items() if not key.startswith("_")]
    return "\n  ".join([" ".join([*first, *ids]), *exception])


def _type_of(value: object) -> str:
    """What cannot be written as JSON is only named."""
    return type(value).__name__


class _Counter(logging.Handler):
    """Counts errors for `/metrics`, by their action."""

    def emit(self, record: logging.LogRecord) -> None:
        ERRORS.labels(getattr(record, "action", "other")).inc()


# --- exceptions without their messages ---


def told(error: BaseException, depth: int = _DEPTH) -> Iterator[str]:
    """An exception as lines: type, code, places in the code, then what it came from."""
    yield f"{type(error).__module__}.{type(error).__qualname__}{_code_of(error)}"
    for frame in _telling(traceback.extract_tb(error.__traceback__)):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    if depth <= 0:
        return
    for member in error.exceptions[:_MEMBERS] if isinstance(error, BaseExceptionGroup) else ():
        yield from told(member, depth - 1)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield "from"
        yield from told(cause, depth - 1)


def _telling(frames: Sequence[traceback.FrameSummary]) -> Sequence[traceback.FrameSummary]:
    """Our own frames, and where it happened in the end; a library's dozens in between tell nothing."""
    own = [frame for frame in frames[:-_INNERMOST] if _LIBRARIES not in frame.filename]
    return [*own[-_FRAMES:], *frames[-_INNERMOST:]]


def _code_of(error: BaseException) -> str:
    """What an operator can look up: names and numbers that the system or the database gives, never text."""
    codes = [getattr(error, name, None) for name in ("sqlite_errorname", "sqlstate")]
    if isinstance(error, OSError) and error.errno is not None:
        codes.append(os.strerror(error.errno))
    known = [code for code in codes if isinstance(code, str)]
    return f" [{', '.join(known)}]" if known else ""


# --- what Python itself would print ---


def catch_the_rest(log: logging.Logger) -> None:
    """What nobody catches, in whatever thread, is logged like the rest, in place of a traceback with its message."""

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("nobody caught an error", exc_info=(kind, error, trace), extra={"action": "uncaught"})

    sys.excepthook = uncaught
    threading.excepthook = lambda args: uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    sys.unraisablehook = lambda args: uncaught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)


def catch_tasks(loop: asyncio.AbstractEventLoop, log: logging.Logger) -> None:
    """The same for tasks whose error nobody has fetched: asyncio would print the task with its result."""

    def failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        log.error("a task failed by itself", exc_info=error if error else False, extra={"action": "task_failed"})

    loop.set_exception_handler(failed)
