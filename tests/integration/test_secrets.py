"""No secret stands where somebody could read it: not in `ps`, not in the log, not in an error page, not in an address."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.services import ROOT

SECRETS = {
    "ADVISOR_SECRET_KEY": "zqx-the-newest-key, zqx-the-older-key",
    "ADVISOR_REST_TOKEN": "zqx-rest-token",
    "ADVISOR_METRICS_TOKEN": "zqx-metrics-token",
    "ADVISOR_OPERATOR_TOKEN": "zqx-operator-token",
    "ADVISOR_TELEGRAM_TOKEN": "123456:zqx-telegram-token",
    "ADVISOR_TELEGRAM_WEBHOOK_SECRET": "zqx-webhook-secret",
    "ADVISOR_SOCKETIO_JWT_KEY": "zqx-jwt-key",
}
MARK = "zqx"
START_SECONDS = 120.0


@dataclass
class Served:
    """`advisor serve`, with every secret given as a file."""

    process: subprocess.Popen[str]
    url: str
    log: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "models").symlink_to(model.parent)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADVISOR_")}
    for name, value in SECRETS.items():
        (folder / name).write_text(value + "\n", encoding="utf-8")
        environment[f"{name}_FILE"] = str(folder / name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    more = {
        "ADVISOR_DATA_DIR": str(folder),
        "ADVISOR_TELEGRAM_API_BASE": "http://127.0.0.1:9",  # nobody there: its errors name the address, and so the token
        "ADVISOR_TELEGRAM_WEBHOOK_URL": "https://advisor.example",
        "ADVISOR_CALLBACK_URL": "http://127.0.0.1:9/x",
        "ADVISOR_LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-c", "from bot.cli import main; main()", "serve", "--port", str(port)]
    log = folder / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, cwd=ROOT, env=environment | more, stdout=stream, stderr=stream, text=True)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url, process, log)
            yield Served(process, url, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_until_ready(url: str, process: subprocess.Popen[str], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def test_ps_shows_no_secret(served: Served) -> None:
    proc = Path("/proc") / str(served.process.pid)
    assert MARK not in (proc / "cmdline").read_text()
    assert MARK not in (proc / "environ").read_text()


def test_no_answer_has_a_secret_and_whoever_guesses_is_told_nothing(served: Served) -> None:
    bearer = {"Authorization": "Bearer wrong"}
    with httpx.Client(base_url=served.url) as client:
        answers = [
            *(client.get(path) for path in ("/", "/healthz", "/readyz", "/nothing", "/files/x", "/calendar/x.ics", "/plan/x", "/demo")),
            client.get("/metrics", headers=bearer),
            client.post("/webhooks/rest/webhook", headers=bearer, json={"message": "x"}),
            client.post("/webhooks/callback/webhook", headers=bearer, content=b"{"),
            client.post("/webhooks/telegram", headers={"X-Telegram-Bot-Api-Secret-Token": "wrong"}, json={"update_id": 1}),
            client.post("/chat/messages", headers={"Origin": served.url}, content=b"{"),
        ]
        good = client.get("/metrics", headers={"Authorization": f"Bearer {SECRETS['ADVISOR_METRICS_TOKEN']}"})
    assert [answer.status_code for answer in answers[8:12]] == [401, 401, 401, 403]
    assert good.status_code == 200
    assert all(MARK not in answer.text and MARK not in str(answer.headers) for answer in [*answers, good])


def test_no_address_that_the_advisor_gives_out_has_a_secret(served: Served) -> None:
    with httpx.Client(base_url=served.url) as client:
        first = {"type": "hello", "token": None, "after": 0, "lang": "ja"}
        hello = client.post("/chat/messages", headers={"Origin": served.url}, json=first)
        token = hello.json()[0]["token"]
        headers = {"Origin": served.url, "Authorization": f"Bearer {token}"}
        link = client.post("/chat/handover", headers=headers, json={"lang": "ja"}).json()["url"]
    assert MARK not in token + link
    assert token not in link
    assert "#" in link.partition("c=")[0]  # behind the stroke, so that it reaches no server's log


def test_the_log_has_no_secret_even_at_its_most_talkative(served: Served) -> None:
    text = served.log.read_text()
    assert text
    assert MARK not in text
