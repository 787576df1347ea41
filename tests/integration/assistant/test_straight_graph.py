"""Rasa's graph puts out the same whether Dask plans it anew or it runs in its fixed order."""

from __future__ import annotations

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner

from bot.assistant.agent import Assistant
from bot.assistant.straight_graph import StraightGraphRunner


def dask_with_the_same_nodes(straight: StraightGraphRunner) -> DaskGraphRunner:
    """Rasa's own runner around the loaded nodes."""
    runner = object.__new__(DaskGraphRunner)
    runner._graph_schema, runner._instantiated_nodes, runner._execution_context = straight._schema, dict(straight._nodes), None
    return runner


@pytest.mark.parametrize("text", ["こんにちは", "棚卸しに丸一日かかる", "what is a CRM?", "asdf"])
def test_a_message_is_understood_alike(assistant: Assistant, text: str) -> None:
    processor = assistant._processor
    target = processor.model_metadata.nlu_target
    straight = processor.graph_runner
    assert isinstance(straight, StraightGraphRunner)

    def understood(runner: StraightGraphRunner | DaskGraphRunner) -> object:
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text=text)], PLACEHOLDER_TRACKER: None}
        found = runner.run(inputs, [target])[target][0].as_dict(only_output_properties=True)
        return {name: value for name, value in found.items() if not name.startswith("topics")}  # ranked for Rasa's own tools only

    assert understood(straight) == understood(dask_with_the_same_nodes(straight))


def test_each_node_runs_behind_those_that_it_needs(assistant: Assistant) -> None:
    runner = assistant._processor.graph_runner
    order = runner._planned([assistant._processor.model_metadata.core_target])
    places = {name: place for place, name in enumerate(order)}
    for name in order:
        needed = [need for need in runner._schema.nodes[name].needs.values() if need in places]
        assert all(places[need] < places[name] for need in needed)


def test_a_component_that_rests_hands_on_what_comes_to_it(assistant: Assistant) -> None:
    processor = assistant._processor
    target, inputs = processor.model_metadata.nlu_target, {PLACEHOLDER_MESSAGE: [UserMessage(text="CRM")], PLACEHOLDER_TRACKER: None}
    found = processor.graph_runner.run(inputs, [target])[target][0]
    assert found.get("topics") is None
    assert found.get("intent")["name"]
