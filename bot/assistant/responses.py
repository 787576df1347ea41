"""Rasa's responses, each variation looked up once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.constants import RESPONSE_CONDITION


class Responses(TemplatedNaturalLanguageGenerator):
    """Chooses among the variations of a response as Rasa does: by channel and by the slots that their conditions name."""

    def __init__(self, responses: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__(responses)
        self._filter = ResponseVariationFilter(responses)
        self._asked_of = {name: _slots_in_conditions(variations) for name, variations in responses.items()}
        self._suitable: dict[tuple[str, str, tuple[str, ...]], list[dict[str, Any]]] = {}

    def _random_response_for(self, utter_action: str, output_channel: str, filled_slots: Mapping[str, Any]) -> dict[str, Any] | None:
        if utter_action not in self.responses:
            return None
        key = utter_action, output_channel, tuple(repr(filled_slots.get(slot)) for slot in self._asked_of[utter_action])
        if key not in self._suitable:
            found = self._filter.responses_for_utter_action(utter_action, output_channel, dict(filled_slots))
            self._suitable[key] = [{name: each[name] for name in each if name != RESPONSE_CONDITION} for each in found]
        suitable = self._suitable[key]
        return random.choice(suitable) if suitable else None  # noqa: S311 - no secret


def _slots_in_conditions(variations: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({condition["name"] for each in variations for condition in each.get(RESPONSE_CONDITION) or []}))
