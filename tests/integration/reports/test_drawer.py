"""The process that draws: it draws what this one would, is started again when it is gone, and ends with its advisor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from bot.reports import drawing
from bot.reports.drawer import DrawingFailed, ProcessDrawer
from bot.reports.picturing import radar
from tests.unit.reports.builders import make_facts


@pytest.fixture
def drawer() -> Iterator[ProcessDrawer]:
    """A process that has not begun."""
    drawer = ProcessDrawer()
    yield drawer
    drawer.close()


def running() -> list[psutil.Process]:
    """The processes that draw for this one."""
    return [each for each in psutil.Process().children() if "bot.reports.drawing_process" in each.cmdline()]


def test_a_picture_is_the_same_from_both_processes_and_no_failure_or_death_stops_the_next(drawer: ProcessDrawer) -> None:
    content = drawing.kept("radar", radar(make_facts(), "ja"))
    assert not running()
    assert drawer.draw("radar", content) == drawing.draw("radar", content)
    [first] = running()
    with pytest.raises(DrawingFailed):
        drawer.draw("nothing of ours", content)
    assert drawer.draw("radar", content)
    assert running() == [first]
    first.kill()
    first.wait()
    assert drawer.draw("radar", content)
    [second] = running()
    assert second != first
    drawer.close()
    assert not running()


def test_it_begins_when_a_drawing_is_expected(drawer: ProcessDrawer) -> None:
    drawer.warm()
    [begun] = running()
    drawer.warm()
    assert running() == [begun]


def test_it_ends_when_its_advisor_is_gone() -> None:
    command = [sys.executable, "-m", "bot.reports.drawing_process"]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (0, b"")
