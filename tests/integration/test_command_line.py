"""The command line as an operator calls it: one clear line with the remedy, and the exit code of docs and README."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.services import ROOT


def advisor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the console script in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ADVISOR_")}
    command = [sys.executable, "-c", "from bot.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False, timeout=120)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """What stands on standard error, which must be a single line."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


WRONGLY_SET_UP = {
    "an unknown variable": (("migrate",), {"ADVISOR_TIMEZONE": "x"}, "did you mean ADVISOR_TIME_ZONE"),
    "a database of another kind": (("migrate",), {"ADVISOR_DATABASE_URL": "mysql://a/b"}, "use sqlite:///path or postgresql://"),
    "a database that does not answer": (
        ("migrate",),
        {"ADVISOR_DATABASE_URL": "postgresql://user:secret@127.0.0.1:1/x"},
        "start PostgreSQL or correct ADVISOR_DATABASE_URL",
    ),
    "a database file in a place that cannot be": (("migrate",), {"ADVISOR_DATABASE_URL": "sqlite:////dev/null/x.db"}, "cannot open"),
    "a language nobody speaks here": (("chat", "--lang", "fr"), {}, "--lang is ja or en"),
}


@pytest.mark.parametrize("case", WRONGLY_SET_UP)
def test_a_wrong_set_up_is_one_line_with_the_remedy(case: str, tmp_path: Path) -> None:
    arguments, environment, message = WRONGLY_SET_UP[case]
    done = advisor(*arguments, **({"ADVISOR_DATA_DIR": str(tmp_path)} | environment))
    assert done.returncode == 2
    assert message in one_line(done)
    assert "secret" not in done.stderr


def test_a_port_in_use_is_said_before_anything_is_trained(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = advisor("serve", "--port", str(port), ADVISOR_DATA_DIR=str(tmp_path))
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in one_line(done)
    assert "--port" in done.stderr
    assert not (tmp_path / "models").exists()


def test_a_file_to_evaluate_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    missing = advisor("evaluate", "knowledge", str(tmp_path / "none.jsonl"), ADVISOR_DATA_DIR=str(tmp_path))
    assert missing.returncode == 2
    assert "none.jsonl" in one_line(missing)
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"text": "a"}\n{"text": \n', encoding="utf-8")
    done = advisor("evaluate", "knowledge", str(broken), ADVISOR_DATA_DIR=str(tmp_path))
    assert done.returncode == 2
    assert "broken.jsonl" in one_line(done)


def test_the_shipped_content_is_in_order() -> None:
    done = advisor("check")
    assert (done.returncode, one_line(done)) == (0, "Content, training data and settings are in order.")


def test_the_version_is_printed() -> None:
    assert advisor("--version").stdout.startswith("advisor ")
