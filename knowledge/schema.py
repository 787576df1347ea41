"""The JSON Schema of an entry, for editors that check YAML while it is written; made of the very limits that `knowledge.base` reads by.

    python -m knowledge.schema      # writes knowledge/entry.schema.json anew
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from knowledge import base

Schema = dict[str, Any]
FILE = Path(__file__).parent / "entry.schema.json"


def entry_schema(topics: Collection[str], sources: Collection[str]) -> Schema:
    """The schema of a file under `entries/`, with the ids that an entry may name."""
    fields = {
        "id": _one_of(topics),
        **{name: _bilingual(*limits) for name, limits in base.TEXT_LIMITS.items()},
        **{name: _bilingual_list(*limits) for name, limits in base.LIST_LIMITS.items()},
        "effort": _scale(),
        "impact": _scale(),
        "cost": _one_of(base.COSTS),
        "fits": _group({name: _all_or_some(values) for name, values in base.FITS.items()}),
        "related": _related(topics),
        "sources": {"type": "array", "items": _one_of(sources), "minItems": 1, "uniqueItems": True},
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    }
    ordered = {name: fields[name] for name in base.FIELDS}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "An entry of the knowledge base", **_group(ordered)}


def written(schema: Schema) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _group(fields: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _one_of(values: Collection[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def _scale() -> Schema:
    lowest, highest = base.SCALE
    return {"type": "integer", "minimum": lowest, "maximum": highest}


def _words(limit: int | None) -> Schema:
    return {"type": "string", "minLength": 1} | ({} if limit is None else {"maxLength": limit})


def _bilingual(ja: int, en: int) -> Schema:
    return _group({"ja": _words(ja), "en": _words(en)})


def _bilingual_list(least: int, most: int | None, ja: int | None, en: int | None) -> Schema:
    return _group({language: _list(_words(limit), least, most) for language, limit in (("ja", ja), ("en", en))})


def _list(items: Schema, least: int, most: int | None) -> Schema:
    return {"type": "array", "items": items, "minItems": least} | ({} if most is None else {"maxItems": most})


def _all_or_some(values: Sequence[str]) -> Schema:
    """The word `all` or a list; a value such as `1` may stand with or without quotes."""
    written = [int(value) for value in values if value.isdigit()]
    return {"oneOf": [{"const": "all"}, {"type": "array", "items": {"enum": [*values, *written]}, "minItems": 1, "uniqueItems": True}]}


def _related(topics: Collection[str]) -> Schema:
    return _list(_group({"type": _one_of(base.RELATIONS), "id": _one_of(topics)}), *base.RELATED)


if __name__ == "__main__":
    loaded = base.load_knowledge(FILE.parent)
    FILE.write_text(written(entry_schema(loaded.topics, loaded.sources)), encoding="utf-8")
