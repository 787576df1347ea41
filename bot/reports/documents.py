"""Pictures and papers behind `/files/<signed>`: kept as what they show, drawn when somebody asks, cached, and gone with their owner.

A turn only writes a row; drawing happens later (drawer.py), one at a time: a small machine keeps a core for conversations.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.keys import Keys, oldest_first
from bot.messaging.files import Content, FileGone
from bot.reports import drawing
from bot.reports.drawer import Drawer, OwnDrawer
from bot.storage.database import Database
from bot.storage.tables import Document, Person

LIFETIME = timedelta(days=30)
PREFIX = "/files/"
#: Shorter than the drawing process waits for work before it ends (seconds).
WARM_SECONDS = 300.0


class Signer:
    """Addresses that nobody can make up; `purpose` keeps those of one kind from working as another."""

    def __init__(self, keys: Keys, purpose: str) -> None:
        options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(oldest_first(keys), salt=f"advisor {purpose}", signer_kwargs=options)

    def sign(self, key: str) -> str:
        """The signed form of a random key."""
        signed: str = self._serializer.dumps(key)
        return signed

    def read(self, signed: str) -> str | None:
        """The key; None when it was not signed by us."""
        try:
            return str(self._serializer.loads(signed))
        except (BadData, ValueError):  # ValueError: what cannot even be bytes
            return None


def _nobody_draws() -> None:
    """Nothing gets ready where nothing is drawn."""


class Documents:
    """Issues documents and knows their addresses. Without a `folder` nothing is cached; without a `key` addresses end with the process."""

    def __init__(self, key: Keys | None = None, folder: Path | None = None) -> None:
        self._signer = Signer(key or secrets.token_bytes(32), "file")
        self._folder = folder
        #: Called when an owner will want a picture soon.
        self.expect: Callable[[], None] = _nobody_draws

    async def issue(self, session: AsyncSession, person: Person, kind: str, name: str, shown: object, now: datetime) -> str:
        """The address of a document that shows `shown`; the same as before when the person was given the very same lately."""
        content = drawing.kept(kind, shown)
        mine = select(Document).where(Document.person_id == person.id, Document.kind == kind, Document.issued_at > now - LIFETIME)
        found = next((each for each in await session.scalars(mine) if each.content == content and each.name == name), None)
        if found is None:
            found = Document(key=secrets.token_urlsafe(16), person_id=person.id, kind=kind, name=name, content=content, issued_at=now)
            session.add(found)
        found.issued_at = now
        await session.flush()
        return PREFIX + self._signer.sign(found.key)

    def key_of(self, url: str) -> str:
        """The document's key in an address. Raises FileGone."""
        key = self._signer.read(url.removeprefix(PREFIX)) if url.startswith(PREFIX) else None
        if key is None:
            raise FileGone(url)
        return key

    def cached(self, key: str) -> Path | None:
        """Where the drawn file is kept."""
        return self._folder / key if self._folder else None

    async def forget(self, session: AsyncSession, person: Person, kinds: Collection[str] = ()) -> int:
        """Delete every document of a person, or those of some kinds, drawn files included; returns how many."""
        mine = (Document.person_id == person.id, *((Document.kind.in_(kinds),) if kinds else ()))
        keys = set(await session.scalars(select(Document.key).where(*mine)))
        await session.execute(delete(Document).where(*mine))
        await asyncio.to_thread(self._remove_drawn, keys)
        return len(keys)

    async def tidy(self, session: AsyncSession, now: datetime) -> None:
        """Delete what has expired, and drawn files whose document is gone (another replica may have deleted it)."""
        await session.execute(delete(Document).where(Document.issued_at <= now - LIFETIME))
        alive = set(await session.scalars(select(Document.key)))
        await asyncio.to_thread(lambda: self._remove(name for name in self._names() if name.partition(".")[0] not in alive))

    def _remove_drawn(self, keys: Collection[str]) -> None:
        """Half-written files, too."""
        self._remove(name for name in self._names() if name.partition(".")[0] in keys)

    def _names(self) -> list[str]:
        return [each.name for each in self._folder.iterdir()] if self._folder and self._folder.is_dir() else []

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            path = self.cached(name)
            if path:
                path.unlink(missing_ok=True)


class DocumentFiles:
    """What stands behind the addresses: the `Files` of the desk."""

    def __init__(
        self, database: Database, documents: Documents, clock: Callable[[], datetime], drawer: Drawer | None = None
    ) -> None:
        self._database = database
        self._documents = documents
        self._clock = clock
        self._drawer = drawer or OwnDrawer()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
        self._expected_at = -WARM_SECONDS
        documents.expect = self.expect

    def expect(self) -> None:
        """A drawing is wanted soon: get ready while the owner still answers."""
        now = time.monotonic()
        if now - self._expected_at >= WARM_SECONDS:
            self._expected_at = now
            self._thread.submit(self._drawer.warm)

    async def read(self, url: str) -> Content:
        """The file at an address. Raises FileGone when it was not signed by us, has expired, or its owner was deleted."""
        key = self._documents.key_of(url)
        document = await self._document(key)
        if document is None:
            raise FileGone(url)
        path = self._documents.cached(key)
        data = await asyncio.to_thread(_read, path)
        if data is None:
            loop = asyncio.get_running_loop()
            data = await loop.run_in_executor(self._thread, self._draw, document.kind, document.content, path)
            if await self._document(key) is None:  # deleted while it was being drawn
                await asyncio.to_thread(_forget, path)
                raise FileGone(url)
        return drawing.as_file(document.kind, document.name, data)

    async def _document(self, key: str) -> Document | None:
        async with self._database.reading() as session:
            found = await session.get(Document, key)
            return found if found is not None and found.issued_at > self._clock() - LIFETIME else None

    def close(self) -> None:
        """Stop drawing."""
        self._documents.expect = _nobody_draws
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._drawer.close()

    def _draw(self, kind: str, content: dict[str, Any], path: Path | None) -> bytes:
        """Draw, and keep: written beside its final name and moved there, so that nobody reads half a file."""
        kept = _read(path)  # somebody asked for the same in the meantime
        if kept is not None:
            return kept
        data = self._drawer.draw(kind, content)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"{path.name}.{os.getpid()}")
            beside.write_bytes(data)
            beside.replace(path)
        return data


def _read(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except FileNotFoundError:
        return None


def _forget(path: Path | None) -> None:
    if path:
        path.unlink(missing_ok=True)
