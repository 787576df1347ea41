"""The pages and the widget's files, read once. Their address holds a hash of their content: a browser never mixes versions."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.web.miniapp import FRAMED_BY
from bot.channels.web.origins import Origins
from bot.channels.web.scripts import bundle, tight, tight_sheet
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.files import FileGone

LANGUAGES = ("ja", "en")
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
#: The chat's script, served as one with all that it imports.
ENTRY = "chat.js"
#: What other sites load, under an address that never changes.
LAUNCHER = ("widget.js", "panel.js")
FOR_AN_HOUR = "public, max-age=3600, stale-while-revalidate=86400"
DEMO_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; img-src 'self'; base-uri 'none'"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    zipped: bytes
    etag: str
    media_type: str


class Pages:
    """Serves `/`, `/demo`, `/static/` and what other sites load. Reads `folder` when it is built, so a changed file needs a restart."""

    def __init__(self, folder: Path, origins: Origins) -> None:
        self._origins = origins
        self._assets = {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in TYPES}
        self._version = _digest(b"".join(asset.body for asset in self._assets.values()))
        self._words = json.loads((folder / "page.json").read_text(encoding="utf-8"))
        self._templates = {name: Template((folder / f"{name}.html").read_text(encoding="utf-8")) for name in ("page", "demo")}

    async def page(self, request: Request) -> Response:
        """The chat as a page of its own, or in a frame."""
        return self._html("page", request, self._origins.chat_policy(request.headers.get("host", "")))

    async def mini_app(self, request: Request) -> Response:
        """The same page for Telegram, whose own web site may frame it here and nowhere else."""
        return self._html("page", request, self._origins.chat_policy(request.headers.get("host", ""), FRAMED_BY))

    async def demo(self, request: Request) -> Response:
        """A site with the chat on it."""
        return self._html("demo", request, DEMO_POLICY)

    def _html(self, name: str, request: Request, policy: str) -> Response:
        language = _wanted_language(request)
        words = self._words[language][name] | {"lang": language, "version": self._version, "origin": str(request.base_url).rstrip("/")}
        body = self._templates[name].substitute({key: html.escape(text) for key, text in words.items()})
        headers = SAFE | {
            "Content-Security-Policy": policy,
            "Content-Language": language,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language",
        }
        return HTMLResponse(body, headers=headers)

    async def launcher(self, request: Request) -> Response:
        """A script that other sites load; anybody may, since what it may frame is decided elsewhere."""
        headers = SAFE | {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": FOR_AN_HOUR}
        return self._send(self._assets[request.url.path.removeprefix("/")], request, headers)

    async def worker(self, request: Request) -> Response:
        """The service worker, which may speak for the whole site only from here."""
        return self._send(self._assets["worker.js"], request, SAFE | {"Cache-Control": "no-cache"})

    async def asset(self, request: Request) -> Response:
        """One file of the widget. A page of an older version gets today's file, but may not keep it."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        is_current = request.path_params["version"] == self._version
        return self._send(asset, request, SAFE | {"Cache-Control": FOR_EVER if is_current else "no-cache"})

    def _send(self, asset: _Asset, request: Request, headers: dict[str, str]) -> Response:
        headers = headers | {"ETag": asset.etag, "Vary": "Accept-Encoding"}
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.zipped, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)


class Downloads:
    """Serves `/files/`: pictures inline, everything else to be kept. The address itself is the permission: signed, and for a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def file(self, request: Request) -> Response:
        """One picture or document."""
        try:
            content = await self._desk.file(request.url.path)
        except FileGone as gone:
            raise HTTPException(404) from gone
        except Unavailable as away:
            raise HTTPException(503) from away
        shown = "inline" if content.media_type.startswith("image/") else "attachment"
        headers = SAFE | {
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(content.name)}",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        }
        return Response(content.data, media_type=content.media_type, headers=headers)


def _asset(path: Path) -> _Asset:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        text = tight(bundle(path) if path.name == ENTRY else text)
    elif path.suffix == ".css":
        text = tight_sheet(text)
    body = text.encode()
    return _Asset(body, gzip.compress(body, mtime=0), f'W/"{_digest(body)}"', TYPES[path.suffix])


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _wanted_language(request: Request) -> str:
    """What the address asks for, else what the browser prefers, else Japanese."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return max(LANGUAGES, key=_preferences(request.headers.get("accept-language", "")).__getitem__)


def _preferences(header: str) -> dict[str, float]:
    """How much a browser wants each of our languages, by its Accept-Language."""
    wanted = dict.fromkeys(LANGUAGES, 0.0)
    for part in header.split(","):
        name, _, quality = part.strip().lower().partition(";q=")
        language = name.partition("-")[0]
        if language in wanted:
            wanted[language] = max(wanted[language], _quality(quality))
    return wanted


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
