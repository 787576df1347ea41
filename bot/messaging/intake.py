"""What arrives at the same time is stored together: one transaction, and one wait for the disk, for all of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from bot.messaging import inbox
from bot.messaging.message import Incoming
from bot.storage.database import Database

#: A sender who is cancelled waits so long for what has begun.
ENDS_WITHIN_SECONDS = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    incoming: Incoming
    at: datetime
    #: Whether it is new; or why it could not be stored.
    stored: asyncio.Future[bool]


class Intake:
    """Stores what comes in. While one transaction waits for its turn to write, what arrives meanwhile joins it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._arrived: list[_Arrival] = []
        self._storing: set[asyncio.Task[None]] = set()

    async def store(self, incoming: Incoming, now: datetime) -> bool:
        """Keep `incoming`, safe on disk; False when it had come before. Raises what the database raises."""
        mine = _Arrival(incoming, now, asyncio.get_running_loop().create_future())
        self._arrived.append(mine)
        if len(self._arrived) == 1:
            task = asyncio.create_task(self._write())
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
        try:
            return await mine.stored
        except asyncio.CancelledError:
            # What has begun is ended before its sender leaves: the database may be closed after them.
            if self._storing:
                await asyncio.wait(self._storing, timeout=ENDS_WITHIN_SECONDS)
            raise

    async def _write(self, arrivals: list[_Arrival] | None = None) -> None:
        """Store these; or, once it may write, all that have arrived by then."""
        taken = arrivals
        try:
            async with self._database.transaction() as session:
                taken = taken or self._take()
                new = [await inbox.store(self._database, session, each.incoming, each.at) for each in taken]
        except BaseException as error:
            taken = taken or self._take()
            if len(taken) > 1 and not _is_of_all(error):
                for each in taken:
                    await self._write([each])
                return
            _tell(taken, error)
            if not isinstance(error, Exception):
                raise
        else:
            for each, is_new in zip(taken, new, strict=True):
                if not each.stored.done():  # else its sender has gone
                    each.stored.set_result(is_new)

    def _take(self) -> list[_Arrival]:
        taken, self._arrived = self._arrived, []
        return taken


def _is_of_all(error: BaseException) -> bool:
    """Whether nothing can be stored, rather than something that one of several brought."""
    is_gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_gone or not isinstance(error, Exception) or isinstance(error, OperationalError | TimeoutError | OSError)


def _tell(arrivals: list[_Arrival], error: BaseException) -> None:
    for each in arrivals:
        if each.stored.done():
            continue
        if isinstance(error, Exception):
            each.stored.set_exception(error)
        else:
            each.stored.cancel()
