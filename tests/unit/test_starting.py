"""A start is quick where byte code may not be kept beside the sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.services import ROOT


def start(code: str, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def kept_by(folder: Path, **environment: str) -> str:
    beside = "typer.__file__ = '/nowhere/typer.py'"
    keep = f"starting.keep_bytecode(pathlib.Path({str(folder)!r})); import wave"
    code = f"import pathlib, sys, typer; from bot import starting; {beside}; {keep}; print(sys.pycache_prefix)"
    return start(code, **environment)


def test_byte_code_goes_to_the_data_folder_where_it_may_not_lie_beside_the_sources(tmp_path: Path) -> None:
    assert kept_by(tmp_path / "bytecode", PYTHONDONTWRITEBYTECODE="1") == str(tmp_path / "bytecode")
    assert list((tmp_path / "bytecode").rglob("wave.*.pyc"))


def test_byte_code_stays_where_python_keeps_it_otherwise(tmp_path: Path) -> None:
    assert kept_by(tmp_path / "bytecode") == "None"
    assert not (tmp_path / "bytecode").exists()


def test_neither_what_trains_nor_what_draws_is_loaded_by_a_start() -> None:
    large = ("sklearn", "scipy.stats", "matplotlib", "reportlab")
    assert start(f"import bot.app, sys; print([name for name in {large} if name in sys.modules])") == "[]"
