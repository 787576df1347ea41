"""Pictures and documents: a reply names them by an address of ours, and what stands behind it is made when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class FileGone(Exception):
    """Nothing stands behind this address: it is not ours, has expired, or what it showed was deleted."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it is handed out; `name` is what a phone calls it when it is kept."""

    data: bytes
    media_type: str
    name: str


class Files(Protocol):
    """Knows what stands behind the addresses in replies (`Image.url`, `File.url`)."""

    async def read(self, url: str) -> Content:
        """The file at an address such as `/files/<signed>`. Raises FileGone."""
        ...
