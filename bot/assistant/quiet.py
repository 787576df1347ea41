"""Keep third-party chatter off a user's terminal: Rasa's debug lines, deprecation warnings of libraries of 2022, TensorFlow's banner."""

from __future__ import annotations

import logging
import os
import sys
import warnings

import structlog

#: Loggers that say nothing an operator could act on below WARNING or ERROR.
_LOUD = {"rasa": logging.ERROR, "rasa_sdk": logging.ERROR, "apscheduler": logging.WARNING, "httpx": logging.WARNING, "asyncio": logging.WARNING}


def hush() -> None:
    """Call once per process, before Rasa is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # Rasa shows its progress bars unless its log level is ERROR
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    _ignore_warnings()
    for name, level in _LOUD.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _ignore_warnings() -> None:
    """Third-party warnings are for developers; the tests turn every warning of ours into an error."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
