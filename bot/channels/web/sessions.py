"""Web sessions: a signed token names a conversation, so that nobody can guess or choose one. No cookie, no table.

A code is a token for a few minutes that another device turns into one of its own, once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from bot.keys import Keys, newest, oldest_first

LIFETIME = timedelta(days=30)
CODE_LIFETIME = timedelta(minutes=10)
#: Clocks of replicas may differ a little; a token from further ahead was not made by us.
CLOCK_SLACK = timedelta(minutes=5)


class BadToken(Exception):
    """The token is not ours, was changed, or is too old."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's conversation; `made_at` is when its token was made, where there is one."""

    id: str
    made_at: datetime | None = field(default=None, compare=False)

    @property
    def conversation(self) -> str:
        """Its address everywhere else in the advisor."""
        return f"web:{self.id}"


class Sessions:
    """Makes and reads tokens and codes."""

    def __init__(self, keys: Keys, clock: Callable[[], datetime]) -> None:
        options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._signer = URLSafeSerializer(oldest_first(keys), salt="advisor web session", signer_kwargs=options)
        self._codes = URLSafeSerializer(oldest_first(keys), salt="advisor web code", signer_kwargs=options)
        self._telegram_key = hmac.digest(newest(keys), b"advisor web session of a telegram user", hashlib.sha256)
        self._clock = clock

    def new(self) -> Session:
        """A session with a random 128-bit id."""
        return Session(secrets.token_hex(16), self._clock())

    def of_telegram(self, user: int) -> Session:
        """The session of a Telegram user: always the same one, and none that anybody can guess."""
        return Session(hmac.digest(self._telegram_key, str(user).encode(), hashlib.sha256)[:16].hex())

    def token(self, session: Session) -> str:
        """A token for `session` that lives from now on."""
        return self._signer.dumps([session.id, int(self._clock().timestamp())])

    def read(self, token: str) -> Session:
        """The session that a token names. Raises BadToken."""
        session_id, made_at, _ = self._loaded(self._signer, token, LIFETIME, extra=0)
        return Session(session_id, made_at)

    def code(self, session: Session) -> str:
        """A code that opens `session` on another device; using it up is the desk's business."""
        return self._codes.dumps([session.id, int(self._clock().timestamp()), secrets.token_hex(8)])

    def read_code(self, code: str) -> tuple[Session, str]:
        """The session that a code opens, and the name under which it is used up. Raises BadToken."""
        session_id, made_at, (name,) = self._loaded(self._codes, code, CODE_LIFETIME, extra=1)
        return Session(session_id, made_at), name

    def _loaded(self, signer: URLSafeSerializer, text: str, lifetime: timedelta, extra: int) -> tuple[str, datetime, list[str]]:
        try:
            session_id, made_at, *rest = signer.loads(text)
            age = timedelta(seconds=self._clock().timestamp() - made_at)
        except (BadData, TypeError, ValueError) as error:
            raise BadToken from error
        if not -CLOCK_SLACK <= age <= lifetime or len(rest) != extra:
            raise BadToken
        return session_id, datetime.fromtimestamp(made_at, UTC), rest
