"""Dashboard, alerts and the page on them name only metrics that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from bot.metrics import REGISTRY
from bot.operations.backlog import Backlog, Waiting
from bot.operations.scrape import Tables, gauges
from bot.services import ROOT
from bot.storage.database import Database

DOCS = ROOT / "docs"
FILES = (DOCS / "grafana" / "advisor.json", DOCS / "prometheus-alerts.yml", DOCS / "operate.md")
_NAME = re.compile(r"\b(?:advisor|process)_[a-z_]+\b")
#: What looks like a metric and is none.
_OTHERS = {"advisor_metrics_token"}


def names() -> set[str]:
    """Every name of a sample that `/metrics` can hand out, and every family's."""
    tables = Tables(Database("sqlite://"), lambda: None, "model")  # type: ignore[arg-type, return-value]
    families = [*REGISTRY.collect(), *tables.collect(), *gauges(Backlog(outbox={"telegram": Waiting()}))]
    found = {family.name for family in families} | {sample.name for family in families for sample in family.samples}
    counters = {f"{family.name}_total" for family in families if family.type == "counter"}
    parts = {f"{family.name}_{part}" for family in families if family.type == "histogram" for part in ("bucket", "sum", "count")}
    return found | counters | parts


def texts(path: Path) -> Iterator[str]:
    if path.suffix == ".json":
        yield from (target["expr"] for panel in json.loads(path.read_text())["panels"] for target in panel["targets"])
    elif path.suffix == ".yml":
        yield from (rule["expr"] for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"])
    else:
        yield path.read_text()


def named(lines: Iterable[str]) -> set[str]:
    return {name for line in lines for name in _NAME.findall(line)} - _OTHERS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_metric_that_is_named_exists(path: Path) -> None:
    found = named(texts(path))
    assert found
    assert found - names() == set()


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = named(texts(FILES[0]))
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("advisor_")}
    ours |= {family.name for family in gauges(Backlog(outbox={"telegram": Waiting()}))}
    assert {name for name in ours if not any(each.startswith(name) for each in shown)} == set()


def test_six_alerts_each_say_what_it_means_and_where_to_look() -> None:
    rules = [rule for group in yaml.safe_load(FILES[1].read_text())["groups"] for rule in group["rules"]]
    assert len(rules) == 6
    assert all(rule["annotations"]["summary"] and rule["annotations"]["look"] and rule["labels"]["severity"] for rule in rules)


def test_no_label_could_name_an_owner() -> None:
    labels = {label for family in REGISTRY.collect() for sample in family.samples for label in sample.labels}
    assert labels <= {"channel", "outcome", "stage", "kind", "action", "status", "limit", "le"}
