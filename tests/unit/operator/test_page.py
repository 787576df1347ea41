"""What a reader of the page sees: names instead of ids, bars of one scale, words for every state."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from bot.insights.rows import PhaseUnderWay, Sign, Step
from bot.insights.tables import FEW, Table
from bot.insights.words import load_words
from bot.operator.drawing import Bar, bars_of
from bot.operator.labels import Labels
from bot.operator.rendering import TEMPLATES, Pages, load_page_words
from bot.operator.sessions import Visit, Visits
from knowledge.content import Text
from tests.fakes import FakeClock

LABELS = Labels(load_words(), {"phase": {"3": Text("選ぶ", "Choose")}, "industry": {"retail": Text("小売", "Retail")}}, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("column", "value", "language", "shown"),
    [
        ("phase", 3, "ja", "3. 選ぶ"),
        ("industry", "retail", "en", "Retail"),
        ("industry", "-", "ja", "未回答"),
        ("industry", None, "ja", "–"),
        ("level_1", FEW, "ja", "3未満"),
        ("level_1", FEW, "en", "under 3"),
        ("has_summary", True, "ja", "はい"),
        ("asked_at", datetime(2026, 11, 24, 16, tzinfo=UTC), "ja", "2026-11-25 01:00"),
        ("day", date(2026, 11, 24), "en", "11/24"),
        ("state", "waiting", "en", "waiting"),
        ("errors", {}, "en", "–"),
    ],
)
def test_a_cell_is_for_readers(column: str, value: object, language: str, shown: str) -> None:
    assert LABELS.cell(column, value, language) == shown


def test_bars_share_one_scale_and_show_the_part() -> None:
    table = Table("funnel", Step, (Step("a", 200, 100, 0, 100, 50.0), Step("b", 50, 50, 0, 0, 0.0)))
    assert bars_of(table) == [Bar(100.0, 50.0), Bar(25.0, 25.0)]
    assert bars_of(Table("rollouts", PhaseUnderWay, ())) == []
    assert bars_of(Table("health", Sign, (Sign("model", "m"),))) == ()


def test_what_is_not_well_is_marked_in_words() -> None:
    shown = Pages(LABELS).shown(Table("health", Sign, (Sign("set_aside", 2, False), Sign("model", "m"))), "ja")
    assert [row.is_marked for row in shown.rows] == [True, False]
    assert [head.text for head in shown.columns] == ["項目", "値"]


def test_every_word_that_a_template_says_exists() -> None:
    said = {word for path in TEMPLATES.glob("*.html") for word in re.findall(r'say\("(\w+)"', path.read_text(encoding="utf-8"))}
    assert said
    known = load_page_words()
    assert said - set(known) - {"act_"} == set()
    assert all(text.ja and text.en for text in known.values())


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    for path in TEMPLATES.glob("*.html"):
        assert not re.search(r"<script|\sstyle=|\son\w+=|\|\s*safe", path.read_text(encoding="utf-8")), path.name


def test_a_visit_is_read_back_and_its_mark_is_its_own() -> None:
    visits = Visits(b"key", "token", FakeClock())
    visit = visits.new(is_operator=True)
    assert visits.read(visits.cookie(visit)) == visit
    assert visits.is_mark(visit, visits.mark(visit))
    assert not visits.is_mark(Visit("other", is_operator=True), visits.mark(visit))
    assert visits.read(Visits(b"key", "another", FakeClock()).cookie(visit)) is None
    assert visits.read(None) is None
