"""docs/reliability.md names a test for every fault, and each of them exists."""

from __future__ import annotations

import re
from collections import defaultdict

from bot.services import ROOT

PAGE = ROOT / "docs" / "reliability.md"
_NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
_COMMAND = re.compile(r"`python -m ([\w.]+)`")
_DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def rows() -> list[list[str]]:
    """The cells of every numbered row."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| \d+ \|", line)]


def suite() -> dict[str, set[str]]:
    """All tests of the suite, by the name of their file."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "tests").rglob("test_*.py"):
        found[path.name] |= set(_DEFINED.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_fault_has_a_promise_and_a_test() -> None:
    found = rows()
    assert len(found) >= 40
    assert [int(row[0]) for row in found] == list(range(1, len(found) + 1))
    for number, fault, promise, shown in found:
        assert fault, number
        assert promise, number
        assert _NAMED.search(shown), f"row {number} names no test"


def test_every_test_and_command_that_is_named_exists() -> None:
    known, shown = suite(), "\n".join(row[-1] for row in rows())
    assert [name for name in _NAMED.findall(shown) if name[1] not in known[name[0]]] == []
    assert shown.count("::") == len(_NAMED.findall(shown)), "a name that is not written as `file.py::test`"
    missing = [name for name in _COMMAND.findall(shown) if not (ROOT / f"{name.replace('.', '/')}.py").exists()]
    assert missing == []
