from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.problems import ContentError
from knowledge.samples import AnswerSample, load_answer_samples


def write(folder: Path, content: str) -> Path:
    answers = folder / "knowledge" / "assessment" / "answers"
    answers.mkdir(parents=True)
    (answers / "TEC1.yml").write_text(content, encoding="utf-8")
    return answers


def test_answers_are_read_by_language_and_level(tmp_path: Path) -> None:
    japanese = "ja:\n  1: |\n    - 紙だけ\n  2: |\n    - クラウド\n"
    folder = write(tmp_path, f"about: TEC1\n{japanese}en:\n  1: |\n    - paper\n  2: |\n    - cloud\n")
    assert load_answer_samples(folder, ("TEC1",), 2) == (
        AnswerSample("TEC1", 1, "紙だけ"),
        AnswerSample("TEC1", 2, "クラウド"),
        AnswerSample("TEC1", 1, "paper"),
        AnswerSample("TEC1", 2, "cloud"),
    )


def test_a_missing_level_an_unknown_subject_and_a_line_without_its_dash_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path, "about: TEC9\nja:\n  1: |\n    紙だけ\nen:\n  1: |\n    - paper\n  2: |\n    - cloud\n")
    with pytest.raises(ContentError) as caught:
        load_answer_samples(folder, ("TEC1",), 2)
    said = str(caught.value)
    assert "knowledge/assessment/answers/TEC1.yml:1: 'about' does not know 'TEC9'. Use one of: TEC1." in said
    assert "does not begin with '- '" in said
    assert "Field 'ja.2' is missing" in said
