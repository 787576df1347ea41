"""The audit of dependencies: an open hole fails, an excused one passes, an excuse that nobody needs fails, no index is said."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import yaml

from bot.services import ROOT


def _audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


AUDIT = _audit()
REPORT = {
    "dependencies": [
        {"name": "sound", "version": "1", "vulns": []},
        {"name": "holed", "version": "1", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": []}]},
        {"name": "unknown", "skip_reason": "not found"},
    ]
}


def test_a_hole_is_open_until_it_is_excused_by_any_of_its_names() -> None:
    assert AUDIT.judge(REPORT, []) == AUDIT.Verdict(2, ("holed: PYSEC-1",), ())
    for name in ("PYSEC-1", "CVE-1"):
        assert AUDIT.judge(REPORT, [{"package": "holed", "id": name, "because": "x"}]) == AUDIT.Verdict(2, (), ())
    assert AUDIT.judge(REPORT, [{"package": "sound", "id": "CVE-1", "because": "x"}]).open


def test_an_excuse_that_nobody_needs_is_named() -> None:
    excuses = [{"package": "holed", "id": "CVE-1", "because": "x"}, {"package": "gone", "id": "CVE-2", "because": "x"}]
    assert AUDIT.judge(REPORT, excuses).unneeded == ("gone: CVE-2",)


def test_where_nothing_could_be_looked_up_nothing_is_claimed() -> None:
    report = {"dependencies": [{"name": "a", "skip_reason": "not found"}]}
    assert AUDIT.judge(report, [{"package": "a", "id": "CVE-1", "because": "x"}]) == AUDIT.Verdict(0, (), ())


def test_every_exception_says_why() -> None:
    for each in yaml.safe_load(AUDIT.EXCEPTIONS.read_text())["exceptions"]:
        assert each.keys() == {"id", "package", "because"}
        assert len(each["because"]) > 20
