"""`advisor evaluate schedule` counts only what is wholly right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.operations.evaluating_schedule import evaluate_schedule
from bot.operations.evaluation import EvaluationError, run_evaluation
from tests.unit.rollout.wishes.reading_words import reader

ROW = {"text": "毎週金曜の16時", "today": "2026-11-25T10:00", "zone": "Asia/Tokyo", "kind": "recurring"}


def test_a_line_is_right_only_with_every_value() -> None:
    right = {**ROW, "expected": {"rule": "FREQ=WEEKLY;BYDAY=FR", "time": "16:00"}}
    half = {**ROW, "expected": {"rule": "FREQ=WEEKLY;BYDAY=FR"}}
    report, wrong = evaluate_schedule(reader(), [right, half])
    assert report["understood"] == 0.5
    assert report["wrongly_sure"] == 0.5
    assert report["per_kind"] == {"recurring": 0.5}
    assert len(wrong) == 1


@pytest.mark.parametrize("change", [{"today": "yesterday"}, {"intent": "greet"}])
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, change: dict[str, str]) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({**ROW, "expected": {}, **change}), encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"rows\.jsonl"):
        run_evaluation("schedule", file, None, True, lambda: Path())
