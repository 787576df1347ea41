"""A table says the same as text, JSON and CSV, and hides who could be guessed."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from bot.insights import INSIGHTS, rows
from bot.insights.reading import TABLES
from bot.insights.tables import FEW, Table, as_csv, as_data, as_words, hidden_when_few
from bot.insights.words import load_words
from bot.operations.deliveries import ChannelDelivery
from bot.operations.questions import Group


@dataclass(frozen=True)
class Fruit:
    """A row."""

    name: str
    count: int
    ripe_on: date | None
    kinds: tuple[str, ...] = ()


TABLE = Table("fruit", Fruit, (Fruit("りんご", 3, date(2026, 11, 24), ("ふじ", "紅玉")), Fruit("=1+1", 0, None)))


def test_json_has_a_field_for_every_column() -> None:
    first, second = json.loads(json.dumps(as_data(TABLE)))
    assert first == {"name": "りんご", "count": 3, "ripe_on": "2026-11-24", "kinds": ["ふじ", "紅玉"]}
    assert second["ripe_on"] is None


def test_csv_has_a_header_and_no_formula() -> None:
    header, first, second = csv.reader(io.StringIO(as_csv(TABLE)))
    assert header == ["name", "count", "ripe_on", "kinds"]
    assert first == ["りんご", "3", "2026-11-24", "ふじ | 紅玉"]
    assert second == ["'=1+1", "0", "", ""]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (0, "0"),
        (1.5, "1.5"),
        (2.0, "2"),
        ({"sent": 2, "dead": 1}, "1 dead, 2 sent"),
        (datetime(2026, 11, 24, 9, tzinfo=UTC), "2026-11-24T09:00:00+00:00"),
    ],
)
def test_a_cell_is_one_line(value: object, words: str) -> None:
    assert as_words(value) == words


def test_one_or_two_are_not_told() -> None:
    assert [hidden_when_few(count) for count in (0, 1, 2, 3)] == [0, FEW, FEW, 3]


ROW_TYPES = {
    "health": rows.Sign,
    "conversations": rows.DayOfTalk,
    "funnel": rows.Step,
    "levels": rows.Industry,
    "checkins": rows.PhaseAsked,
    "rollouts": rows.PhaseUnderWay,
    "questions": Group,
    "delivery": ChannelDelivery,
    "handoffs": rows.Waiting,
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_words_in_both_languages_for_each_of_its_columns(name: str) -> None:
    words = load_words().tables[name]
    assert tuple(words.columns) == Table(name, ROW_TYPES[name], ()).columns
    for text in (words.title, words.note, *words.columns.values()):
        assert text.ja
        assert text.en


def test_every_table_is_a_command() -> None:
    assert set(INSIGHTS) == set(TABLES) == set(load_words().tables)
