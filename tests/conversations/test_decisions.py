"""Our processor remembers what followed a conversation of one shape; it must be what Rasa's own would decide."""

from __future__ import annotations

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from bot.assistant.processor import Processor
from tests.conversations.talking import Talk

SAID = (
    *("こんにちは", "診断を始めたい", "飲食店", "CRMって何?", "6人", "手作業", "なぜ聞くの?", "2", "???", "戻る", "3", "2か3かな", "2"),
    *("ここまでにします", "ありがとう", "続き", "2", "わからない", "いくら?", "担当者と話したい", "やめる", "計画を見せて"),
    *("英語で", "help"),
)


def _decided(prediction: PolicyPrediction) -> tuple[object, ...]:
    return (
        *(prediction.max_confidence_index, prediction.max_confidence, prediction.policy_name),
        *(prediction.is_end_to_end_prediction, prediction.hide_rule_turn),
        [event.as_dict() | {"timestamp": None, "metadata": None} for event in prediction.events],
    )


async def test_what_is_remembered_is_what_rasa_decides(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    remembering = Processor._predict_next_with_tracker
    compared = 0

    def both(self: Processor, tracker: DialogueStateTracker) -> PolicyPrediction:
        nonlocal compared
        if tracker.followup_action:
            return remembering(self, tracker)
        ours = remembering(self, tracker)
        assert _decided(ours) == _decided(MessageProcessor._predict_next_with_tracker(self, tracker))
        compared += 1
        return ours

    monkeypatch.setattr(Processor, "_predict_next_with_tracker", both)
    for owner in ("web:first", "web:second"):
        again = Talk(talk.database, talk.assistant, talk.clock, key=owner)
        for said in SAID:
            assert await again.say(said)
    assert compared > 2 * len(SAID)
