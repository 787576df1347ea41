"""Figures in owners' words."""

from __future__ import annotations

import pytest

from bot.rollout.figures import Figure, FigureWords, converted, is_passed_over, load_figure_words, monthly, read_figure
from bot.services import ROOT

WORDS: FigureWords = load_figure_words(ROOT / "knowledge")


@pytest.mark.parametrize(
    ("text", "value", "unit", "period"),
    [
        ("月12時間", 12, "hour", "month"),
        ("棚卸しに月十二時間くらい", 12, "hour", "month"),
        ("週に3時間", 3, "hour", "week"),
        ("1日2時間30分", 2.5, "hour", "day"),
        ("2時間半です", 2.5, "hour", ""),
        ("先月は5時間でした", 5, "hour", ""),
        ("5〜6時間", 5.5, "hour", ""),
        ("３千円", 3_000, "yen", ""),
        ("20万円", 200_000, "yen", ""),
        ("年間でいうと、1年30万円", 300_000, "yen", "year"),
        ("about 12 hours a month", 12, "hour", "month"),
        ("30 minutes per day", 30, "minute", "day"),
        ("50,000 yen", 50_000, "yen", ""),
        ("8", 8, "", ""),
        ("不良が3本", 3, "本", ""),
    ],
)
def test_a_figure_is_read_with_its_unit_and_period(text: str, value: float, unit: str, period: str) -> None:
    figure = read_figure(text, WORDS)
    assert figure is not None
    assert (figure.value, figure.unit, figure.period) == (value, unit, period)


def test_of_several_figures_the_last_is_meant() -> None:
    figure = read_figure("12時間が5時間になりました", WORDS)
    assert figure is not None
    assert figure.words == "5時間"


@pytest.mark.parametrize(("text", "rises"), [("予約が月40件", True), ("ミスが月8件", False), ("40 bookings a month", True)])
def test_the_words_around_a_figure_tell_whether_it_should_rise(text: str, rises: bool) -> None:
    figure = read_figure(text, WORDS)
    assert figure is not None
    assert figure.more_is_better is rises


@pytest.mark.parametrize("text", ["わからない", "まだ測っていないです", "なし", "skip", "I don't know", "スキップ"])
def test_not_telling_is_understood(text: str) -> None:
    assert is_passed_over(text, WORDS)
    assert read_figure(text, WORDS) is None


@pytest.mark.parametrize("text", ["", "田中さんです", "nonetheless it went well"])
def test_words_without_a_figure_are_none_and_are_not_passed_over(text: str) -> None:
    assert read_figure(text, WORDS) is None
    assert not is_passed_over(text, WORDS)


@pytest.mark.parametrize(
    ("figure", "like", "expected"),
    [
        (Figure(90, "minute", "month"), Figure(12, "hour", "month"), 1.5),
        (Figure(3, "hour", "week"), Figure(12, "hour", "month"), 13),
        (Figure(5), Figure(12, "hour", "month"), 5),
        (Figure(5, "hour"), Figure(12, "hour", "month"), 5),
        (Figure(5, "case", "month"), Figure(12, "hour", "month"), None),
        (Figure(5, "hour", "day"), Figure(12, "hour", "month"), None),
        (Figure(5, "本"), Figure(12, "箱"), None),
    ],
)
def test_figures_are_compared_in_the_unit_of_the_first_one_or_not_at_all(figure: Figure, like: Figure, expected: float | None) -> None:
    value = converted(figure, like, WORDS)
    assert value == (None if expected is None else pytest.approx(expected))


def test_a_day_has_about_22_working_days_to_a_month() -> None:
    assert monthly(1, "day") == 22
    assert monthly(12, "year") == 1
