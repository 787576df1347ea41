"""The words of the tables, in both languages, from words.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.content import Node, Text
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

FILE = Path(__file__).with_name("words.yml")


@dataclass(frozen=True)
class TableWords:
    """What a table is called, what it tells, and what its columns are called."""

    title: Text
    note: Text
    columns: Mapping[str, Text]


@dataclass(frozen=True)
class Words:
    """Every table by its name; `values` are what cells say that hold a word of ours."""

    tables: Mapping[str, TableWords]
    values: Mapping[str, Text]

    def value(self, name: str, language: str) -> str:
        """A word in a cell; the name itself when it is none of ours."""
        known = self.values.get(name)
        return known.get(language) if known else name


@cache
def load_words() -> Words:
    """Read the words, once. Raises ContentError."""
    problems = Problems()
    page = read_yaml(FILE, FILE.parents[2], problems)
    page.only("tables", "values")
    tables = {name: _table(node) for name, node in page.section("tables").sections()}
    values = page.section("values")
    words = Words(tables, {name: values.bilingual(name) for name in values})
    problems.raise_if_any()
    return words


def _table(node: Node) -> TableWords:
    node.only("title", "note", "columns")
    columns = node.section("columns")
    return TableWords(node.bilingual("title"), node.bilingual("note"), {name: columns.bilingual(name) for name in columns})
