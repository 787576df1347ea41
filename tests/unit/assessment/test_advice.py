from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from bot.assessment.advice import Advice, Shift, Unmet, advise, next_rungs, shift
from bot.assessment.questionnaire import Action, Answer, AnswerKind, Answers, Profile, Questionnaire, Requirement, with_implied
from bot.assessment.scoring import score
from tests.unit.assessment.builders import WORKED_EXAMPLE, all_at, make_action, make_questionnaire, of_kind, shipped, values
from tests.unit.assessment.test_scoring import answer_sets

FIRM = Profile("retail", "6-20", "manual-work")


def advice_for(
    answers: Answers, questionnaire: Questionnaire, profile: Profile = FIRM, limit: int = 3, budget: str | None = None
) -> tuple[Advice, ...]:
    return advise(answers, profile, score(with_implied(answers, profile), questionnaire), questionnaire, limit, budget)


def of(*actions: Action) -> Questionnaire:
    return make_questionnaire(actions=actions)


def names(advice: tuple[Advice, ...]) -> list[str]:
    return [each.action.id for each in advice]


def test_worked_example_puts_the_safe_door_first_and_then_what_helps_most() -> None:
    found = advice_for(values(**WORKED_EXAMPLE), shipped())
    assert names(found) == ["two-step-login", "before-number", "link-till-accounting"]
    assert [each.priority for each in found] == [0, 9, Fraction(15, 4)]


def test_priority_is_gap_times_pain_impact_and_confidence_over_effort() -> None:
    action = make_action("a", "PRO1", impact=5, effort=3, confidence="medium", helps=("manual-work",))
    [found] = advice_for(values(PRO=(1, 4, 4)), of(action))
    assert (found.gap, found.target) == (2, 3)  # mean 3 gives level 3; the core gate holds it to 2
    assert found.priority == 2 * Fraction(3, 2) * 5 * Fraction(4, 5) / 3


def test_gap_is_two_at_most() -> None:
    [found] = advice_for(values(TEC=(3, 1, 5, 5)), of(make_action("a", "TEC2")))
    assert (found.target, found.gap) == (4, 2)


def test_action_for_the_owners_problem_weighs_half_as_much_again() -> None:
    questionnaire = of(make_action("plain", "PRO1"), make_action("helps", "DAT1", helps=("manual-work",)))
    found = advice_for(values(PRO1=1, DAT1=1), questionnaire)
    assert [(each.action.id, each.pain_weighted, each.priority) for each in found] == [("helps", True, 3), ("plain", False, 2)]


def test_action_is_offered_up_to_its_answer_and_not_above() -> None:
    questionnaire = of(make_action("a", "PRO1", up_to=2))
    assert names(advice_for(values(PRO1=2), questionnaire)) == ["a"]
    assert advice_for(values(PRO1=3), questionnaire) == ()


def test_nothing_is_advised_on_a_question_that_was_skipped_does_not_apply_or_was_not_asked() -> None:
    questionnaire = of(make_action("a", "PRO1"), make_action("b", "PRO2"), make_action("c", "PRO3"))
    answers = of_kind(AnswerKind.SKIPPED, "PRO1") | of_kind(AnswerKind.NOT_APPLICABLE, "PRO2")
    assert advice_for(answers, questionnaire) == ()


def test_not_knowing_counts_as_one_and_is_shown_as_the_ground() -> None:
    [found] = advice_for(of_kind(AnswerKind.UNKNOWN, "PRO1"), of(make_action("a", "PRO1")))
    assert found.rests_on == (Answer("PRO1", AnswerKind.UNKNOWN),)


def test_advice_may_rest_on_an_implied_answer_and_says_so() -> None:
    [found] = advice_for(values(TEC1=1), of(make_action("a", "TEC2")))
    assert found.rests_on == (Answer("TEC2", AnswerKind.IMPUTED, 1),)


def test_advice_names_the_answers_it_rests_on_prerequisites_included() -> None:
    action = make_action("a", "PRO1", requires=(Requirement("TEC4", 2),))
    [found] = advice_for(values(PRO1=1, TEC4=3), of(action))
    assert found.rests_on == tuple(values(PRO1=1, TEC4=3).values())
    assert found.unmet == ()


@pytest.mark.parametrize(
    "first",
    [values(TEC4=1), of_kind(AnswerKind.UNKNOWN, "TEC4"), of_kind(AnswerKind.SKIPPED, "TEC4"), {}],
    ids=["low", "dk", "skipped", "none"],
)
def test_action_whose_prerequisite_is_not_known_to_be_met_comes_after_all_others(first: dict[str, Answer]) -> None:
    needy = make_action("needy", "PRO1", impact=5, effort=1, requires=(Requirement("TEC4", 2),))
    questionnaire = of(needy, make_action("small", "DAT1", impact=1, effort=5))
    found = advice_for(values(PRO1=1, DAT1=1) | first, questionnaire)
    assert names(found) == ["small", "needy"]
    assert (found[1].unmet, found[1].quick_win) == ((Unmet("TEC4", 2, first.get("TEC4")),), False)


def test_prerequisite_that_does_not_apply_to_the_firm_holds_nothing_up() -> None:
    action = make_action("a", "PRO1", requires=(Requirement("BIZ4", 3),))
    [found] = advice_for(values(PRO1=1), of(action), Profile(size="1"))
    assert found.unmet == ()


def test_always_first_action_leads_whenever_its_condition_holds() -> None:
    questionnaire = of(make_action("big", "PRO1", impact=5, effort=1), make_action("door", "TEC4", impact=1, effort=5, always_first=True))
    assert names(advice_for(values(PRO1=1, TEC4=2), questionnaire)) == ["door", "big"]
    assert names(advice_for(values(PRO1=1, TEC4=3), questionnaire)) == ["big"]


@pytest.mark.parametrize(
    ("changes", "budget", "expected"),
    [
        ({}, None, True),
        ({"effort": 3}, None, False),
        ({"impact": 2}, None, False),
        ({"cost": "low"}, None, True),
        ({"cost": "low"}, "free", False),
        ({"cost": "medium"}, None, False),
        ({"cost": "medium"}, "high", True),
    ],
)
def test_quick_win_is_little_effort_real_impact_and_within_the_budget(
    changes: dict[str, object], budget: str | None, expected: bool
) -> None:
    [found] = advice_for(values(PRO1=1), of(make_action("a", "PRO1", **changes)), budget=budget)
    assert found.quick_win is expected


def test_equal_actions_keep_the_order_of_the_content() -> None:
    actions = tuple(make_action(name, "PRO1") for name in "cab")
    assert names(advice_for(values(PRO1=1), of(*actions))) == ["c", "a", "b"]


def test_of_equal_priorities_the_one_that_helps_comes_first_then_the_greater_impact() -> None:
    actions = (make_action("two-over-one", "PRO1", impact=2, effort=1), make_action("four-over-two", "PRO1", impact=4, effort=2))
    assert names(advice_for(values(PRO1=1), of(*actions))) == ["four-over-two", "two-over-one"]


def test_score_of_other_answers_is_refused() -> None:
    questionnaire = of(make_action("a", "PRO1"))
    with pytest.raises(ValueError, match="PRO1"):
        advise(values(PRO1=1), FIRM, score({}, questionnaire), questionnaire)


def test_firm_with_high_answers_gets_next_steps_instead_of_beginners_actions() -> None:
    answers = dict(all_at(4)) | values(DAT2=3, CUS1=3)
    assert advice_for(answers, shipped()) == ()
    rungs = next_rungs(answers, FIRM, shipped())
    assert [(rung.question.id, rung.value) for rung in rungs] == [("CUS1", 3), ("DAT2", 3), ("TEC1", 4)]


def test_firm_at_the_top_of_everything_has_no_next_step() -> None:
    assert next_rungs(all_at(5), FIRM, shipped()) == ()


def test_express_answers_already_lead_to_actions() -> None:
    answers = values(TEC1=2, PRO1=1, DAT1=1, CUS1=1, BIZ1=1)
    assert names(advice_for(answers, shipped())) == ["weekly-number-page", "map-and-social", "invoices-and-notices"]


@settings(max_examples=300, deadline=None)
@given(answers=answer_sets())
def test_advice_is_the_same_every_time_and_keeps_its_rules(answers: dict[str, Answer]) -> None:
    found = advice_for(answers, shipped(), limit=12)
    assert found == advice_for(dict(reversed(answers.items())), shipped(), limit=12)
    assert found[:3] == advice_for(answers, shipped())
    later = [each for each in found if not each.action.always_first]
    assert later == sorted(later, key=lambda each: (bool(each.unmet), -each.priority))
    assert found[: len(found) - len(later)] == tuple(each for each in found if each.action.always_first)


def test_a_shift_names_what_came_what_went_and_what_has_no_reason_any_more() -> None:
    assert shift(("a", "b", "c", "d"), ("b", "e", "c", "a")) == Shift(came=("e",), went=("a",), idle=("d",))


def test_nothing_shifts_when_the_order_alone_changes() -> None:
    assert shift(("a", "b", "c"), ("c", "a", "b")) == Shift((), (), ())
