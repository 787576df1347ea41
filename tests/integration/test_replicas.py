"""Replicas: any of them takes any message, and none of them is missed when it goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.channels.telegram.timing import Timing
from bot.messaging.turns import FINISH_WITHIN_SECONDS
from bot.services import ROOT
from bot.stopping import LAST_REQUESTS_SECONDS
from tests.conftest import PostgresServer
from tests.integration import replicas_run
from tests.integration.replicas_run import Plan
from tests.integration.test_command_line import advisor, one_line
from tests.replicas.proxying import require_caddy
from tests.replicas.topology import inherited


async def test_a_kill_and_a_rolling_restart_under_load_lose_and_double_nothing(model: Path, postgres_url: str, tmp_path: Path) -> None:
    plan = Plan(seconds=16, kill_every=10, rolled_at_the_end=1, is_quick=True)
    outcome = await replicas_run.run(require_caddy(), tmp_path, postgres_url, plan)
    print(replicas_run.report(outcome))  # noqa: T201 - shown when it fails
    assert outcome.is_clean
    assert (outcome.kills, outcome.restarts, outcome.exits) == (1, 1, [0])
    for tally in (outcome.web, outcome.checkins, outcome.telegram):
        assert tally.answered == tally.said > 0
    logs = {path.relative_to(tmp_path): path.read_text(encoding="utf-8") for path in tmp_path.rglob("*log")}  # noqa: ASYNC240
    assert len(logs) == 4
    assert "Traceback" not in "".join(logs.values())
    assert "/chat/" not in logs[Path("caddy.log")]


def test_three_that_start_at_once_migrate_one_empty_database_together(postgres_server: PostgresServer, tmp_path: Path) -> None:
    url = postgres_server.create(empty=True)
    environment = inherited() | {"ADVISOR_DATABASE_URL": url, "ADVISOR_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", "from bot.cli import main; main()", "migrate"]
    started = [subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [each.communicate(timeout=300)[1] for each in started]
    assert [each.returncode for each in started] == [0, 0, 0]
    assert said == ["The database is up to date.\n"] * 3
    postgres_server.drop(url)


def test_on_postgresql_a_key_of_ones_own_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    done = advisor("serve", ADVISOR_DATA_DIR=str(tmp_path), ADVISOR_DATABASE_URL="postgresql://advisor@127.0.0.1:1/advisor")
    assert done.returncode == 2
    assert "ADVISOR_SECRET_KEY is missing" in one_line(done)
    assert "openssl rand -hex 32" in done.stderr
    assert not (tmp_path / "models").exists()
    assert not (tmp_path / "secret.key").exists()


COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
REPLICAS = [name for name in COMPOSE["services"] if name.startswith("advisor-")]


def test_the_compose_file_has_three_identical_replicas_behind_the_configuration_that_is_tested() -> None:
    services = COMPOSE["services"]
    assert len(REPLICAS) == 3
    assert all(services[name] == services[REPLICAS[0]] for name in REPLICAS)
    assert services["proxy"]["environment"]["ADVISORS"].split() == [f"{name}:8000" for name in REPLICAS]
    assert "./docs/operate/Caddyfile:/etc/caddy/Caddyfile:ro" in services["proxy"]["volumes"]
    proxy = services["proxy"]["networks"]["front"]["ipv4_address"]
    assert {services[name]["environment"]["ADVISOR_TRUSTED_PROXIES"] for name in REPLICAS} == {proxy}


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_is_read_only_and_may_do_nothing_that_it_need_not(name: str) -> None:
    service = COMPOSE["services"][name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert ("ports" in service) == (name == "proxy")
    assert "privileged" not in service


def test_no_secret_of_the_compose_file_is_a_variable() -> None:
    for name, service in COMPOSE["services"].items():
        for variable in service["environment"]:
            if any(word in variable for word in ("KEY", "TOKEN", "PASSWORD", "DATABASE_URL")):
                assert variable.endswith("_FILE"), f"{name}: {variable}"


def test_a_replica_is_given_longer_to_stop_than_it_may_take() -> None:
    for name in REPLICAS:
        service = COMPOSE["services"][name]
        longest = float(service["environment"]["ADVISOR_DRAIN_SECONDS"]) + LAST_REQUESTS_SECONDS
        longest += max(Timing().finish_within, FINISH_WITHIN_SECONDS)
        assert float(service["stop_grace_period"].removesuffix("s")) > longest
