"""What our subclasses of Rasa's parts leave out changes nothing that they put out."""

from __future__ import annotations

import pytest
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, AllSlotsReset, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.assistant import quiet
from bot.assistant.agent import Assistant
from bot.assistant.own_actions import branch
from bot.assistant.processor import _intents_that_fill_slots
from bot.assistant.responses import Responses
from bot.assistant.shapes import rules_alone_decide, shape_of

CUSTOM = {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}


def domain(**parts: object) -> Domain:
    """A domain; Rasa warns of each that has slots."""
    with quiet.old_libraries_may_warn():
        return Domain.from_dict(parts)


DOMAIN = domain(
    intents=["greet", "answer"],
    slots={"mood": CUSTOM, "given": CUSTOM | {"mappings": [{"type": "from_intent", "intent": "answer", "value": "yes"}]}},
    forms={"survey": {"required_slots": ["given"]}},
)


def tracker(*events: object) -> DialogueStateTracker:
    """A conversation in which this has happened."""
    return DialogueStateTracker.from_events("somebody", list(events), DOMAIN.slots)


def heard(intent: str, text: str = "words", entities: object = ()) -> UserUttered:
    """What an owner said."""
    return UserUttered(text, {"name": intent}, list(entities))  # type: ignore[call-overload]


def test_a_response_is_one_of_the_variations_that_rasa_would_choose_from(assistant: Assistant) -> None:
    responses = assistant._processor.domain.responses
    ours, theirs = Responses(responses), TemplatedNaturalLanguageGenerator(responses)
    for name in responses:
        for language in ("ja", "en"):
            slots = {"language": language}
            texts = {(theirs.generate_from_slots(name, slots, "advisor") or {}).get("text") for _ in range(8)}
            assert (ours.generate_from_slots(name, slots, "advisor") or {}).get("text") in texts or len(responses[name]) > 2


def test_a_response_that_was_filled_in_leaves_the_next_one_as_it_was() -> None:
    said = Responses({"utter_hello": [{"text": "Hello {name}", "buttons": [{"title": "{name}", "payload": "x"}]}]})
    first = said.generate_from_slots("utter_hello", {}, "advisor", name="Ken")
    second = said.generate_from_slots("utter_hello", {}, "advisor", name="Yumi")
    assert first == {"text": "Hello Ken", "buttons": [{"title": "Ken", "payload": "x"}]}
    assert second == {"text": "Hello Yumi", "buttons": [{"title": "Yumi", "payload": "x"}]}


def test_words_and_values_do_not_change_the_shape_of_a_conversation() -> None:
    one, other = (tracker(ActionExecuted("action_listen"), SlotSet("mood", mood), heard("greet", mood)) for mood in ("fine", "tired"))
    assert shape_of(one) == shape_of(other)


@pytest.mark.parametrize(
    "different",
    [
        [ActionExecuted("action_listen"), heard("answer")],
        [ActionExecuted("action_listen"), heard("greet", "")],
        [ActionExecuted("action_listen"), heard("greet", entities=[{"entity": "level", "value": "2"}])],
        [ActionExecuted("survey"), ActiveLoop("survey"), ActionExecuted("action_listen"), heard("greet")],
        [ActionExecuted("action_other"), ActionExecuted("action_listen"), heard("greet")],
    ],
)
def test_whatever_a_rule_may_name_changes_it(different: list[object]) -> None:
    assert shape_of(tracker(*different)) != shape_of(tracker(ActionExecuted("action_listen"), heard("greet")))


def test_a_conversation_with_something_unforeseen_has_no_shape() -> None:
    assert shape_of(tracker(ActionExecuted("action_listen"), Restarted())) is None


def test_decisions_are_remembered_only_where_rules_alone_decide(assistant: Assistant) -> None:
    processor = assistant._processor
    assert rules_alone_decide(processor.graph_runner.nodes, processor.domain)
    assert not rules_alone_decide([], processor.domain)
    featured = domain(slots={"mood": CUSTOM | {"influence_conversation": True}})
    assert not rules_alone_decide(processor.graph_runner.nodes, featured)


def test_slots_are_filled_only_after_the_intents_that_fill_them() -> None:
    assert _intents_that_fill_slots(DOMAIN) == {"answer"}
    by_entity = domain(entities=["x"], slots={"x": CUSTOM | {"mappings": [{"type": "from_entity", "entity": "x"}]}})
    assert _intents_that_fill_slots(by_entity) is None


@pytest.mark.parametrize("after", [[SlotSet("mood", "tired"), ActionExecuted("survey")], [AllSlotsReset()]])
def test_a_branch_goes_on_by_itself(after: list[object]) -> None:
    here = tracker(ActionExecuted("action_listen"), SlotSet("mood", "fine"), heard("greet"))
    there = branch(here, after, DOMAIN)  # type: ignore[arg-type]
    assert there.get_slot("mood") != "fine"
    assert (here.get_slot("mood"), len(here.events)) == ("fine", 3)
    assert there.latest_message is here.latest_message
    lived = tracker(*here.events, *after)
    assert there.current_slot_values() == lived.current_slot_values()
    assert there.latest_action_name == lived.latest_action_name
