"""Who is at the operator's page: a signed cookie, made from the operator's token, so that another token signs everybody out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser; `id` is random and changes with signing in, so that nobody can prepare it."""

    id: str
    is_operator: bool


class Visits:
    """Makes and reads the cookie, and the mark that every form carries. `token` is what the operator signs in with."""

    def __init__(self, secret_key: bytes, token: str, clock: Callable[[], datetime]) -> None:
        self._token = _digest(token)
        self._key = hmac.digest(secret_key, b"advisor operator " + self._token, hashlib.sha256)
        options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._signer = URLSafeSerializer(self._key, salt="advisor operator visit", signer_kwargs=options)
        self._clock = clock

    def is_token(self, text: str) -> bool:
        """Whether `text` is the operator's token; takes the same time however much of it is right."""
        return hmac.compare_digest(_digest(text), self._token)

    def new(self, is_operator: bool) -> Visit:
        """A visit that begins now."""
        return Visit(secrets.token_hex(8), is_operator)

    def cookie(self, visit: Visit) -> str:
        """What the browser keeps."""
        return self._signer.dumps([visit.id, visit.is_operator, int(self._clock().timestamp())])

    def read(self, cookie: str | None) -> Visit | None:
        """The visit of a cookie; None when it is not ours, was changed, or is too old."""
        try:
            visit_id, is_operator, made_at = self._signer.loads(cookie or "")
            age = timedelta(seconds=self._clock().timestamp() - made_at)
        except (BadData, TypeError, ValueError):
            return None
        return Visit(visit_id, is_operator) if age <= LIFETIME else None

    def mark(self, visit: Visit) -> str:
        """What a form of this visit must send back: no other site can know it."""
        return hmac.new(self._key, f"form {visit.id}".encode(), hashlib.sha256).hexdigest()

    def is_mark(self, visit: Visit, text: str) -> bool:
        """Whether a form was one of this visit's."""
        return hmac.compare_digest(_digest(text), _digest(self.mark(visit)))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
