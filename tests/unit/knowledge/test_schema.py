"""What an editor checks while an entry is written is what `advisor check` checks afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from knowledge.base import load_knowledge
from knowledge.schema import FILE, entry_schema, written

ENTRIES = sorted((FILE.parent / "entries").rglob("*.yml"))
FIRST_LINE = "# yaml-language-server: $schema=../../entry.schema.json\n"


class EditorLoader(yaml.SafeLoader):
    """YAML as an editor's language server reads it: a date is a string."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=EditorLoader)  # noqa: S506 - a SafeLoader


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def test_the_file_is_what_the_loaders_limits_make() -> None:
    knowledge = load_knowledge(FILE.parent)
    assert FILE.read_text(encoding="utf-8") == written(entry_schema(knowledge.topics, knowledge.sources)), "run python -m knowledge.schema"


def test_every_entry_names_the_schema_and_fits_it(validator: Any) -> None:
    assert len(ENTRIES) == 80
    for path in ENTRIES:
        assert path.read_text(encoding="utf-8").startswith(FIRST_LINE), path
        assert [error.message for error in validator.iter_errors(read(path))] == [], path


SPOILED: dict[str, Any] = {
    "effort": 6,
    "cost": "cheap",
    "id": "use-case/unheard-of",
    "title": {"ja": "在" * 31, "en": "Stock"},
    "aliases": {"ja": ["a", "b", "c"], "en": ["a"]},
    "fits": {"industries": ["piracy"], "sizes": "all", "levels": "all", "phases": "all"},
    "related": [{"type": "likes", "id": "component/crm"}] * 3,
    "sources": ["rumour"],
    "price": 3,
}


@pytest.mark.parametrize("field", SPOILED)
def test_a_slip_is_seen_in_the_editor(field: str, validator: Any) -> None:
    assert not validator.is_valid(read(ENTRIES[0]) | {field: SPOILED[field]})
