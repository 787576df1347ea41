"""Where pictures and papers are drawn: in a process of its own, so that matplotlib and reportlab (70 MB, seconds to import) never
stay in the advisor, and a conversation never waits for a drawing.

The process begins when a drawing is expected, takes one job after the other, and ends when it has been idle for a while.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

from bot.reports import drawing

log = logging.getLogger(__name__)
#: What stands before every job and every file: its length, and what it is.
LENGTH_BYTES = 5
DRAWN, FAILED = b"+", b"-"


class DrawingFailed(Exception):
    """The process could not draw this; its own log says why."""


class Drawer(Protocol):
    """Draws in the thread that calls it."""

    def warm(self) -> None:
        """Get ready: a drawing is expected soon."""

    def draw(self, kind: str, content: Mapping[str, Any]) -> bytes:
        """The file of a document."""
        ...

    def close(self) -> None:
        """No more drawings."""


class OwnDrawer:
    """Draws in this process: for tests, and for commands that draw once and end."""

    def warm(self) -> None:
        """Nothing to prepare."""

    def draw(self, kind: str, content: Mapping[str, Any]) -> bytes:
        """The file of a document."""
        return drawing.draw(kind, content)

    def close(self) -> None:
        """Nothing to end."""


class ProcessDrawer:
    """Draws in another process, which logs in the same format. Not for several threads at once."""

    def __init__(self, log_format: str = "") -> None:
        self._log_format = log_format
        self._process: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        """Start the process, unless it runs."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            command = [sys.executable, "-m", "bot.reports.drawing_process", self._log_format]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own module

    def draw(self, kind: str, content: Mapping[str, Any]) -> bytes:
        """The file of a document. Raises DrawingFailed."""
        job = json.dumps([kind, content]).encode()
        try:
            return self._ask(job)
        except OSError:  # it ended, idle, in this very moment
            log.info("the drawing process is started again", extra={"action": "drawing_process_restarted"})
            self.close()
            return self._again(job)

    def _again(self, job: bytes) -> bytes:
        try:
            return self._ask(job)
        except OSError as error:
            raise DrawingFailed("the drawing process ended before it was done") from error

    def _ask(self, job: bytes) -> bytes:
        """Raises OSError when the process is gone."""
        self.warm()
        assert self._process
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(len(job).to_bytes(LENGTH_BYTES, "big") + job)
        self._process.stdin.flush()
        head = self._process.stdout.read(LENGTH_BYTES + 1)
        size = int.from_bytes(head[:LENGTH_BYTES], "big")
        data = self._process.stdout.read(size)
        if len(head) <= LENGTH_BYTES or len(data) < size:
            raise BrokenPipeError("the drawing process ended")
        if head[LENGTH_BYTES:] == FAILED:
            raise DrawingFailed(data.decode())
        return data

    def close(self) -> None:
        """End the process: without more jobs it leaves by itself, but a drawing under way is not waited for."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what it never took is lost with it
                if pipe:
                    pipe.close()
