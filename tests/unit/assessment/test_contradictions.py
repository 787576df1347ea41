"""Answers that hardly go together are noticed, each pair once; nobody is asked about what was only estimated."""

from __future__ import annotations

import pytest

from bot.assessment.contradictions import Contradiction, find_contradiction, load_contradictions
from bot.assessment.questionnaire import Answer, AnswerKind, load_questionnaire
from bot.services import ROOT
from knowledge.problems import ContentError

PAIRS = (Contradiction("first", "TEC1", 4, "PRO1", 1), Contradiction("second", "TEC1", 4, "DAT2", 1))


def answers(**levels: int) -> dict[str, Answer]:
    return {question: Answer(question, AnswerKind.VALUE, level) for question, level in levels.items()}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"TEC1": 4, "PRO1": 1}, "first"),
        ({"TEC1": 5, "PRO1": 1}, "first"),
        ({"TEC1": 3, "PRO1": 1}, None),
        ({"TEC1": 4, "PRO1": 2}, None),
        ({"TEC1": 4}, None),
        ({"PRO1": 1}, None),
        ({"TEC1": 4, "PRO1": 2, "DAT2": 1}, "second"),
    ],
)
def test_a_pair_is_found_when_both_answers_are_given(given: dict[str, int], found: str | None) -> None:
    contradiction = find_contradiction(PAIRS, answers(**given), ())
    assert (contradiction.id if contradiction else None) == found


def test_each_pair_is_found_once() -> None:
    given = answers(TEC1=4, PRO1=1, DAT2=1)
    second = find_contradiction(PAIRS, given, {"first"})
    assert second is not None
    assert second.id == "second"
    assert find_contradiction(PAIRS, given, {"first", "second"}) is None


@pytest.mark.parametrize("kind", [AnswerKind.UNKNOWN, AnswerKind.NOT_APPLICABLE, AnswerKind.SKIPPED])
def test_only_chosen_answers_contradict(kind: AnswerKind) -> None:
    given = {**answers(TEC1=4), "PRO1": Answer("PRO1", kind)}
    assert find_contradiction(PAIRS, given, ()) is None


def test_the_shipped_pairs_hold_the_shop_on_paper_that_uses_ai_every_week() -> None:
    pairs = load_contradictions(ROOT / "knowledge", load_questionnaire(ROOT / "knowledge", None))
    assert find_contradiction(pairs, answers(TEC1=4, PRO1=1), ()) is not None
    assert len({each.id for each in pairs}) == len(pairs)


def test_a_malformed_pair_is_named_with_its_place(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "assessment").mkdir()
    page = "contradictions:\n  - {id: odd, high: TEC9, at_least: 4, low: PRO1, up_to: 1}\n"
    (tmp_path / "assessment" / "contradictions.yml").write_text(page)
    with pytest.raises(ContentError, match=r"contradictions\.yml:2.*TEC9|TEC9"):
        load_contradictions(tmp_path, load_questionnaire(ROOT / "knowledge", None))
