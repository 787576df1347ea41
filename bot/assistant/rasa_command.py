"""Rasa's own command line on the project's files, with the stand-ins in place."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.assistant import quiet, stand_ins

#: Where our files lie, given to the commands that would otherwise look for Rasa's default names.
_DATA = ["--data", "nlu", "dialogues/rules", "dialogues/stories"]
_DOMAIN = ["--domain", "dialogues/domain"]
_DEFAULTS = {
    "train": [*_DATA, *_DOMAIN, "--out", "data/rasa-models"],
    "data validate": [*_DATA, *_DOMAIN],
    "test nlu": [*_DOMAIN],
}


def run_rasa(root: Path, arguments: Sequence[str]) -> int:
    """Run `rasa …`; options that are not given point at this project. Returns Rasa's exit code."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")  # what Rasa logs is wanted here; its libraries' warnings are not
    quiet.silence_warnings()
    stand_ins.install()
    os.chdir(root)
    sys.path.insert(0, str(root))
    sys.argv = ["rasa", *_completed(arguments)]
    from rasa.__main__ import main  # noqa: PLC0415 - only after the stand-ins

    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


def _completed(arguments: Sequence[str]) -> list[str]:
    given = list(arguments)
    for command, options in _DEFAULTS.items():
        if given[: len(command.split())] == command.split() and not {"-h", "--help"} & set(given):
            return [*given, *_missing(options, given)]
    return given


def _missing(options: Sequence[str], given: Sequence[str]) -> list[str]:
    """The default options whose flag was not given, each with its values."""
    kept: list[str] = []
    wanted = True
    for option in options:
        if option.startswith("--"):
            wanted = option not in given
        if wanted:
            kept.append(option)
    return kept
