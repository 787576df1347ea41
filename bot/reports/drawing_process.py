"""The process that draws: `python -m bot.reports.drawing_process`. Jobs come on standard input, files leave on standard output.

It ends when its standard input does (the advisor is gone), or after IDLE_SECONDS without a job, and gives its memory back.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from typing import BinaryIO

from bot import logs
from bot.reports import drawing
from bot.reports.drawer import DRAWN, FAILED, LENGTH_BYTES

IDLE_SECONDS = 600.0

log = logging.getLogger(__name__)


def main() -> None:
    """Draw until nobody wants anything more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the advisor, whose end is ours
    jobs, files = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints must not get between the files
    logs.set_up(sys.argv[1] if len(sys.argv) > 1 else "")
    logs.catch_the_rest(log)
    drawing.warm()
    while job := _next(jobs):
        said, data = _drawn(job)
        files.write(len(data).to_bytes(LENGTH_BYTES, "big") + said + data)
        files.flush()


def _next(jobs: BinaryIO) -> bytes:
    """The next job; empty at the end."""
    idle = threading.Timer(IDLE_SECONDS, os._exit, (0,))
    idle.daemon = True
    idle.start()
    size = jobs.read(LENGTH_BYTES)
    idle.cancel()
    return jobs.read(int.from_bytes(size, "big")) if size else b""


def _drawn(job: bytes) -> tuple[bytes, bytes]:
    kind, content = json.loads(job)
    try:
        return DRAWN, drawing.draw(kind, content)
    except Exception as error:  # the edge of the process: the advisor is told, and the next job may be better
        log.exception("a document cannot be drawn", extra={"action": "drawing_failed"})
        return FAILED, type(error).__name__.encode()


if __name__ == "__main__":
    main()
