"""Example firms: shipped ones are right, and wrong ones are named with file, line and remedy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.operations.demo_report import UnknownChoice, write_demo_report
from bot.reports.examples import load_examples
from bot.services import ROOT
from knowledge.problems import ContentError
from tests.unit.assessment.builders import KNOWLEDGE
from tests.unit.reports.builders import material

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
FILES = {"radar.png", "radar.txt", "matrix.png", "matrix.txt", "roadmap.png", "roadmap.txt", "report.pdf", "packet.pdf", "packet.json"}


def test_the_shipped_examples_are_a_restaurant_a_factory_and_a_clinic() -> None:
    assert set(load_examples(KNOWLEDGE, material())) == {"restaurant", "manufacturing", "clinic"}


@pytest.mark.parametrize(("name", "language"), [("restaurant", "ja"), ("manufacturing", "en"), ("clinic", "en")])
def test_every_file_of_an_example_is_written(tmp_path: Path, name: str, language: str) -> None:
    written = {path.name for path in write_demo_report(ROOT, name, language, tmp_path / "new", NOW)}
    assert written >= FILES | {"calendar.ics"}
    assert ("progress.png" in written) == (name == "restaurant")
    assert json.loads((tmp_path / "new" / "packet.json").read_text(encoding="utf-8"))["made_on"] == "2026-11-25"


@pytest.mark.parametrize(("name", "language", "said"), [("bakery", "ja", "clinic, manufacturing, restaurant"), ("clinic", "fr", "ja, en")])
def test_an_unknown_example_or_language_is_answered_with_those_there_are(tmp_path: Path, name: str, language: str, said: str) -> None:
    with pytest.raises(UnknownChoice, match=said):
        write_demo_report(ROOT, name, language, tmp_path, NOW)


def test_a_wrong_example_is_named_with_file_line_and_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge" / "examples"
    folder.mkdir(parents=True)
    text = "profile: {industry: restaurant, size: '6-20', pain: people}\nassessed_on: 2026-13-01\nanswers:\n  TEC1: 7\n  TEC9: 1\n"
    (folder / "odd.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_examples(tmp_path / "knowledge", material())
    said = str(raised.value)
    assert "knowledge/examples/odd.yml:2" in said
    assert "odd.yml:4: 'answers.TEC1' does not know '7'. Use one of: 1, 2, 3, 4, 5, unknown, not_applicable" in said
    assert "odd.yml:5: Unknown field 'TEC9'" in said
