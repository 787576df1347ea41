from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assessment.questionnaire import DIMENSIONS, Answer, AnswerKind, Profile, with_implied
from bot.assessment.scoring import Cap, Score, level_of, rounded, score
from tests.unit.assessment.builders import WORKED_EXAMPLE, all_at, make_questionnaire, of_kind, shipped, values

TECHNOLOGY, BUSINESS = DIMENSIONS[0], DIMENSIONS[-1]
FULL = make_questionnaire()


def level(result: Score, dimension: str = TECHNOLOGY) -> int | None:
    return result.dimension(dimension).level


def test_worked_example_of_the_design_gives_its_published_figures() -> None:
    result = score(values(**WORKED_EXAMPLE), shipped())
    assert [each.mean for each in result.dimensions] == [Fraction(7, 4), Fraction(5, 3), Fraction(5, 3), Fraction(5, 3), Fraction(9, 5)]
    assert [each.level for each in result.dimensions] == [1, 1, 1, 1, 2]
    assert (result.mean, result.level, result.percent) == (Fraction(171, 100), 1, Fraction(71, 4))
    assert result.percent is not None
    assert rounded(result.percent) == 18


def test_worked_example_with_less_retyping_lifts_technology_to_level_two() -> None:
    result = score(values(**WORKED_EXAMPLE | {"TEC": (2, 2, 2, 2)}), FULL)
    assert (result.dimension(TECHNOLOGY).mean, level(result)) == (2, 2)


def test_float_weights_would_misplace_seven_of_the_business_combinations_and_fractions_none() -> None:
    misplaced = 0
    for answers in product(range(1, 6), repeat=4):
        exact = score(values(BIZ=answers), FULL).dimension(BUSINESS)
        tenths = 4 * answers[0] + 2 * sum(answers[1:])
        assert exact.uncapped_level == 1 + sum(tenths >= begin for begin in (18, 26, 34, 42))
        with_floats = 0.4 * answers[0] + 0.2 * answers[1] + 0.2 * answers[2] + 0.2 * answers[3]
        misplaced += exact.uncapped_level != 1 + sum(with_floats >= begin for begin in (1.8, 2.6, 3.4, 4.2))
    assert misplaced == 7


@pytest.mark.parametrize(
    ("mean", "expected"), [("1", 1), ("179/100", 1), ("9/5", 2), ("13/5", 3), ("339/100", 3), ("17/5", 4), ("21/5", 5), ("5", 5)]
)
def test_level_begins_exactly_at_its_threshold(mean: str, expected: int) -> None:
    assert level_of(Fraction(mean)) == expected


def test_results_so_far_weigh_twice_in_business_impact_also_when_a_question_does_not_apply() -> None:
    answers = values(BIZ=(4, 1, 1)) | of_kind(AnswerKind.NOT_APPLICABLE, "BIZ4")
    assert score(answers, FULL).dimension(BUSINESS).mean == Fraction(10, 4)


def test_core_answer_holds_the_level_to_one_above_itself() -> None:
    dimension = score(values(TEC=(2, 5, 5, 5)), FULL).dimension(TECHNOLOGY)
    assert (dimension.uncapped_level, dimension.level, dimension.cap) == (5, 3, Cap.CORE)


def test_core_gate_is_off_when_the_core_question_does_not_apply() -> None:
    answers = values(TEC2=5, TEC3=5, TEC4=5) | of_kind(AnswerKind.NOT_APPLICABLE, "TEC1")
    assert (level(score(answers, FULL)), score(answers, FULL).dimension(TECHNOLOGY).cap) == (5, None)


def test_one_very_low_answer_holds_the_level_to_two_above_itself() -> None:
    dimension = score(values(TEC=(5, 1, 5, 5)), FULL).dimension(TECHNOLOGY)
    assert (dimension.uncapped_level, dimension.level, dimension.cap) == (4, 3, Cap.LEAP)


def test_percent_is_that_of_the_mean_whatever_the_gates_say() -> None:
    assert score(values(TEC=(5, 1, 5, 5)), FULL).dimension(TECHNOLOGY).percent == 75


def test_overall_level_stays_within_two_of_the_lowest_dimension() -> None:
    result = score(values(TEC1=5, PRO1=5, DAT1=5, CUS1=5, BIZ1=1), FULL)
    assert (result.uncapped_level, result.level, result.cap) == (5, 3, Cap.LEAP)


def test_paper_shop_that_uses_ai_is_not_called_advanced_and_is_told_why() -> None:
    paper = values(TEC=(4, 1, 1, 1), PRO=(1, 1, 1), DAT=(1, 1, 1), CUS=(1, 1, 1), BIZ=(1, 1, 1, 1))
    result = score(paper, shipped())
    assert (level(result), result.level, result.has_ai_without_linked_data) == (1, 1, True)
    mostly_good = score(values(TEC=(4, 1, 5, 5)), shipped())
    assert (level(mostly_good), mostly_good.dimension(TECHNOLOGY).cap) == (3, Cap.LEAP)


def test_ai_on_linked_data_or_data_not_asked_about_yet_is_not_remarked_upon() -> None:
    assert not score(values(TEC1=4, TEC2=3, DAT2=2), FULL).has_ai_without_linked_data
    assert not score(values(TEC1=4), FULL).has_ai_without_linked_data
    assert not score(values(TEC1=4) | of_kind(AnswerKind.UNKNOWN, "DAT2"), FULL).has_ai_without_linked_data


def test_not_knowing_counts_as_one_and_makes_the_result_less_certain() -> None:
    answers = values(TEC1=3) | of_kind(AnswerKind.UNKNOWN, "TEC2")
    result = score(answers, make_questionnaire("TEC1", "TEC2"))
    assert (result.dimension(TECHNOLOGY).mean, result.certainty.given, result.certainty.applicable) == (2, 1, 2)


def test_a_skipped_question_leaves_the_mean_alone_but_not_the_certainty() -> None:
    answers = values(TEC1=3) | of_kind(AnswerKind.SKIPPED, "TEC2")
    result = score(answers, make_questionnaire("TEC1", "TEC2"))
    assert (result.dimension(TECHNOLOGY).mean, result.certainty.value, result.certainty.label) == (3, Fraction(1, 2), "low")


def test_a_question_that_does_not_apply_touches_neither() -> None:
    answers = values(TEC1=3) | of_kind(AnswerKind.NOT_APPLICABLE, "TEC2")
    result = score(answers, make_questionnaire("TEC1", "TEC2"))
    assert (result.dimension(TECHNOLOGY).mean, result.certainty.value, result.certainty.label) == (3, 1, "high")


def test_implied_answers_count_in_the_mean_but_not_as_given() -> None:
    result = score(with_implied(values(TEC1=1, TEC4=3), Profile()), make_questionnaire("TEC1", "TEC2", "TEC3", "TEC4"))
    assert (result.dimension(TECHNOLOGY).mean, result.certainty.value) == (Fraction(6, 4), Fraction(1, 2))


@pytest.mark.parametrize(("given_answers", "label"), [(17, "high"), (15, "high"), (14, "medium"), (11, "medium"), (10, "low"), (5, "low")])
def test_certainty_is_named_by_its_share(given_answers: int, label: str) -> None:
    answers = dict(list(all_at(3).items())[:given_answers])
    assert score(answers, FULL).certainty.label == label


def test_express_result_rests_on_the_core_answer_of_each_dimension() -> None:
    result = score(values(TEC1=2, PRO1=1, DAT1=3, CUS1=2, BIZ1=4), FULL)
    assert [each.mean for each in result.dimensions] == [2, 1, 3, 2, 4]
    assert result.mean == Fraction(12, 5)


def test_dimension_without_an_applicable_answer_is_left_out_of_the_overall_result() -> None:
    answers = values(TEC=(3, 3, 3, 3)) | of_kind(AnswerKind.NOT_APPLICABLE, "CUS1", "CUS2", "CUS3")
    result = score(answers, FULL)
    assert (result.dimension("customer-engagement").level, result.mean) == (None, 3)


def test_no_answers_give_no_result_rather_than_a_bad_one() -> None:
    result = score({}, FULL)
    assert (result.mean, result.percent, result.level, result.strongest, result.unevenness) == (None, None, None, (), 0)


def test_unevenness_is_the_population_deviation_of_the_dimension_means() -> None:
    result = score(values(TEC1=1, PRO1=1, DAT1=1, CUS1=1, BIZ1=5), FULL)
    assert (result.variance, result.unevenness) == (Fraction(64, 25), 1.6)
    assert (result.strongest, result.weakest) == ((BUSINESS,), DIMENSIONS[:-1])


def test_nothing_stands_out_when_all_dimensions_are_alike() -> None:
    result = score(all_at(3), FULL)
    assert (result.strongest, result.weakest, result.unevenness) == ((), (), 0)


def test_the_score_carries_every_number_it_was_computed_from() -> None:
    parts = score(values(**WORKED_EXAMPLE), FULL).dimension(BUSINESS).parts
    assert [(part.question, part.counted, part.weight) for part in parts] == [
        ("BIZ1", 2, 2),
        ("BIZ2", 1, 1),
        ("BIZ3", 2, 1),
        ("BIZ4", 2, 1),
    ]


@pytest.mark.parametrize(("number", "expected"), [("25/2", 13), ("27/2", 14), ("71/4", 18), ("0", 0), ("49/4", 12)])
def test_halves_round_upwards(number: str, expected: int) -> None:
    assert rounded(Fraction(number)) == expected


IDS = [each.id for each in FULL.questions]


@st.composite
def answer_sets(draw: st.DrawFn) -> dict[str, Answer]:
    """Any mixture of answers to the seventeen questions, missing ones included."""
    drawn = draw(st.lists(st.sampled_from([1, 1, 2, 3, 4, 5, "unknown", "not_applicable", "skipped", None]), min_size=17, max_size=17))
    answers: dict[str, Answer] = {}
    for question, each in zip(IDS, drawn, strict=True):
        if isinstance(each, int):
            answers[question] = Answer(question, AnswerKind.VALUE, each)
        elif each is not None:
            answers[question] = Answer(question, AnswerKind(each))
    return answers


def figures(answers: dict[str, Answer], profile: Profile) -> list[Fraction | int]:
    result = score(with_implied(answers, profile), FULL)
    found = [*(figure for each in result.dimensions for figure in (each.percent, each.level)), result.percent, result.level]
    return [-1 if figure is None else figure for figure in found]


@settings(max_examples=3000, deadline=None)
@given(answers=answer_sets(), place=st.integers(0, 16), better=st.integers(2, 5), size=st.sampled_from([None, "1", "6-20"]))
def test_a_better_answer_never_lowers_any_figure(answers: dict[str, Answer], place: int, better: int, size: str | None) -> None:
    question, profile = IDS[place], Profile(size=size)
    before = with_implied(answers, profile).get(question)
    if before is None or before.counted is None or before.counted >= better:
        return
    improved = answers | {question: Answer(question, AnswerKind.VALUE, better)}
    worse_first = zip(figures(answers, profile), figures(improved, profile), strict=True)
    assert all(old <= new for old, new in worse_first)


@settings(max_examples=300, deadline=None)
@given(answers=answer_sets())
def test_the_same_answers_in_any_order_give_the_same_score(answers: dict[str, Answer]) -> None:
    assert score(answers, FULL) == score(dict(reversed(answers.items())), FULL)


@settings(max_examples=500, deadline=None)
@given(answers=answer_sets())
def test_every_figure_stays_in_its_range_and_no_gate_raises_a_level(answers: dict[str, Answer]) -> None:
    result = score(answers, FULL)
    for each in (*result.dimensions, result):
        if each.mean is None:
            assert (each.percent, each.level, each.cap) == (None, None, None)
            continue
        assert each.percent is not None
        assert each.level is not None
        assert each.uncapped_level is not None
        assert 1 <= each.mean <= 5
        assert 0 <= each.percent <= 100
        assert 1 <= each.level <= each.uncapped_level <= 5
        assert (each.cap is None) == (each.level == each.uncapped_level)
