"""A secret key can be changed without anybody noticing: the newest signs, older ones are believed until they are taken out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from bot.channels.telegram.webhook import PATH, Door, Webhook
from bot.channels.web import push
from bot.channels.web.sessions import BadToken, Session, Sessions
from bot.messaging.files import FileGone
from bot.reports.documents import Documents, Signer
from bot.settings import load_settings
from tests.fakes import FakeClock
from tests.fuzz.calling import request

OLD, NEW = b"the old key", b"the new key"
BOTH = (NEW, OLD)


def test_sessions_and_codes_outlive_a_change_of_the_key_until_the_old_one_is_taken_out(clock: FakeClock) -> None:
    old, both, new = (Sessions(keys, clock) for keys in (OLD, BOTH, NEW))
    token, code = old.token(Session("a")), old.code(Session("a"))
    assert (both.read(token).id, both.read_code(code)[0].id) == ("a", "a")
    assert new.read(both.token(Session("b"))).id == "b"
    for read, signed in ((new.read, token), (new.read_code, code)):
        with pytest.raises(BadToken):
            read(signed)


def test_addresses_of_files_and_calendars_do_too() -> None:
    for purpose in ("file", "calendar"):
        signed = Signer(OLD, purpose).sign("x")
        assert (Signer(BOTH, purpose).read(signed), Signer(NEW, purpose).read(signed)) == ("x", None)
        assert Signer(NEW, purpose).read(Signer(BOTH, purpose).sign("y")) == "y"
    assert Signer(NEW, "file").read("\ud800") is None  # what cannot even be bytes
    address = f"/files/{Signer(OLD, 'file').sign('x')}"
    assert Documents(BOTH).key_of(address) == "x"
    with pytest.raises(FileGone):
        Documents(NEW).key_of(address)


async def test_telegram_may_still_show_the_secret_that_follows_from_the_old_key() -> None:
    old, both = (
        load_settings({"ADVISOR_SECRET_KEY": keys, "ADVISOR_TELEGRAM_WEBHOOK_URL": "https://a.example"}).webhook_secrets()
        for keys in ("the old key", "the new key, the old key")
    )
    assert both == (both[0], (old[0],))
    door = Door(Webhook("https://a.example", *both).secrets)
    app = Starlette(routes=[door.route])

    async def status(secret: str) -> int:
        headers = [(b"x-telegram-bot-api-secret-token", secret.encode())]
        return (await request(app, "POST", PATH.encode(), headers=headers, body=b'{"update_id": 1}')).status

    assert [await status(secret) for secret in (both[0], old[0], "another")] == [503, 503, 403]  # 503: nobody listens in this test


def test_notices_are_signed_as_the_browser_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    """A push service refuses a key that is not the one which the browser was given, so the older ones are tried."""
    tried: list[str] = []

    def sends(self: Any, notice: Any, vapid: Any) -> int:
        tried.append(push.public_key(vapid.private_key))
        return 201 if tried[-1] == push.public_key(push.signing_key(OLD)) else 403

    monkeypatch.setattr(push.Pusher, "_send_signed", sends)
    pusher: Any = push.Pusher(None, BOTH, {})  # type: ignore[arg-type]
    assert pusher._send(None) == 201
    assert tried == [push.public_key(push.signing_key(key)) for key in BOTH]


@pytest.mark.parametrize("written", ["new,old", " new , old ", "new,,old,"])
def test_several_keys_stand_in_the_setting_the_newest_first(written: str) -> None:
    settings = load_settings({"ADVISOR_SECRET_KEY": written})
    assert settings.signing_keys() == (b"new", b"old")
    assert settings.signing_key() == b"new"


def test_the_kept_key_can_be_changed_in_its_file_the_same_way(tmp_path: Path) -> None:
    settings = load_settings({"ADVISOR_DATA_DIR": str(tmp_path)})
    (made,) = settings.signing_keys()
    (tmp_path / "secret.key").write_bytes(b"newer," + made)
    assert settings.signing_keys() == (b"newer", made)
