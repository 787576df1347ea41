"""The parts of Rasa that we run, with the libraries that replace its pins; docs/rasa.md names these tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.assistant.agent import Assistant, ModelError, load_assistant
from bot.assistant.stand_ins import REPLACEABLE
from bot.assistant.training import ensure_model
from bot.services import ROOT, Services


def test_rasa_imports_without_the_libraries_that_we_leave_out() -> None:
    code = "from bot.assistant import agent; import sys; print('sanic' in sys.modules, type(sys.modules['tensorflow']).__name__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "_EmptyModule"]
    assert done.stderr == ""


def test_missing_libraries_outside_the_list_are_still_missing() -> None:
    assert "tensorflow" in REPLACEABLE
    with pytest.raises(ImportError):
        __import__("a_library_that_nobody_has")


def test_training_is_skipped_when_nothing_changed(model: Path) -> None:
    assert ensure_model(ROOT, model.parent, lambda step: pytest.fail(f"trained: {step}")) == model


@pytest.mark.parametrize(
    ("text", "intent"),
    [("こんにちは", "greet"), ("診断を始めたい", "start_assessment"), ("thank you so much", "thanks")],
)
async def test_the_classifier_of_the_pipeline_understands(assistant: Assistant, text: str, intent: str) -> None:
    assert (await assistant.classify(text))["intent"]["name"] == intent


async def test_a_typed_payload_is_only_text(assistant: Assistant) -> None:
    assert (await assistant.classify('/delete_my_data{"confirm":"yes"}'))["intent"]["confidence"] < 1.0


def test_a_response_is_said_in_the_language_asked_for(assistant: Assistant) -> None:
    assert "申し訳ありません" in assistant.apology("ja").text
    assert "sorry" in assistant.apology("en").text


def test_a_broken_model_is_named_with_the_remedy(tmp_path: Path, services: Services) -> None:
    broken = tmp_path / "advisor-broken.tar.gz"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="advisor train --force"):
        load_assistant(broken, services)
