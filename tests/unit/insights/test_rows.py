"""Rows are made from what was counted: where owners stop, firms by level, days with nobody."""

from __future__ import annotations

from datetime import date, timedelta

from bot.assessment.questionnaire import load_questionnaire
from bot.insights.rows import FIRST_RESULT, DayOfTalk, Run, Step, day_rows, funnel_rows, level_rows, steps_in_order
from bot.insights.tables import FEW
from bot.services import ROOT
from tests.fakes import MORNING

STEPS = ("industry", "TEC1", FIRST_RESULT, "TEC2")


def steps(*runs: Run) -> dict[str, Step]:
    return {step.question: step for step in funnel_rows(runs, STEPS)}


def run(*answered: str, count: int = 1, asking: str | None = None, **state: bool) -> Run:
    known = {"is_finished": False, "has_result": False, "is_under_way": False}
    return Run(count, answered, asking, **(known | state))


def test_who_does_not_answer_has_stopped_at_the_question_that_was_asked() -> None:
    found = steps(run("industry", count=3, asking="TEC1"), run("industry", "TEC1", has_result=True, is_finished=True))
    assert found["industry"] == Step("industry", 4, 4, 0, 0, 0.0)
    assert found["TEC1"] == Step("TEC1", 4, 1, 0, 3, 75.0)


def test_who_wrote_lately_is_still_under_way() -> None:
    assert steps(run("industry", asking="TEC1", is_under_way=True))["TEC1"] == Step("TEC1", 1, 0, 1, 0, 0.0)


def test_who_rests_with_the_first_result_stopped_there_and_not_at_a_question() -> None:
    found = steps(run("industry", "TEC1", asking="TEC1", has_result=True))
    assert found[FIRST_RESULT] == Step(FIRST_RESULT, 1, 0, 0, 1, 100.0)
    assert found["TEC1"].stopped == 0


def test_who_goes_on_behind_the_first_result_stops_at_a_question_again() -> None:
    found = steps(run("industry", "TEC1", asking="TEC2", has_result=True))
    assert (found[FIRST_RESULT].answered, found["TEC2"].stopped) == (1, 1)


def test_who_went_back_to_an_answer_has_not_stopped_at_it() -> None:
    assert steps(run("industry", "TEC1", asking="industry"))["industry"].stopped == 0


def test_a_question_that_nobody_saw_has_no_share() -> None:
    assert steps()["TEC2"] == Step("TEC2", 0, 0, 0, 0, 0.0)


def test_the_steps_are_all_questions_with_the_first_result_behind_the_core_ones() -> None:
    questionnaire = load_questionnaire(ROOT / "knowledge")
    found = steps_in_order(questionnaire)
    assert found[8] == FIRST_RESULT
    assert set(found) - {FIRST_RESULT} == {each.id for each in (*questionnaire.profile, *questionnaire.questions)}


def test_trades_come_by_size_and_small_cells_are_hidden() -> None:
    found = level_rows({("retail", 1): 2, ("logistics", 2): 9, (None, 5): 1})
    assert [row.industry for row in found] == ["logistics", "retail", "-"]
    assert (found[0].level_1, found[0].level_2) == (0, 9)
    assert (found[1].level_1, found[2].level_5) == (FEW, FEW)


def test_a_day_without_anybody_is_a_row_too() -> None:
    days = [date(2026, 11, 23), date(2026, 11, 24)]
    starts = [MORNING + timedelta(days=place) for place in range(3)]
    came = [starts[0], starts[1] - timedelta(seconds=1), starts[2]]
    assert day_rows(days, starts, {1: (2, 5)}, came) == (DayOfTalk(days[0], 0, 0, 2), DayOfTalk(days[1], 2, 5, 0))
