"""Comparisons, misbeliefs and the 25 cells: read whole, and every slip named with file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.base import DIMENSIONS, ContentError, load_knowledge
from knowledge.comparing import load_cells, load_comparisons, load_misbeliefs

PROJECT = Path(__file__).parents[3]
TOPICS = ("component/crm", "technology/ai-ml")
COMPARISONS = """\
comparisons:
  - id: crm-or-paper
    sides:
      - {topic: component/crm, name: {ja: 名簿ソフト, en: a CRM}, words: {ja: [CRM], en: [crm, database]}}
      - {name: {ja: 紙, en: paper}, words: {ja: [紙], en: [paper]}}
    answer: {ja: まず紙で。, en: Paper first.}
"""
MISBELIEFS = """\
misbeliefs:
  - id: ai-for-all
    topic: technology/ai-ml
    says: {ja: [AIは何でもできる], en: [AI can do anything]}
    correction: {ja: 下書きまでです。, en: It drafts.}
"""
ROW = "".join(f"    {level}: {{looks: {{ja: 紙, en: Paper}}, next: {{ja: 表, en: A table}}}}\n" for level in range(1, 6))
CELLS = "cells:\n" + "".join(f"  {dimension}:\n{ROW}" for dimension in DIMENSIONS)

CONTENT = {"comparisons": COMPARISONS, "misbeliefs": MISBELIEFS, "cells": CELLS}
LOADERS: dict[str, Callable[[Path], object]] = {
    "comparisons": lambda root: load_comparisons(root, TOPICS),
    "misbeliefs": lambda root: load_misbeliefs(root, TOPICS),
    "cells": load_cells,
}


def make_file(folder: Path, name: str, content: str | bytes) -> Path:
    """The folder `knowledge` with one of the three files."""
    root = folder / "knowledge"
    root.mkdir(exist_ok=True)
    (root / f"{name}.yml").write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def test_a_comparison_is_read_with_a_side_that_has_no_entry(tmp_path: Path) -> None:
    (comparison,) = load_comparisons(make_file(tmp_path, "comparisons", COMPARISONS), TOPICS)
    assert comparison.id == "crm-or-paper"
    assert [side.topic for side in comparison.sides] == ["component/crm", None]
    assert comparison.sides[0].words.en == ("crm", "database")
    assert comparison.sides[1].name.ja == "紙"
    assert comparison.answer.get("en") == "Paper first."


def test_a_misbelief_is_read_with_how_owners_put_it(tmp_path: Path) -> None:
    (misbelief,) = load_misbeliefs(make_file(tmp_path, "misbeliefs", MISBELIEFS), TOPICS)
    assert (misbelief.id, misbelief.topic) == ("ai-for-all", "technology/ai-ml")
    assert misbelief.says.ja == ("AIは何でもできる",)
    assert misbelief.correction.en == "It drafts."


def test_a_cell_is_found_by_dimension_and_level(tmp_path: Path) -> None:
    cells = load_cells(make_file(tmp_path, "cells", CELLS))
    assert len(cells) == 25
    assert cells["data-utilization", 3].next.en == "A table"


SPOILED = {
    "a topic that is none": ("comparisons", "component/crm", "component/tea", 4, "sides.topic' does not know 'component/tea'"),
    "one side alone": ("comparisons", COMPARISONS.splitlines(keepends=True)[4], "", 3, "sides' has 1 items"),
    "an answer too long": ("comparisons", "まず紙で。", "紙" * 281, 6, "answer.ja' is 281 characters long; the limit is 280"),
    "words in one language": ("comparisons", ", en: [paper]", "", 5, "words.en' is missing"),
    "a comparison twice": ("comparisons", COMPARISONS[13:], COMPARISONS[13:] * 2, 7, "The id 'crm-or-paper' stands twice"),
    "a misbelief twice": ("misbeliefs", MISBELIEFS[12:], MISBELIEFS[12:] * 2, 6, "The id 'ai-for-all' stands twice"),
    "a correction too long": ("misbeliefs", "It drafts.", "x" * 211, 5, "correction.en' is 211 characters long; the limit is 210"),
    "nothing said": ("misbeliefs", "[AIは何でもできる]", "[]", 4, "says.ja' has 0 items, not 1 or more"),
    "a cell missing": ("cells", "    5: {looks: {ja: 紙, en: Paper}, next: {ja: 表, en: A table}}\n", "", 3, "5' is missing"),
    "a dimension that is none": ("cells", "business-impact", "business-fun", 26, "Unknown field 'business-fun'"),
    "a cell too long": ("cells", "en: A table", "en: " + "x" * 231, 3, "is 231 characters long; the limit is 230"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_slip_names_file_line_and_remedy(case: str, tmp_path: Path) -> None:
    name, old, new, line, what = SPOILED[case]
    assert old in CONTENT[name]
    with pytest.raises(ContentError) as caught:
        LOADERS[name](make_file(tmp_path, name, CONTENT[name].replace(old, new)))
    problem = next(each for each in caught.value.problems if what in each.what)
    assert (problem.file, problem.line) == (f"knowledge/{name}.yml", line)
    assert problem.remedy


@pytest.mark.parametrize("name", CONTENT)
def test_a_file_that_is_not_utf8_or_that_repeats_itself_by_reference_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="not UTF-8"):
        LOADERS[name](make_file(tmp_path, name, CONTENT[name].encode("cp932")))
    with pytest.raises(ContentError, match="References"):
        LOADERS[name](make_file(tmp_path, name, f"bomb: &a [x, x]\nmore: [*a, *a]\n{CONTENT[name]}"))


def test_the_projects_own_files_are_in_order() -> None:
    topics = load_knowledge(PROJECT / "knowledge").topics
    assert load_comparisons(PROJECT / "knowledge", topics)
    assert load_misbeliefs(PROJECT / "knowledge", topics)
    assert len(load_cells(PROJECT / "knowledge")) == 25
