"""The secret keys: the newest one signs, older ones are still believed until the operator takes them out of the list."""

from __future__ import annotations

#: One key, or several with the newest first.
Keys = bytes | tuple[bytes, ...]


def newest(keys: Keys) -> bytes:
    """The key that signs, and that everything derived from a key follows from."""
    return keys if isinstance(keys, bytes) else keys[0]


def oldest_first(keys: Keys) -> list[bytes]:
    """All keys in the order in which `itsdangerous` wants them."""
    return [keys] if isinstance(keys, bytes) else list(reversed(keys))
