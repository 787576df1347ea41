"""A meaning in the form that Rasa's own interpreter returns: an intent with its confidence, and values as entities."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

Parsed = dict[str, Any]


def parsed(intent: str, text: str = "", **values: object) -> Parsed:
    """A message whose meaning is certain."""
    entities = [{"entity": name, "value": str(value), "start": 0, "end": 0} for name, value in values.items() if value is not None]
    return {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": entities, "intent_ranking": []}


def of_meaning(meaning: str, text: str) -> Parsed:
    """What a button or command means: `intent?name=value&…`."""
    intent, _, values = meaning.partition("?")
    return parsed(intent, text, **dict(parse_qsl(values)))
