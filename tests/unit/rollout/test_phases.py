from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import knowledge
from bot.rollout.phases import load_phases
from knowledge.problems import ContentError
from tests.unit.rollout.phase_files import PHASE, write_phases

TOPICS = frozenset({"phase/pilot", "challenge/limited-budget"})


def test_the_project_has_eight_phases_in_both_languages() -> None:
    phases = load_phases(Path(knowledge.__file__).parent)
    assert [phase.number for phase in phases] == list(range(1, 9))
    for phase in phases:
        for words in (phase.name, phase.goal, phase.done_when, phase.question, phase.when_blocked):
            assert words.ja
            assert words.en
        assert len(phase.steps.ja) == len(phase.steps.en) == 3


def test_a_phase_is_read_as_it_is_written(tmp_path: Path) -> None:
    third = load_phases(write_phases(tmp_path), TOPICS)[2]
    assert (third.number, third.entry, third.watch) == (3, "phase/pilot", ("challenge/limited-budget",))
    assert (third.days.min, third.days.default, third.days.max) == (7, 14, 21)
    assert (third.checkins.first_after_days, third.checkins.then_every_days) == ((2, 7), 7)
    assert third.question.get("ja") == "進んでいますか?"


def test_a_rhythm_need_not_repeat(tmp_path: Path) -> None:
    root = write_phases(tmp_path, lambda text: text.replace("then_every_days: 7", "then_every_days: null"))
    assert load_phases(root)[0].checkins.then_every_days is None


@pytest.mark.parametrize(
    ("before", "after", "line", "what", "remedy"),
    [
        ("number: 2", "number: 3", 24, "Phase 3 stands in place 2", "from 1 to 8"),
        ("min: 7", "min: 15", 5, "lengths are not in order", "min <= default <= max"),
        ("max: 21", "max: 13", 5, "lengths are not in order", "min <= default <= max"),
        ("min: 7, ", "", 5, "min' is missing", "Add 'min:'"),
        ("[2, 7]", "[2, 15]", 8, "'15'", "1, 2, 3"),
        ("[2, 7]", "[7, 2]", 8, "not in order", "earliest first"),
        ("[2, 7]", "[2, 2]", 8, "a value twice", "Remove"),
        ("[2, 7]", "[]", 8, "has 0 items", "Add"),
        ("[2, 7]", "[0]", 8, "'0'", "1, 2, 3"),
        ("then_every_days: 7", "then_every_days: 0", 8, "whole number from 1", "digits"),
        ("entry: phase/pilot", "entry: phase/pilots", 3, "phase/pilots", "phase/pilot"),
        ("challenge/limited-budget", "challenge/budget", 18, "challenge/budget", "challenge/limited-budget"),
        ("ja: [一, 二, 三]", "ja: [一, 二]", 6, "2 items, not 3", "Add or remove"),
        ("question: ", "ask: ", 9, "Unknown field 'ask'", "question"),
    ],
)
def test_a_mistake_is_named_with_its_file_line_and_remedy(
    tmp_path: Path, before: str, after: str, line: int, what: str, remedy: str
) -> None:
    root = write_phases(tmp_path, _replace_in_phase(before, after))
    with pytest.raises(ContentError) as raised:
        load_phases(root, TOPICS)
    found = [problem for problem in raised.value.problems if what in problem.what]
    assert [(problem.file, problem.line) for problem in found] == [("knowledge/rollout/phases.yml", line)]
    assert remedy in found[0].remedy


def _replace_in_phase(before: str, after: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert before in text
        return text.replace(before, after, 1)

    return change


def test_seven_phases_are_not_enough(tmp_path: Path) -> None:
    root = write_phases(tmp_path, lambda text: text[: text.index("  - number: 8")])
    with pytest.raises(ContentError, match=r"phases\.yml:1: 'phases' has 7 items, not 8"):
        load_phases(root)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"phases\.yml:1: The file cannot be read"):
        load_phases(tmp_path / "knowledge")


def test_topics_are_not_checked_unless_they_are_given(tmp_path: Path) -> None:
    assert load_phases(write_phases(tmp_path, lambda text: text.replace("phase/pilot", "phase/none")))[0].entry == "phase/none"


def test_the_sample_of_these_tests_is_twenty_two_lines_long() -> None:
    assert PHASE.count("\n") == 22, "the line numbers above count on it"
