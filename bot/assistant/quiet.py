"""Keep third-party chatter off a user's terminal: Rasa's debug lines, deprecation warnings of libraries of 2022, TensorFlow's banner.

And keep owners' words out of every log: what libraries say below WARNING repeats messages, statements with their values, and frames.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict

#: Loggers that say nothing an operator could act on below WARNING or ERROR.
_LOUD = {
    "rasa": logging.CRITICAL,  # what it logs as an error, a failed turn of ours says again, with the inbox row's id
    "rasa_sdk": logging.ERROR,
    "apscheduler": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "psycopg": logging.WARNING,
    "telegram": logging.WARNING,
    "websockets": logging.WARNING,
    "uvicorn": logging.WARNING,
    "engineio": logging.WARNING,
    "socketio": logging.WARNING,
    "asyncio": logging.WARNING,
}
#: What these say of a client's nonsense quotes it; only an exception of ours is worth a line.
_QUOTING = ("engineio", "socketio")


def hush() -> None:
    """Call before Rasa is imported; calling it again does no harm."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # Rasa shows its progress bars unless its log level is ERROR
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    for name, level in _LOUD.items():
        logging.getLogger(name).setLevel(level)
    for name in _QUOTING:
        logging.getLogger(name).addFilter(_tells_of_a_fault)
    logging.getLogger("uvicorn.error").addFilter(_is_no_clients_nonsense)
    structlog.configure(
        processors=[_only_what_happened],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.stdlib.LoggerFactory(),  # Rasa's own lines are under its logger's level, too
        cache_logger_on_first_use=True,
    )


def _tells_of_a_fault(record: logging.LogRecord) -> bool:
    return bool(record.exc_info)


def _is_no_clients_nonsense(record: logging.LogRecord) -> bool:
    """Whoever sends bytes that are no request should not be able to fill our log."""
    return not str(record.msg).startswith("Invalid ")


def _only_what_happened(logger: object, name: str, event: EventDict) -> str:
    """Rasa's lines carry what was said as values."""
    return str(event["event"])


@contextmanager
def old_libraries_may_warn() -> Iterator[None]:
    """Around imports of Rasa: they warn of their age, and Sanic changes the process's warning filters; both end with the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.showwarning = _say_nothing
        yield


def silence_warnings() -> None:
    """For the command line: Python's warnings are for developers, who get them back with `python -W default`."""
    if not sys.warnoptions:
        warnings.showwarning = _say_nothing


def _say_nothing(*args: object, **kwargs: object) -> None:
    """In place of Python's own way of showing a warning."""
