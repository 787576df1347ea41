"""A line to PostgreSQL that can be cut right after a COMMIT, or go dead: what a network does, on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

_CHUNK = 65536


class Proxy:
    """Passes bytes on in both directions, until it is told to misbehave."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._lines: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.commits_to_cut = 0
        #: New connections are turned away.
        self.refuses = False
        #: COMMITs that were carried out and whose answer was lost.
        self.cut = 0

    def go_dead(self) -> None:
        """From now on connections stay open, and nothing passes."""
        self._flowing.clear()

    def heal(self) -> None:
        """What was held back passes, and all that follows."""
        self._flowing.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            if self.refuses:
                raise ConnectionRefusedError
            there, back = await asyncio.open_unix_connection(self._socket_path)
        except OSError:
            writer.close()
            return
        self._lines |= {writer, back}
        cut = asyncio.Event()
        ways = [asyncio.create_task(self._up(reader, back, cut)), asyncio.create_task(self._down(there, writer, cut))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for line in (writer, back):
            self._lines.discard(line)
            line.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        while data := await reader.read(_CHUNK):
            await self._flowing.wait()
            if self.commits_to_cut and b"COMMIT\0" in data:
                self.commits_to_cut -= 1
                cut.set()
            back.write(data)
            await back.drain()

    async def _down(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: asyncio.Event) -> None:
        while data := await there.read(_CHUNK):
            await self._flowing.wait()
            if cut.is_set():  # the server has answered, so the COMMIT is done
                self.cut += 1
                return
            writer.write(data)
            with suppress(ConnectionError):
                await writer.drain()

    def close(self) -> None:
        """Cut every connection."""
        for line in list(self._lines):
            line.transport.abort()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[str, Proxy]]:
    """The URL of a PostgreSQL on a Unix socket, by way of a proxy, and the proxy."""
    folder = make_url(url).query["host"]
    proxy = Proxy(f"{folder}/.s.PGSQL.5432")
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    there = make_url(url).set(host="127.0.0.1", port=port, query={"sslmode": "disable", "gssencmode": "disable"})
    try:
        yield there.render_as_string(hide_password=False), proxy
    finally:
        server.close()
        proxy.heal()
        proxy.close()
