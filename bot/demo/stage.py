"""What the demo runs on: settings and a folder of its own, and the door by which a browser comes into the conversation that is played."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.sessions import Session, Sessions
from bot.keys import Keys
from bot.rollout.calendar import to_utc
from bot.settings import Settings, SettingsError

#: How long it plays, in seconds: in a hurry, and at a pace at which one can read along.
FAST, SLOW = 120.0, 360.0
#: The day on which the demo begins, and when, by the owner's clock. Always the same one, in the same zone: which check-ins meet a weekend
#: or a holiday follows from it, and the script is written for that.
_FIRST_DAY, _OPENING = date(2026, 11, 24), time(9)
PLAY = "/play"


def demo_settings(chosen: Settings, language: str, port: int) -> Settings:
    """The settings of the demo: nothing of the real advisor's but its language model, and no channel but the page."""
    own = {"data_dir": chosen.data_dir / "demo" / str(port), "public_url": f"http://localhost:{port}"}
    # Copied, not built: whatever is built takes what it lacks from the environment, and that is the real advisor's.
    unset = {name: field.default for name, field in Settings.model_fields.items()}
    return chosen.model_copy(update={**unset, **own, "language": language})


def fresh_folder(folder: Path) -> None:
    """Begin with nothing. Raises SettingsError."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        remedy = "set ADVISOR_DATA_DIR to a folder that may be written"
        raise SettingsError(f"cannot make {folder} anew ({error.strerror}); {remedy}") from error


def opening(settings: Settings) -> datetime:
    """The moment at which the demo begins."""
    return to_utc(_FIRST_DAY, _OPENING, settings.time_zone)


class Entrance:
    """`/play`: gives every browser that comes the conversation that is played."""

    def __init__(self, secret_key: Keys, clock: Callable[[], datetime], language: str) -> None:
        self._sessions = Sessions(secret_key, clock)
        self._session: Session = self._sessions.new()
        self._language = language
        self.arrived = asyncio.Event()

    @property
    def conversation(self) -> str:
        """Its address everywhere else in the advisor."""
        return self._session.conversation

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route(PLAY, self._enter, name="play")]

    async def _enter(self, request: Request) -> Response:
        self.arrived.set()
        address = f"/?{urlencode({'lang': self._language})}#c={self._sessions.code(self._session)}"
        return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def evenly(seconds: float, steps: int) -> Callable[[], Awaitable[None]]:
    """A pause before each of so many steps, which then take `seconds` altogether, answers included."""
    moments: list[float] = []

    async def pause() -> None:
        now = asyncio.get_running_loop().time()
        moments.append(max(now, moments[-1] + seconds / steps) if moments else now)
        await asyncio.sleep(moments[-1] - now)

    return pause
