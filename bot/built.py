"""What takes long to build from content is built once and kept beside the trained model."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bot.fingerprints import fingerprint

log = logging.getLogger(__name__)
_LIBRARIES = ("scikit-learn", "numpy", "sudachipy", "sudachidict-small")
Built = TypeVar("Built")


def built_once(name: str, root: Path, sources: Sequence[str], folder: Path, build: Callable[[], Built]) -> Built:
    """What `build` makes, out of `folder` when nothing in `sources` (relative to `root`) has changed since it was made."""
    kept = folder / f"{name}-{fingerprint(root, sources, _LIBRARIES)}.pickle"
    if kept.is_file():
        found: Built = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
        return found
    built = build()
    try:
        _keep(built, name, kept)
    except OSError as error:  # a read-only image whose `advisor train` did not run to its end
        log.warning("what was built is not kept, and built again next time", extra={"action": "built_not_kept", "error": error.strerror})
    return built


def _keep(built: object, name: str, kept: Path) -> None:
    """Written beside its final name and moved there, so that a crash leaves no half of it; older ones go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}")
    beside.write_bytes(pickle.dumps(built, pickle.HIGHEST_PROTOCOL))
    for old in kept.parent.glob(f"{name}-*.pickle"):
        old.unlink(missing_ok=True)
    beside.replace(kept)
