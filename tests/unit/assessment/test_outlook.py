from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from bot.assessment.outlook import LEAST_PEERS, distribution, likely_challenges, what_ifs
from bot.assessment.payback import Figures, read_figures
from bot.assessment.prospects import load_prospects
from bot.assessment.questionnaire import Answer, Profile
from knowledge.problems import ContentError
from tests.unit.assessment.builders import KNOWLEDGE, WORKED_EXAMPLE, shipped, values
from tests.unit.assessment.test_scoring import answer_sets

FIRM = Profile("retail", "6-20", "manual-work")


def test_single_steps_that_lift_a_level_come_one_for_each_dimension() -> None:
    found = what_ifs(values(**WORKED_EXAMPLE), FIRM, shipped(), limit=5)
    lifted = {each.question.dimension: (each.before, each.after) for each in found}
    assert lifted["technology-adoption"] == (1, 2)
    assert len({each.question.dimension for each in found}) == len(found)


def test_without_answers_there_are_no_steps() -> None:
    assert what_ifs({}, FIRM, shipped()) == ()


@settings(max_examples=40, deadline=None)
@given(answers=answer_sets())
def test_every_step_lifts_its_dimension_and_lowers_nothing(answers: dict[str, Answer]) -> None:
    for step in what_ifs(answers, FIRM, shipped()):
        assert step.after > step.before
        assert step.lifted >= step.overall
        assert 1 <= step.value < 5


def test_the_challenge_with_the_most_signs_comes_first() -> None:
    prospects = load_prospects(KNOWLEDGE, shipped())
    careless_clinic = Profile("healthcare", "6-20", "security")
    found = likely_challenges(prospects.challenges, values(TEC4=1, DAT2=4, BIZ4=4), careless_clinic)
    assert found[0].challenge == "challenge/data-privacy"
    assert found[0].practice == "best-practice/security-first"


def test_a_spread_of_peers_needs_thirty_of_them() -> None:
    assert distribution([2] * (LEAST_PEERS - 1)) is None
    assert distribution([1] * 15 + [2] * 15) == (50, 50, 0, 0, 0)


def test_a_trade_without_its_way_is_named_with_its_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "knowledge" / "assessment"
    folder.mkdir(parents=True)
    (folder / "journeys.yml").write_text("retail: []\n", encoding="utf-8")
    (folder / "challenges.yml").write_text("challenges: []\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"knowledge/assessment/journeys.yml:1: 'retail' has 0 items") as caught:
        load_prospects(tmp_path / "knowledge", shipped())
    assert "There is no way for 'finance'" in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "months"),
    [
        ("費用30万円、月額5000円、月10時間、時給1500円", Fraction(30)),
        ("cost 3000, monthly fee 50, saves 10 hours, wage 20", Fraction(20)),
        ("初期費用 300,000円 / 時給1,500円 / 8時間", Fraction(25)),
    ],
)
def test_payback_is_the_cost_over_what_a_month_brings(typed: str, months: Fraction) -> None:
    figures = read_figures(typed)
    assert figures is not None
    assert figures.months == months


def test_a_purchase_that_brings_nothing_is_never_paid_back() -> None:
    assert Figures(Fraction(1000), Fraction(500), Fraction(1), Fraction(400)).months is None


@pytest.mark.parametrize("typed", ["費用はどのくらい?", "月10時間減った", "how much does it cost per month?"])
def test_figures_that_were_not_given_are_not_invented(typed: str) -> None:
    assert read_figures(typed) is None
