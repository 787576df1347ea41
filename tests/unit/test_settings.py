"""Settings come from the environment; a wrong one names its variable and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.services import ROOT
from bot.settings import PREFIX, Settings, SettingsError, load_settings


def test_without_any_variable_everything_has_a_default() -> None:
    settings = load_settings({"PATH": "/bin"})
    assert settings.language == "ja"
    assert settings.time_zone == "Asia/Tokyo"
    assert settings.database.startswith("sqlite:////")
    assert settings.database.endswith("/data/advisor.db")


WRONG = {
    "an unknown variable": ({"ADVISOR_LANGAUGE": "en"}, "ADVISOR_LANGAUGE is not a setting .* did you mean ADVISOR_LANGUAGE"),
    "an unknown language": ({"ADVISOR_LANGUAGE": "fr"}, "ADVISOR_LANGUAGE cannot be used: use ja or en"),
    "a zone that does not exist": ({"ADVISOR_TIME_ZONE": "Asia/Edo"}, "ADVISOR_TIME_ZONE cannot be used: use an IANA name"),
    "an origin with a path": ({"ADVISOR_ALLOWED_ORIGINS": "https://a.jp/x"}, "ADVISOR_ALLOWED_ORIGINS cannot be used: 'https://a.jp/x'"),
    "a public address without a scheme": ({"ADVISOR_PUBLIC_URL": "advisor.jp"}, "ADVISOR_PUBLIC_URL cannot be used"),
    "a proxy by name": ({"ADVISOR_TRUSTED_PROXIES": "127.0.0.1, proxy"}, "ADVISOR_TRUSTED_PROXIES cannot be used: 'proxy' is neither"),
    "a secret's file that is missing": ({"ADVISOR_REST_TOKEN_FILE": "/nowhere"}, "ADVISOR_REST_TOKEN_FILE names a file that cannot be"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_names_its_variable_and_the_remedy(case: str) -> None:
    environment, message = WRONG[case]
    with pytest.raises(SettingsError, match=message):
        load_settings(environment)


def test_a_secret_may_be_the_content_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n", encoding="utf-8")
    assert load_settings({"ADVISOR_REST_TOKEN_FILE": str(tmp_path / "token")}).rest_token == "s3cret"


def test_the_signing_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = load_settings({"ADVISOR_DATA_DIR": str(tmp_path / "new")})
    key = settings.signing_key()
    assert len(key) >= 32
    assert load_settings({"ADVISOR_DATA_DIR": str(tmp_path / "new")}).signing_key() == key
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="set ADVISOR_DATA_DIR to a folder that may be written"):
        load_settings({"ADVISOR_DATA_DIR": str(tmp_path / "file")}).signing_key()


def test_replicas_on_postgresql_need_a_common_key_and_make_none_of_their_own(tmp_path: Path) -> None:
    base = {"ADVISOR_DATA_DIR": str(tmp_path), "ADVISOR_DATABASE_URL": "postgresql://advisor@database/advisor"}
    with pytest.raises(SettingsError, match="ADVISOR_SECRET_KEY is missing"):
        load_settings(base).signing_key()
    assert list(tmp_path.iterdir()) == []
    assert load_settings(base | {"ADVISOR_SECRET_KEY": "common"}).signing_key() == b"common"


def test_only_this_machine_is_trusted_as_a_proxy_until_another_is_named() -> None:
    assert load_settings({"PATH": ""}).proxies == ["127.0.0.1", "::1"]
    assert load_settings({"ADVISOR_TRUSTED_PROXIES": "10.0.0.5, 172.30.0.0/24"}).proxies == ["10.0.0.5", "172.30.0.0/24"]


def test_models_are_in_the_data_folder_unless_an_image_brings_them() -> None:
    assert load_settings({"ADVISOR_DATA_DIR": "/d"}).models == Path("/d/models")
    assert load_settings({"ADVISOR_DATA_DIR": "/d", "ADVISOR_MODELS_DIR": "/app/models"}).models == Path("/app/models")


def test_every_setting_stands_in_the_example_file() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    missing = [field for field in Settings.model_fields if f"{PREFIX}{field.upper()}=" not in example]
    assert Settings.model_fields
    assert missing == []


@pytest.mark.parametrize("url", ["http://chat.example.com", "https://chat.example.com:9000", "chat.example.com", "https://"])
def test_a_webhook_address_that_telegram_would_not_call_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="ADVISOR_TELEGRAM_WEBHOOK_URL"):
        load_settings({"ADVISOR_TELEGRAM_WEBHOOK_URL": url})


def test_a_webhook_address_without_a_path_gets_ours_and_a_secret_is_made_from_the_key() -> None:
    settings = load_settings({"ADVISOR_TELEGRAM_WEBHOOK_URL": "https://chat.example.com/", "ADVISOR_SECRET_KEY": "k"})
    assert settings.telegram_webhook == "https://chat.example.com/webhooks/telegram"
    assert settings.webhook_secrets() == load_settings({"ADVISOR_SECRET_KEY": "k"}).webhook_secrets()
    assert len(settings.webhook_secrets()[0]) == 64
    own = load_settings({"ADVISOR_TELEGRAM_WEBHOOK_URL": "https://a.example/hook", "ADVISOR_TELEGRAM_WEBHOOK_SECRET": "mine"})
    assert (own.telegram_webhook, own.webhook_secrets()) == ("https://a.example/hook", ("mine", ()))


def test_telegram_opens_the_chat_where_there_is_a_bot_and_an_https_address() -> None:
    base = {"ADVISOR_TELEGRAM_TOKEN": "1:x", "ADVISOR_PUBLIC_URL": "https://advisor.example/"}
    assert load_settings(base).mini_app == "https://advisor.example/telegram"
    for other in ({"ADVISOR_PUBLIC_URL": "http://advisor.example"}, {"ADVISOR_PUBLIC_URL": ""}, {"ADVISOR_TELEGRAM_TOKEN": ""}):
        assert load_settings(base | other).mini_app == ""
