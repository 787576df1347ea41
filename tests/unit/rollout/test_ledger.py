"""What a rollout has brought, said honestly."""

from __future__ import annotations

from bot.rollout.figures import Figure, load_figure_words
from bot.rollout.ledger import Ledger, Payback, Summary, Verdict, is_comparable, ledger_of, summarise
from bot.services import ROOT

WORDS = load_figure_words(ROOT / "knowledge")
BEFORE = Figure(12, "hour", "month", "月12時間")
HOUR, COST = Figure(2_000, "yen"), Figure(126_000, "yen")


def hours(value: float) -> Figure:
    return Figure(value, "hour", "month", f"月{value:g}時間")


def test_the_payback_follows_from_the_latest_reading_and_stands_beside_the_plan() -> None:
    ledger = Ledger(BEFORE, target=hours(3), hour_value=HOUR, cost=COST, readings=(hours(9), hours(5)))
    # 7 hours x 2,000 yen = 14,000 a month; 126,000 / 14,000 = 9. Planned: 9 hours, 18,000 a month, 7 months.
    assert summarise(ledger, WORDS) == Summary(Verdict.BETTER, "月12時間", "月5時間", Payback.EXPECTED, 9, 7)


def test_worse_is_worse_and_brings_no_money_back() -> None:
    summary = summarise(Ledger(BEFORE, hour_value=HOUR, cost=COST, readings=(hours(14),)), WORDS)
    assert (summary.verdict, summary.payback, summary.months) == (Verdict.WORSE, Payback.NONE, None)


def test_a_rounded_figure_is_no_change() -> None:
    assert summarise(Ledger(BEFORE, readings=(hours(11.9),)), WORDS).verdict is Verdict.SAME


def test_a_payback_of_many_years_is_called_far() -> None:
    summary = summarise(Ledger(BEFORE, hour_value=HOUR, cost=COST, readings=(hours(11),)), WORDS)
    assert (summary.payback, summary.months) == (Payback.FAR, 63)


def test_figures_that_should_rise_are_read_the_other_way_round() -> None:
    before = Figure(40, "case", "month", "予約が月40件", more_is_better=True)
    assert summarise(Ledger(before, readings=(Figure(60, "case", "month"),)), WORDS).verdict is Verdict.BETTER
    assert summarise(Ledger(before, readings=(Figure(30, "case", "month"),)), WORDS).verdict is Verdict.WORSE


def test_yen_need_no_value_of_an_hour_and_a_year_is_twelve_months() -> None:
    before = Figure(600_000, "yen", "year", "1年60万円")
    summary = summarise(Ledger(before, cost=Figure(120_000, "yen"), readings=(Figure(480_000, "yen", "year"),)), WORDS)
    assert (summary.payback, summary.months) == (Payback.EXPECTED, 12)


def test_without_cost_or_value_no_payback_is_invented() -> None:
    assert summarise(Ledger(BEFORE, cost=COST, readings=(hours(5),)), WORDS).payback is Payback.UNKNOWN
    assert summarise(Ledger(BEFORE, hour_value=HOUR, readings=(hours(5),)), WORDS).payback is Payback.UNKNOWN
    assert summarise(Ledger(Figure(8, "本"), cost=COST, readings=(Figure(2, "本"),)), WORDS).payback is Payback.UNKNOWN


def test_a_reading_in_another_unit_is_passed_over() -> None:
    ledger = Ledger(BEFORE, readings=(hours(5), Figure(6, "time", "month", "月6回")))
    assert summarise(ledger, WORDS).now == "月5時間"
    assert not is_comparable(Figure(6, "time"), ledger, WORDS)
    assert summarise(Ledger(BEFORE, readings=(Figure(6, "time"),)), WORDS).verdict is Verdict.NO_READING


def test_without_a_figure_before_nothing_is_compared() -> None:
    assert summarise(Ledger(readings=(hours(5),)), WORDS) == Summary(Verdict.NO_BEFORE, now="月5時間")


def test_the_pilot_asks_for_before_target_and_the_value_of_an_hour_each_once() -> None:
    assert Ledger().to_ask(WORDS) == "before"
    assert Ledger(BEFORE).to_ask(WORDS) == "target"
    assert Ledger(BEFORE, passed=frozenset({"target"})).to_ask(WORDS) == "hour_value"
    assert Ledger(BEFORE, target=hours(5), hour_value=HOUR).to_ask(WORDS) is None
    assert Ledger(Figure(8, "case"), target=Figure(2)).to_ask(WORDS) is None
    assert Ledger(passed=frozenset({"before"})).to_ask(WORDS) is None


def test_a_later_figure_takes_the_place_of_an_earlier_one_and_readings_stand_in_a_row() -> None:
    ledger = ledger_of([("before", hours(20)), ("before", BEFORE), ("target", None), ("reading", hours(9)), ("reading", hours(5))])
    assert ledger.before == BEFORE
    assert ledger.readings == (hours(9), hours(5))
    assert ledger.passed == {"target"}
