"""The secret keys: the newest one signs, older ones are believed until the operator takes them out of the list. And tokens shown to us."""

from __future__ import annotations

import hmac

#: One key, or several with the newest first.
Keys = bytes | tuple[bytes, ...]


def newest(keys: Keys) -> bytes:
    """The key that signs, and that everything derived from a key follows from."""
    return keys if isinstance(keys, bytes) else keys[0]


def oldest_first(keys: Keys) -> list[bytes]:
    """All keys in the order in which `itsdangerous` wants them."""
    return [keys] if isinstance(keys, bytes) else list(reversed(keys))


def is_bearer(authorization: str, token: str) -> bool:
    """Whether a header says `Bearer …` with this token; takes the same time however much of it is right."""
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
