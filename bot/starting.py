"""What makes a start quick and the process small."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import sys
from pathlib import Path

import typer


def keep_bytecode(folder: Path) -> None:
    """Keep compiled modules under `folder` where they may not be kept beside their sources (some images forbid it, or are read-only).

    Without them every start compiles 2,300 modules again: nine seconds instead of four.
    """
    beside = importlib.util.cache_from_source(typer.__file__)
    if sys.dont_write_bytecode and not Path(beside).is_file():
        sys.pycache_prefix, sys.dont_write_bytecode = str(folder), False


def settle() -> None:
    """Give back what only loading needed, and let the garbage collector pass over what stays for good."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # the GNU C library keeps freed memory otherwise: 40 MB here
    if trim is not None:
        trim(0)
