"""docs/security.md names a test for everything that holds, and each of them exists; its limits are those of the code."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bot.channels.front import FrontLimits
from bot.channels.web.limits import Limits
from bot.services import ROOT
from tests.unit.test_reliability_page import suite

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if re.match(r"\| \d+ \|", line)]
_NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def test_every_threat_has_an_answer_and_tests_that_exist() -> None:
    known = suite()
    assert [int(row[0]) for row in ROWS] == list(range(1, len(ROWS) + 1))
    for number, threat, holds, shown in ROWS:
        assert threat, number
        assert holds, number
        named = _NAMED.findall(shown)
        assert named, f"row {number} names no test"
        assert [each for each in named if each[1] not in known[each[0]]] == []
        assert shown.count("::") == len(named), number


_SERVING = """
import sys
import bot.app, sanic
from bot.assistant import agent
absent = ("distributed", "sanic_cors", "sanic_jwt", "networkx", "pydot")
print(len(sanic.Sanic._app_registry), *(name for name in absent if name in sys.modules))
"""


def test_rasas_frozen_parts_that_are_said_not_to_be_there_are_not() -> None:
    done = subprocess.run([sys.executable, "-c", _SERVING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]  # no application of Sanic, and nothing of the list


@pytest.mark.parametrize(
    "said",
    [
        f"{FrontLimits().requests} at once, {FrontLimits().requests_per_minute:,.0f} a minute",
        f"{FrontLimits().site_requests:,} at once, {FrontLimits().site_requests_per_minute:,.0f} a minute",
        f"{Limits().burst} at once, {Limits().messages_per_minute:.0f} a minute",
        f"{Limits().new_sessions} at once, {Limits().new_sessions_per_minute:.0f} a minute; {Limits().site_sessions}",
        f"4 KB; {FrontLimits().headers} of {FrontLimits().header_bytes // 1024} KB; 1 MB within {FrontLimits().body_seconds:.0f} s",
    ],
)
def test_the_limits_on_the_page_are_those_of_the_code(said: str) -> None:
    assert said in TEXT
