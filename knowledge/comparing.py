"""Answers that no single entry gives: two things compared, a belief put right, and the 25 cells of five dimensions by five levels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from knowledge.base import DIMENSIONS, LEVELS
from knowledge.content import Node, Text, Texts
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml


@dataclass(frozen=True)
class Side:
    """One of the things compared; `topic` is its entry, None when it has none (a paper list, an ordinary till)."""

    topic: str | None
    name: Text
    words: Texts


@dataclass(frozen=True)
class Comparison:
    """"This or that?", answered: when the one fits and when the other."""

    id: str
    sides: tuple[Side, ...]
    answer: Text


@dataclass(frozen=True)
class Misbelief:
    """Something that owners often believe and that is not so; `says` is how they put it, `topic` the entry to go on with."""

    id: str
    topic: str
    says: Texts
    correction: Text


@dataclass(frozen=True)
class Cell:
    """What one level of one dimension looks like in a small firm, and how to get to the next one (at the last: how to stay there)."""

    looks: Text
    next: Text


def load_comparisons(root: Path, topics: Collection[str]) -> tuple[Comparison, ...]:
    """Read `comparisons.yml` in the folder `root`. Raises ContentError."""
    problems = Problems()
    nodes = _members(root, "comparisons", problems)
    found = tuple(_read_comparison(node, topics) for node in nodes)
    problems.raise_if_any()
    return found


def load_misbeliefs(root: Path, topics: Collection[str]) -> tuple[Misbelief, ...]:
    """Read `misbeliefs.yml` in the folder `root`. Raises ContentError."""
    problems = Problems()
    nodes = _members(root, "misbeliefs", problems)
    found = tuple(_read_misbelief(node, topics) for node in nodes)
    problems.raise_if_any()
    return found


def load_cells(root: Path) -> Mapping[tuple[str, int], Cell]:
    """Read `cells.yml` in the folder `root`: every cell by dimension ("data-utilization") and level (1-5). Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "cells.yml", root.parent, problems)
    page.only("cells")
    table = page.section("cells")
    table.only(*DIMENSIONS)
    cells: dict[tuple[str, int], Cell] = {}
    for dimension in DIMENSIONS:
        row = table.section(dimension)
        row.only(*LEVELS)
        cells |= {(dimension, int(level)): _read_cell(row.section(level)) for level in LEVELS}
    problems.raise_if_any()
    return MappingProxyType(cells)


def _members(root: Path, name: str, problems: Problems) -> tuple[Node, ...]:
    """The list `name` of the file of that name; an id that stands twice is a problem."""
    page = read_yaml(root / f"{name}.yml", root.parent, problems)
    page.only(name)
    nodes = page.items(name, least=1)
    seen: set[str] = set()
    for node in nodes:
        id = node.text("id")
        if id and id in seen:
            node.problem(f"The id '{id}' stands twice", "Give one of the two another id", "id")
        seen.add(id)
    return nodes


def _read_comparison(node: Node, topics: Collection[str]) -> Comparison:
    node.only("id", "sides", "answer")
    sides = tuple(_read_side(each, topics) for each in node.items("sides", 2, 3))
    return Comparison(node.text("id"), sides, node.bilingual("answer", ja=280, en=560))


def _read_side(node: Node, topics: Collection[str]) -> Side:
    node.only("topic", "name", "words")
    topic = node.choice("topic", topics) if "topic" in node else None
    return Side(topic, node.bilingual("name"), node.bilingual_list("words", least=1))


def _read_misbelief(node: Node, topics: Collection[str]) -> Misbelief:
    node.only("id", "topic", "says", "correction")
    correction = node.bilingual("correction", ja=100, en=210)
    return Misbelief(node.text("id"), node.choice("topic", topics), node.bilingual_list("says", least=1), correction)


def _read_cell(node: Node) -> Cell:
    node.only("looks", "next")
    return Cell(node.bilingual("looks", ja=110, en=230), node.bilingual("next", ja=110, en=230))
