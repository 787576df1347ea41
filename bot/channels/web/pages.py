"""The chat's page and the widget's files, read once. Their address holds a hash of their content: a browser never mixes versions."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.web.origins import Origins
from bot.messaging.desk import Desk, Unavailable
from bot.messaging.files import FileGone

LANGUAGES = ("ja", "en")
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
#: A line of a script that is only a comment: for us to read, not for a phone to load. Its line break stays, and so do the line numbers.
_COMMENT = re.compile(r"^[ \t]*(//.*|/\*\*.*\*/)$", re.MULTILINE)
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    zipped: bytes
    etag: str
    media_type: str


class Pages:
    """Serves `/` and `/static/`. Reads `folder` when it is built, so a changed file needs a restart."""

    def __init__(self, folder: Path, origins: Origins) -> None:
        self._origins = origins
        self._assets = {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in TYPES}
        self._version = _digest(b"".join(asset.body for asset in self._assets.values()))
        template = Template((folder / "page.html").read_text(encoding="utf-8"))
        words = json.loads((folder / "page.json").read_text(encoding="utf-8"))
        self._pages = {language: self._render(template, language, words[language]) for language in LANGUAGES}

    def _render(self, template: Template, language: str, words: dict[str, str]) -> str:
        return template.substitute({name: html.escape(text) for name, text in words.items()}, lang=language, version=self._version)

    async def page(self, request: Request) -> Response:
        """The chat as a page of its own."""
        language = _wanted_language(request)
        headers = SAFE | {
            "Content-Security-Policy": self._origins.content_security_policy(request.headers.get("host", "")),
            "Content-Language": language,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language",
        }
        return HTMLResponse(self._pages[language], headers=headers)

    async def asset(self, request: Request) -> Response:
        """One file of the widget. A page of an older version gets today's file, but may not keep it."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        is_current = request.path_params["version"] == self._version
        headers = SAFE | {"ETag": asset.etag, "Vary": "Accept-Encoding", "Cache-Control": FOR_EVER if is_current else "no-cache"}
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
    body = (_COMMENT.sub("", text) if path.suffix == ".js" else text).encode()
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
