"""Has anything changed that a trained or built thing was made from?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

_KINDS = frozenset({".yml", ".yaml", ".py"})


def fingerprint(root: Path, sources: Iterable[str], libraries: Iterable[str]) -> str:
    """A short hash of files and folders (relative to `root`) and of the versions of libraries: same sources, same hash."""
    digest = hashlib.blake2b(digest_size=10)
    for library in libraries:
        digest.update(f"{library}={version(library)}\n".encode())
    for path in _files(root, sources):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(root: Path, sources: Iterable[str]) -> Iterator[Path]:
    for source in sources:
        path = root / source
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in found if file.is_file() and file.suffix in _KINDS)
