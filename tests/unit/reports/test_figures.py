"""What pictures show, and that their text alternatives say the same in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from bot.assessment.questionnaire import AnswerKind
from bot.reports.picturing import Measured, matrix, progress, radar, roadmap
from tests.unit.assessment.builders import all_at, of_kind, values
from tests.unit.reports.builders import TODAY, make_facts, make_plan_from, material, whole_facts


def test_a_radar_shows_the_levels_of_the_worked_example_and_one_level_up_as_target() -> None:
    figure = radar(make_facts(), "ja")
    assert [spoke.level for spoke in figure.spokes] == [1, 1, 1, 1, 2]
    assert [spoke.target for spoke in figure.spokes] == [2, 2, 2, 2, 3]
    assert [spoke.before for spoke in figure.spokes] == [None] * 5
    assert figure.before == ""


def test_a_second_assessment_shows_the_first_one_with_its_date() -> None:
    figure = radar(whole_facts(), "ja")
    assert [spoke.before for spoke in figure.spokes] == [1, 1, 1, 1, 2]
    assert figure.before == "前回(2025年11月20日)"


def test_no_target_lies_above_the_highest_level() -> None:
    assert {spoke.target for spoke in radar(make_facts(all_at(5)), "en").spokes} == {5}


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        ("ja", "技術採用は今3(前回1)、次の目標4。", "ビジネスへの影響は今2(前回2)、次の目標3。"),
        ("en", "Technology adoption: 3 today (1 last time), next target 4.", "Business impact: 2 today (2 last time), next target 3."),
    ],
)
def test_the_text_alternative_of_a_radar_carries_every_number(language: str, first: str, last: str) -> None:
    alt = radar(whole_facts(), language).alt
    assert first in alt
    assert alt.endswith(last)


def test_a_dimension_that_does_not_apply_is_named_as_such() -> None:
    answers = {**values(TEC=(2, 2, 2, 2)), **of_kind(AnswerKind.NOT_APPLICABLE, "CUS1", "CUS2", "CUS3")}
    figure = radar(make_facts(answers), "ja")
    assert (figure.spokes[3].level, figure.spokes[3].note) == (None, "対象なし")
    assert "お客様との関係は対象の質問なし" in figure.alt


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "1番「2段階認証を入れ、大事なデータの控えを取る」は効果5、手間1で、すぐ効きます。"),
        ("en", "impact 5, effort 1, a quick win."),
    ],
)
def test_a_matrix_shows_the_first_actions_in_the_order_of_the_advice(language: str, said: str) -> None:
    facts = make_facts()
    figure = matrix(facts, language)
    assert figure is not None
    assert [(spot.number, spot.impact, spot.effort) for spot in figure.spots] == [
        (number, each.action.impact, each.action.effort) for number, each in enumerate(facts.advice, 1)
    ]
    assert said in figure.alt


def test_a_firm_without_recommended_actions_has_no_matrix() -> None:
    assert matrix(make_facts(all_at(5)), "ja") is None


def test_a_roadmap_tells_what_is_done_under_way_and_to_come() -> None:
    figure = roadmap(material(), make_plan_from(date(2026, 10, 5), frozenset({1, 2})), TODAY, "ja")
    assert [bar.state for bar in figure.bars] == ["done", "done", "now", *["later"] * 5]
    assert "1「今を知り、目標を決める」10/5〜" in figure.alt
    assert "今日は2026年11月25日" in figure.alt


def test_a_plan_that_has_not_begun_says_so_and_nothing_is_under_way() -> None:
    figure = roadmap(material(), make_plan_from(TODAY, is_under_way=False), TODAY, "en")
    assert {bar.state for bar in figure.bars} == {"later"}
    assert figure.heading.startswith("If you start now")


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [(95, 30, "65分減(68%減)"), (30, 45, "15分増(50%増)"), (0, 4, "4分増"), (12.5, 12.5, "変わりなし"), (0.3, 0.1, "0.2分減(67%減)")],
)
def test_progress_says_by_how_much_and_in_per_cent_where_there_was_something(before: float, after: float, note: str) -> None:
    figure = progress(material(), [Measured("レジ締め", "分", before, after)], "ja")
    assert figure is not None
    assert figure.changes[0].note == note
    assert note in figure.alt


def test_without_figures_there_is_no_progress() -> None:
    assert progress(material(), [], "en") is None
