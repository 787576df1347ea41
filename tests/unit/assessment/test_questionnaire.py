from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.assessment.questionnaire import (
    DIMENSIONS,
    NEAREST_DIMENSION,
    Answer,
    AnswerKind,
    Profile,
    Progress,
    implied,
    load_questionnaire,
    next_question,
    order,
    progress,
    with_implied,
)
from knowledge.problems import ContentError
from tests.unit.assessment.builders import KNOWLEDGE, all_at, make_questionnaire, of_kind, shipped, values
from tests.unit.assessment.test_scoring import answer_sets

CORE = ("TEC1", "PRO1", "DAT1", "CUS1", "BIZ1")
SHOP = Profile("retail", "6-20", "customers")
ONE_PERSON = Profile("retail", "1", "customers")
IMPUTED = AnswerKind.IMPUTED


def test_firm_comes_first_then_the_core_questions_then_the_dimension_nearest_to_the_problem() -> None:
    found = order(shipped(), "customers")
    assert found[:8] == ("industry", "size", "pain", *CORE)
    assert found[8:] == ("CUS2", "CUS3", "TEC2", "TEC3", "TEC4", "PRO2", "PRO3", "DAT2", "DAT3", "BIZ2", "BIZ3", "BIZ4")


def test_without_a_problem_the_dimensions_keep_their_order() -> None:
    assert order(shipped(), None)[8:12] == ("TEC2", "TEC3", "TEC4", "PRO2")


@pytest.mark.parametrize("pain", [None, *NEAREST_DIMENSION])
def test_every_question_is_asked_once_whatever_the_problem(pain: str | None) -> None:
    assert len(order(shipped(), pain)) == len(set(order(shipped(), pain))) == 20


def test_shop_on_paper_is_not_asked_about_retyping_and_remote_access() -> None:
    found = implied(values(TEC1=1), SHOP)
    assert found == {"TEC2": Answer("TEC2", IMPUTED, 1), "TEC3": Answer("TEC3", IMPUTED, 1)}


def test_nothing_digital_at_all_means_that_no_tool_was_measured() -> None:
    assert implied(values(TEC1=1, PRO1=1, BIZ1=1), SHOP)["BIZ2"] == Answer("BIZ2", IMPUTED, 1)
    assert "BIZ2" not in implied(values(TEC1=1, PRO1=1, BIZ1=2), SHOP)


def test_one_person_is_not_asked_how_the_staff_do() -> None:
    assert implied({}, ONE_PERSON) == {"BIZ4": Answer("BIZ4", AnswerKind.NOT_APPLICABLE)}


def test_not_knowing_implies_nothing() -> None:
    assert implied(of_kind(AnswerKind.UNKNOWN, "TEC1"), SHOP) == {}


def test_what_the_owner_answered_is_never_overruled() -> None:
    assert "TEC2" not in implied(values(TEC1=1, TEC2=4), SHOP)
    assert with_implied(values(TEC1=1, TEC2=4), SHOP)["TEC2"].value == 4


def test_corrected_answer_withdraws_what_it_had_implied() -> None:
    answers = values(TEC1=1, PRO1=1, BIZ1=1)
    assert implied(answers | values(TEC1=2), SHOP) == {}


def test_next_question_is_the_first_one_without_an_answer_of_any_kind() -> None:
    assert next_question(shipped(), {}, Profile()) == "industry"
    assert next_question(shipped(), of_kind(AnswerKind.SKIPPED, "industry"), Profile()) == "size"
    assert next_question(shipped(), values(TEC1=2) | of_kind(AnswerKind.UNKNOWN, "PRO1"), SHOP) == "DAT1"


def test_next_question_passes_over_what_is_implied() -> None:
    answers = values(TEC1=1, PRO1=2, DAT1=2, CUS1=2, BIZ1=2, CUS2=2, CUS3=2)
    assert next_question(shipped(), answers, SHOP) == "TEC4"


def test_no_question_is_left_when_all_are_answered() -> None:
    assert next_question(shipped(), all_at(3), SHOP) is None


def test_progress_counts_only_what_is_asked() -> None:
    assert progress(shipped(), {}, Profile()) == Progress(answered=0, total=20, core_left=5)
    assert progress(shipped(), values(TEC1=1), ONE_PERSON) == Progress(answered=4, total=17, core_left=4)


def test_shortest_assessment_has_thirteen_scored_questions() -> None:
    assert progress(shipped(), values(TEC1=1, PRO1=1, BIZ1=1), ONE_PERSON).total - 3 == 13


@settings(max_examples=300, deadline=None)
@given(answers=answer_sets())
def test_progress_and_next_question_agree_and_implying_twice_adds_nothing(answers: dict[str, Answer]) -> None:
    questionnaire = make_questionnaire()
    found = progress(questionnaire, answers, ONE_PERSON)
    assert (found.answered == found.total) == (next_question(questionnaire, answers, ONE_PERSON) is None)
    once = with_implied(answers, ONE_PERSON)
    assert with_implied(once, ONE_PERSON) == once


@pytest.mark.parametrize(
    ("kind", "value"), [(AnswerKind.VALUE, None), (AnswerKind.VALUE, 0), (AnswerKind.UNKNOWN, 2), (AnswerKind.SKIPPED, 1)]
)
def test_answer_whose_value_does_not_fit_its_kind_is_refused(kind: AnswerKind, value: int | None) -> None:
    with pytest.raises(ValueError, match="cannot have the value"):
        Answer("TEC1", kind, value)


def test_question_is_found_by_its_id_and_an_unknown_id_is_an_error() -> None:
    assert shipped().question("size").id == "size"
    assert shipped().question("TEC1").id == "TEC1"
    with pytest.raises(KeyError):
        shipped().question("TEC9")


# --- the shipped content ------------------------------------------------------------------------------------------------------


def test_shipped_questionnaire_has_three_seventeen_and_twelve() -> None:
    found = shipped()
    assert (len(found.profile), len(found.questions), len(found.actions)) == (3, 17, 12)


def test_every_dimension_has_one_core_question_its_first() -> None:
    assert tuple(each.id for each in shipped().questions if each.core) == CORE
    assert tuple(each.dimension for each in shipped().questions if each.core) == DIMENSIONS


def test_every_action_has_somewhere_to_read_on() -> None:
    assert all(each.entries for each in shipped().actions)


def test_sizes_leave_no_number_of_people_out() -> None:
    sizes = [option.id for question in shipped().profile if question.id == "size" for option in question.options]
    bounds = [[int(part) for part in size.rstrip("+").split("-")] for size in sizes]
    assert sizes[-1].endswith("+")
    assert all(after[0] == before[-1] + 1 for before, after in pairwise(bounds))


# --- mistakes in content ------------------------------------------------------------------------------------------------------


def break_content(tmp_path: Path, name: str, old: str, new: str, topics: set[str] | None = None) -> str:
    """The complaint about the shipped content after one replacement."""
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE / "assessment", folder / "assessment")
    file = folder / "assessment" / f"{name}.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as error:
        load_questionnaire(folder, topics)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("questions", "dimension: technology-adoption", "dimension: technology", "does not know 'technology'"),
        ("questions", "core: true", "core: false", "'technology-adoption' has 0 core questions, not 1"),
        ("questions", "core: false", "core: true", "'technology-adoption' has 2 core questions, not 1"),
        ("questions", "id: TEC2", "id: TEC1", "The id 'TEC1' stands twice"),
        ("questions", "    why:\n", "    because:\n", "Unknown field 'because'"),
        ("actions", "question: TEC4", "question: TEC9", "does not know 'TEC9'"),
        ("actions", "helps: [security, mistakes]", "helps: [boredom]", "does not know 'boredom'"),
        ("actions", "confidence: high", "confidence: sure", "does not know 'sure'"),
        ("actions", "effort: 1", "effort: 6", "is not a whole number from 1 to 5"),
        ("actions", "at_least: 2", "at_least: 9", "is not a whole number from 2 to 5"),
        ("actions", "up_to: 2", "up_to: 5", "is not a whole number from 1 to 4"),
        ("profile", "id: security", "id: hackers", "No dimension lies near to 'hackers'"),
        ("profile", 'id: "2-5"', "id: few", "'few' is not a number of people"),
        ("profile", "id: industry", "id: size", "The profile questions are not the expected ones"),
        ("reading", "numbers:\n  1:", "numbers:\n  eins:", "'eins' is not a number"),
        ("reading", "unknown:", "unknwon:", "unknown' is missing"),
    ],
)
def test_mistake_is_named_with_file_and_line(tmp_path: Path, name: str, old: str, new: str, complaint: str) -> None:
    found = break_content(tmp_path, name, old, new)
    [line, *_] = [each for each in found.splitlines() if complaint in each]
    file, number, *_ = line.split(":")
    assert file == f"knowledge/assessment/{name}.yml"
    assert int(number) >= 1


def test_question_with_four_options_is_refused(tmp_path: Path) -> None:
    option = next(each for each in shipped().questions if each.id == "TEC3").options[0]
    found = break_content(tmp_path, "questions", f'      - ja: {option.ja}\n        en: "{option.en}"\n', "")
    assert "has 4 items, not 5" in found


def test_text_in_one_language_only_is_refused(tmp_path: Path) -> None:
    name = shipped().questions[0].name
    assert "en' is missing" in break_content(tmp_path, "questions", f"{{ja: {name.ja}, en: {name.en}}}", f"{{ja: {name.ja}}}")


def test_action_that_points_to_an_unknown_topic_is_refused_when_the_topics_are_known(tmp_path: Path) -> None:
    topics = {entry for action in shipped().actions for entry in action.entries}
    assert "does not know 'component/locks'" in break_content(tmp_path, "actions", "component/cybersecurity", "component/locks", topics)


def test_missing_file_is_a_mistake_too(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"knowledge/assessment/actions\.yml:1: The file cannot be read"):
        load_questionnaire(tmp_path / "knowledge")
