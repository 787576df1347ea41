"""Quotes side by side: neutral, what is unknown left out, ties said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rollout.demo_questions import load_demo_questions
from bot.rollout.prices import Price
from bot.rollout.quote_lines import QuoteLines, short_names
from bot.rollout.vendors import Quote, compare, is_scored, load_vendor_words, next_criterion, sum_of
from bot.services import ROOT
from knowledge.base import load_topics
from knowledge.phrases import load_phrases
from knowledge.problems import ContentError

KNOWLEDGE = ROOT / "knowledge"
WORDS = load_vendor_words(KNOWLEDGE)
IDS = tuple(each.id for each in WORDS.criteria)
QUESTIONS = load_demo_questions(KNOWLEDGE, IDS, load_topics(KNOWLEDGE))


def quote(name: str, *scores: int | None, price: Price | None = None) -> Quote:
    return Quote(1, name, dict(zip(IDS, scores, strict=False)), price)


def lines(language: str) -> QuoteLines:
    return QuoteLines(load_phrases(KNOWLEDGE), language, WORDS.criteria)


def test_the_next_criterion_is_one_that_was_not_asked_yet() -> None:
    half = quote("A社", 4, None)
    found = next_criterion(half, WORDS.criteria)
    assert found is not None
    assert found.id == IDS[2]
    assert not is_scored(half, WORDS.criteria)
    assert is_scored(quote("A社", 4, None, 3, 3, 3, 3, 3), WORDS.criteria)
    assert not is_scored(quote("A社", *[None] * 7), WORDS.criteria)


def test_what_is_unknown_counts_neither_as_nothing_nor_as_a_point() -> None:
    assert (sum_of(quote("A社", 5, None, 5, 5, 5, 5, 5)).points, sum_of(quote("A社", 5, None, 5, 5, 5, 5, 5)).most) == (30, 30)


def test_sums_are_compared_only_over_what_all_have_a_score_for() -> None:
    shown = compare([quote("A社", 4, 3, 4, 3, 5, 4, 4), quote("B社", 3, 4, 4, 4, 2, None, 5)], WORDS.criteria)
    assert "export" not in shown.common
    assert shown.common_sums == (23, 22)
    assert shown.widest == "support"
    assert shown.tied == ()


def test_a_tie_over_the_common_points_is_said_so_in_both_languages() -> None:
    shown = compare([quote("A社", 5, 3, 3, 3, 3, 3, 3), quote("B社", 3, 5, 3, 3, 3, 3, 3)], WORDS.criteria)
    assert shown.tied == ("A社", "B社")
    assert "同点です: A社、B社" in "".join(lines("ja").findings(shown))
    assert "Level: A社, B社" in "".join(lines("en").findings(shown))


def test_a_quote_whose_scoring_is_not_finished_is_shown_and_not_compared() -> None:
    shown = compare([quote("A社", 4, 3, 4, 3, 5, 4, 4), quote("B社", 3)], WORDS.criteria)
    assert [each.name for each in shown.compared] == ["A社"]
    assert lines("ja").findings(shown) == []
    assert "B社 採点の途中" in lines("ja").side_by_side(shown)


def test_quotes_without_a_point_in_common_are_not_compared_by_their_sums() -> None:
    first, second = quote("A社", 4, *[None] * 6), quote("B社", None, 4, *[None] * 5)
    assert "合計どうしは比べられません" in "".join(lines("ja").findings(compare([first, second], WORDS.criteria)))


def test_nobody_is_put_first_by_points() -> None:
    shown = compare([quote("低", *[1] * 7), quote("高", *[5] * 7)], WORDS.criteria)
    assert [each.name for each in shown.quotes] == ["低", "高"]


def test_totals_show_how_costs_were_worked_out_and_unknowns_as_unknown() -> None:
    told = Price(one_off=100_000, monthly=30_000, currency="yen")
    assert lines("ja").price(told) == "最初の1年は 460,000円(月30,000円×12か月 + 初期100,000円)。"
    assert lines("en").price(told) == "First year: 460,000 yen (12 × 30,000 yen + 100,000 yen set-up)."
    assert lines("ja").price(Price()) == "費用はまだわかりません。"
    assert lines("ja").first_year(None) == "?"
    assert lines("en").price(Price(words="3 years for 900")) == "The first year's cost isn't known yet (as you told it: 3 years for 900)."


def test_what_is_missing_is_named_for_each_supplier() -> None:
    half = quote("B社", 4, None, 3, 3, 3, 3, 3, price=Price(total=1.0))
    assert lines("ja").missing([half]) == ["・B社: 連携"]
    assert lines("en").missing([quote("C")]) == ["- C: all scores, First-year cost"]


def test_long_names_are_cut_for_a_phone_as_long_as_they_differ() -> None:
    assert short_names(["A社", "山田システムサービス"]) == ["A社", "山田システム…"]
    alike = ["Tanaka and Sons North", "Tanaka and Sons South"]
    assert short_names(alike) == alike


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_first_questions_fit_on_a_phone(language: str) -> None:
    for sheet in (None, *QUESTIONS.sheets):
        shown = QUESTIONS.shown_first(sheet, language)
        assert len(shown) == 4
        assert len("\n".join(shown)) <= {"ja": 270, "en": 560}[language]


def test_every_component_and_technology_has_questions_of_its_own() -> None:
    wanted = [each for each in load_topics(KNOWLEDGE) if each.startswith(("component/", "technology/"))]
    assert wanted
    assert [each for each in wanted if QUESTIONS.of_action("unknown", [each]) is None] == []


@pytest.mark.parametrize(
    ("text", "sheet"),
    [("POSのデモで何を聞けばいい?", "pos"), ("what to ask about online booking", "booking"), ("在庫のソフト", "inventory"), ("デモ", None)],
)
def test_the_tool_that_a_message_names_decides_on_the_questions(text: str, sheet: str | None) -> None:
    found = QUESTIONS.named(text)
    assert (found.id if found else None) == sheet


def test_every_criterion_but_none_twice_has_a_question_to_ask() -> None:
    assert sorted(each.criterion for each in QUESTIONS.general if each.criterion) == sorted(IDS)


def test_a_criterion_too_few_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "rollout"
    folder.mkdir()
    text = (KNOWLEDGE / "rollout" / "vendors.yml").read_text(encoding="utf-8")
    start, end = text.index("  - id: security"), text.index("# What stands for a score")
    (folder / "vendors.yml").write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(ContentError, match=r"vendors\.yml:\d+: 'criteria' has 6 items, not 7"):
        load_vendor_words(tmp_path)
