"""Every setting of the advisor, from the environment: the only reader of it. `.env.example` lists them all."""

from __future__ import annotations

import difflib
import hmac
import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "ADVISOR_"
#: Read by the tests and by CI, not by the advisor.
_NOT_SETTINGS = frozenset({"ADVISOR_REQUIRE_BROWSER", "ADVISOR_REQUIRE_PROXY", "ADVISOR_SCREENSHOTS"})
_NO_KEY = (
    "ADVISOR_SECRET_KEY is missing: on PostgreSQL every replica must sign with the same one; "
    "make it once with `openssl rand -hex 32` and give it to all (or take what stands in secret.key of the data folder used so far)"
)
#: Telegram calls no other ports; None is the one of https.
_WEBHOOK_PORTS = (None, 443, 80, 88, 8443)


class SettingsError(Exception):
    """A setting is wrong; the message names its variable and the remedy."""


class Settings(BaseSettings):
    """The settings with their defaults; `ADVISOR_DATA_DIR` and so on. Build with :func:`load_settings`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    database_url: str = ""
    telegram_token: str = ""
    telegram_api_base: str = ""
    telegram_webhook_url: str = ""
    telegram_webhook_secret: str = ""
    rest_token: str = ""
    callback_url: str = ""
    socketio: bool = False
    socketio_jwt_key: str = ""
    secret_key: str = Field("", description="signs sessions and addresses; several, newest first; made once and kept when empty")
    allowed_origins: str = ""
    operator_token: str = ""
    metrics_token: str = ""
    log_format: Literal["", "json", "text"] = Field("", description="json or text; empty: text on a terminal, else json")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    public_url: str = ""
    language: str = "ja"
    time_zone: str = "Asia/Tokyo"
    models_dir: Path | None = Field(None, description="where trained models are, when not in the data folder: an image brings its own")
    trusted_proxies: str = "127.0.0.1,::1"
    drain_seconds: float = Field(0, ge=0, le=300, description="so long /readyz is red before a stop begins")
    keep_messages_days: int = Field(90, ge=0, le=36_500, description="after so many days the words of messages are deleted; 0: never")

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if value not in ("ja", "en"):
            raise ValueError("use ja or en")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("use an IANA name such as Asia/Tokyo")
        return value

    @field_validator("telegram_webhook_url")
    @classmethod
    def _public_address(cls, value: str) -> str:
        address = urlsplit(value)
        if value and (address.scheme != "https" or not address.hostname or address.port not in _WEBHOOK_PORTS):
            raise ValueError("Telegram calls https:// addresses on port 443, 80, 88 or 8443; write https://chat.example.com")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _telegrams_alphabet(cls, value: str) -> str:
        if not re.fullmatch("[A-Za-z0-9_-]{0,256}", value):
            raise ValueError("use up to 256 letters, digits, _ and -")
        return value

    @model_validator(mode="after")
    def _callback_needs_token(self) -> Self:
        if self.callback_url and not self.rest_token:
            raise ValueError("set ADVISOR_REST_TOKEN too: it is what callers of the callback channel send")
        return self

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in _split(value):
            if not origin.startswith(("http://", "https://")) or origin.count("/") != 2:
                raise ValueError(f"'{origin}' is not an origin; write https://example.com, several separated by commas")
        return value

    @field_validator("public_url", "callback_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(f"'{value}' is not an address; write https://advisor.example.com")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for address in _split(value):
            try:
                ipaddress.ip_network(address, strict=False)
            except ValueError as error:
                raise ValueError(f"'{address}' is neither an address nor a network; write 10.0.0.5 or 172.30.0.0/24") from error
        return value

    @property
    def proxies(self) -> list[str]:
        """Whose word on a visitor's address and scheme is taken."""
        return list(_split(self.trusted_proxies))

    @property
    def origins(self) -> tuple[str, ...]:
        """The web sites that may embed the widget."""
        return _split(self.allowed_origins)

    @property
    def database(self) -> str:
        """The database's URL: as set, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'advisor.db'}"

    @property
    def telegram_webhook(self) -> str:
        """Where Telegram shall call, with our own path when none is given; empty: long polling."""
        url = self.telegram_webhook_url
        return f"{url.rstrip('/')}/webhooks/telegram" if url and urlsplit(url).path in ("", "/") else url

    @property
    def mini_app(self) -> str:
        """Where Telegram opens the chat inside itself, which it does for https addresses only; empty: nowhere."""
        is_open = self.telegram_token and self.public_url.startswith("https://")
        return f"{self.public_url.rstrip('/')}/telegram" if is_open else ""

    def webhook_secrets(self) -> tuple[str, tuple[str, ...]]:
        """What Telegram shows when it calls, and what it may still show: as set, else made from the signing keys. Raises SettingsError.

        All replicas agree on them.
        """
        if self.telegram_webhook_secret:
            return self.telegram_webhook_secret, ()
        first, *older = (hmac.new(key, b"telegram webhook", "sha256").hexdigest() for key in self.signing_keys())
        return first, tuple(older)

    @property
    def models(self) -> Path:
        """Where trained models are kept."""
        return self.models_dir or self.data_dir / "models"

    def signing_keys(self) -> tuple[bytes, ...]:
        """The keys of sessions and addresses, the newest first: as set, else one made once and kept in the data folder.

        The newest signs, all are believed. With PostgreSQL they must be set: replicas share a database, not a folder, and one must read
        what another has signed. Raises SettingsError.
        """
        if not self.secret_key and not self.database.startswith("sqlite"):
            raise SettingsError(_NO_KEY)
        kept = self.secret_key.encode() or _kept_key(self.data_dir / "secret.key")
        return tuple(key for each in kept.split(b",") if (key := each.strip())) or (kept,)

    def signing_key(self) -> bytes:
        """The newest of the signing keys. Raises SettingsError."""
        return self.signing_keys()[0]


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())


def _kept_key(path: Path) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode())
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot write {path} ({error.strerror}); set ADVISOR_DATA_DIR to a folder that may be written") from error


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process (or of `environment`). Raises SettingsError for a bad, unreadable or unknown variable."""
    found = {name: value for name, value in (environment or os.environ).items() if name.startswith(PREFIX) and name not in _NOT_SETTINGS}
    known = {f"{PREFIX}{field.upper()}": field for field in Settings.model_fields}
    values: dict[str, str] = {}
    for name, value in found.items():
        if name in known:
            values[known[name]] = value.strip()
        elif name.removesuffix("_FILE") in known and name.endswith("_FILE"):
            values[known[name.removesuffix("_FILE")]] = _from_file(name, value)
        else:
            raise SettingsError(_unknown(name, known))
    try:
        return Settings.model_validate({field: value for field, value in values.items() if value})
    except ValidationError as error:
        first = error.errors()[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        named = f"{PREFIX}{str(first['loc'][0]).upper()} cannot be used: " if first["loc"] else ""
        raise SettingsError(f"{named}{reason}") from error


def _from_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name} names a file that cannot be read ({path}); correct the path or its permissions") from error


def _unknown(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f"{name} is not a setting of the advisor; did you mean {near[0]}? (.env.example lists all)"
