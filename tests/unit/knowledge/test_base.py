from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.base import ContentError, Problem, load_knowledge, load_samples
from knowledge.problems import Problems
from knowledge.samples import Sample, load_intent_samples
from knowledge.yaml_files import read_yaml
from tests.unit.knowledge.builders import ENTRY, PLACE, make_knowledge

PROJECT = Path(__file__).parents[3]


def problems_of(folder: Path, entry: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        load_knowledge(make_knowledge(folder, entry))
    return caught.value.problems


def test_a_good_entry_is_read_with_every_field(tmp_path: Path) -> None:
    base = load_knowledge(make_knowledge(tmp_path))
    entry = base.entries["use-case/stock"]
    assert (entry.title.get("ja"), entry.title.get("en")) == ("在庫", "Stock")
    assert entry.steps.get("en") == ("Number them.", "Compare two apps.", "Add the rest.")
    assert entry.fits.sizes == {"1", "2-5", "6-20", "21-100", "101+"}
    assert entry.fits.levels == {1, 2}
    assert (entry.related[1].type, entry.related[1].id) == ("see", "benefit/speed")
    assert (entry.effort, entry.cost, entry.reviewed_on) == (3, "low", date(2026, 11, 24))
    assert base.by_kind("use-case") == (entry,)
    assert base.get("use-case/stock") is entry
    assert base.get("use-case/unheard-of") is None
    assert base.vocabulary["cost"]["low"].en == "a little"
    assert base.topics["benefit/speed"].ja == "速さ"


def changed(old: str, new: str) -> str:
    assert old in ENTRY
    return ENTRY.replace(old, new)


def line_of(entry: str, start: str) -> int:
    return next(number for number, line in enumerate(entry.split("\n"), start=1) if line.strip().startswith(start))


SPOILED = {
    "a missing field": ("cost: low\n", "", "id:", "Field 'cost' is missing", "Add 'cost:'"),
    "an empty field": ("cost: low", "cost:", "cost:", "Field 'cost' is empty", "after the colon"),
    "an unknown field": ("cost: low", "cost: low\nprice: 3", "price:", "Unknown field 'price'", "Remove it"),
    "a comma that cuts a text": ("en: A way to count stock.", "en: A way, at last", "summary:", "Unknown field 'at last'", "quotes"),
    "a field twice": ("cost: low", "cost: low\ncost: low", "cost:", "Field 'cost' stands twice", "Keep one"),
    "a missing language": ("{ja: 在庫, en: Stock}", "{ja: 在庫}", "title:", "Field 'title.en' is missing", "Add 'en:'"),
    "an unknown language": ("en: Stock}", "en: Stock, fr: Stock}", "title:", "Unknown field 'fr'", "one of: ja, en"),
    "a title too long in Japanese": ("ja: 在庫,", f"ja: {'在' * 31},", "title:", "'title.ja' is 31 characters long", "Shorten it by 1"),
    "a title too long in English": ("en: Stock}", f"en: {'S' * 62}}}", "title:", "the limit is 60", "Shorten it by 2"),
    "too few aliases": ("[棚卸し, 品切れ, 在庫表]", "[棚卸し]", "ja: [棚卸し", "has 1 items, not 3 to 8", "Add or remove"),
    "unequal steps": ("Add the rest.]", "Add the rest., Rest.]", "steps:", "3 in Japanese and 4 in English", "both languages"),
    "prerequisites in one language": ("en: []}", "en: [A list.]}", "prerequisites:", "0 in Japanese and 1 in English", "both"),
    "effort out of range": ("effort: 3", "effort: 6", "effort:", "'effort' is not a whole number from 1 to 5", "digits"),
    "effort in words": ("effort: 3", "effort: much", "effort:", "'effort' is not a whole number", "digits"),
    "an effort of hours and minutes": ("effort: 3", "effort: 0:03", "effort:", "'effort' is not a whole number", "digits"),
    "an unknown cost": ("cost: low", "cost: cheap", "cost:", "'cost' does not know 'cheap'", "free, low, medium, high"),
    "an unknown trade": ("[retail, other]", "[retail, piracy]", "industries:", "does not know 'piracy'", "restaurant"),
    "a value twice": ("[retail, other]", "[retail, retail]", "industries:", "names a value twice", "second"),
    "an empty list": ("levels: [1, 2]", "levels: []", "levels:", "has 0 items, not 1 or more", "Add"),
    "a word for a list": ("levels: [1, 2]", "levels: some", "levels:", "a list or the word all", "- item"),
    "an unknown relation": ("type: see", "type: likes", "- {type: likes", "does not know 'likes'", "helps-with"),
    "an unknown related topic": ("id: benefit/speed", "id: benefit/fun", "- {type: see", "does not know 'benefit/fun'", "benefit/savings"),
    "an unknown source": ("[domain]", "[rumour]", "sources:", "does not know 'rumour'", "domain"),
    "a date that is none": ("2026-11-24", "24.11.2026", "reviewed_on:", "'reviewed_on' is not a date", "YYYY-MM-DD"),
    "an id of another place": ("id: use-case/stock", "id: use-case/shop", "id:", "does not fit the file's place", "id: use-case/stock"),
    "a number for a text": ("en: Stock}", "en: 30}", "title:", "'title.en' is not text", "quotes"),
    "a yes that is no text": ("en: Stock}", "en: yes}", "title:", "'title.en' is not text", "quotes"),
    "a blank text": ("en: Stock}", 'en: "  "}', "title:", "'title.en' has no words", "Write the text"),
    "a text for a group": ("{ja: 在庫, en: Stock}", "在庫", "title:", "'title' is not a group", "indented"),
    "a group for a text": ("en: Stock}", "en: {a: b}}", "title:", "'title.en' is not text", "plain words"),
    "a list for a cost": ("cost: low", "cost: [low]", "cost:", "a list or a group", "Use one of"),
    "a text for a relation": ("- {type: see, id: benefit/speed}", "- benefit/speed", "- benefit/speed", "A group of fields", "'type'"),
    "a tab": ("cost: low", "cost:\tlow", "cost:", "contains a tab", "spaces"),
    "a bracket left open": ("sources: [domain]", "sources: [domain", "reviewed_on", "The YAML is not valid", "brackets"),
    "an unquoted colon": ("en: A way to count stock.", "en: A way: to count", "summary:", "The YAML is not valid", "quote a text"),
    "a reference": ("cost: low", "cost: &x low", "cost:", "References", "Write the text out"),
    "a control character": ("en: Stock}", "en: St\0ock}", "title:", "control character", "Remove it"),
    "two documents": ("cost: low", "---\ncost: low", "---", "The YAML is not valid", "Check"),
    "a list as a field's name": ("cost: low", "? [a]\n: b\ncost: low", "? [a]", "A field name is a list", "plain word"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_entry_names_file_line_and_remedy(case: str, tmp_path: Path) -> None:
    old, new, start, what, remedy = SPOILED[case]
    entry = changed(old, new)
    found = [problem for problem in problems_of(tmp_path, entry) if what in problem.what]
    assert [problem.file for problem in found] == [PLACE]
    lines = [number for number, line in enumerate(entry.split("\n"), start=1) if line.strip().startswith(start)]
    assert found[0].line in lines
    assert remedy in found[0].remedy


UNREADABLE = {
    "not UTF-8": (changed("en: Stock}", "en: Stock}").encode("cp932"), 2, "not UTF-8"),
    "UTF-16": (ENTRY.encode("utf-16"), 1, "not UTF-8"),
    "empty": (b"", 1, "has no fields"),
    "only a list": (b"- a\n- b\n", 1, "has no fields"),
    "only a word": (b"stock\n", 1, "has no fields"),
    "nested without end": (b"[" * 20_000, 1, "nested too deeply"),
    "growing by references": (b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n", 1, "References (&name, *name) are not allowed"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_file_is_one_problem_and_not_one_per_field(case: str, tmp_path: Path) -> None:
    raw, line, what = UNREADABLE[case]
    (problem,) = problems_of(tmp_path, raw)
    assert (problem.file, problem.line) == (PLACE, line)
    assert what in problem.what


def test_problems_of_all_files_are_told_at_once_one_line_each(tmp_path: Path) -> None:
    root = make_knowledge(tmp_path, changed("cost: low", "cost: cheap").replace("effort: 3", "effort: 9"))
    (root / "sources.yml").write_text("domain:\n  title: {ja: 資料, en: Document}\n", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_knowledge(root)
    lines = str(caught.value).split("\n")
    assert len(lines) == 3
    cost = line_of(ENTRY, "cost:")
    assert f"{PLACE}:{cost}: 'cost' does not know 'cheap'. Use one of: free, low, medium, high." in lines
    assert "knowledge/sources.yml:2: Field 'domain.date' is missing. Add 'date:'." in lines


def test_a_file_in_the_wrong_place_is_a_problem_and_hidden_files_are_not(tmp_path: Path) -> None:
    root = make_knowledge(tmp_path)
    (root / "entries" / ".DS_Store").write_bytes(b"x")
    load_knowledge(root)
    (root / "entries" / "use-case" / "stock.yaml").write_text(ENTRY, encoding="utf-8")
    with pytest.raises(ContentError, match=r"knowledge/entries/use-case/stock\.yaml:1: The file is not where entries are read"):
        load_knowledge(root)


def test_two_entries_with_one_id_are_a_problem_of_the_one_in_the_wrong_place(tmp_path: Path) -> None:
    root = make_knowledge(tmp_path)
    (root / "entries" / "benefit").mkdir()
    (root / "entries" / "benefit" / "savings.yml").write_text(ENTRY, encoding="utf-8")
    with pytest.raises(ContentError, match=r"benefit/savings\.yml:1: The id 'use-case/stock' does not fit the file's place"):
        load_knowledge(root)


def test_an_entry_of_an_unknown_topic_is_a_problem(tmp_path: Path) -> None:
    root = make_knowledge(tmp_path)
    (root / "entries" / "use-case" / "shop.yml").write_text(changed("use-case/stock", "use-case/shop"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"shop\.yml:1: The topic 'use-case/shop' is not known"):
        load_knowledge(root)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"knowledge/topics\.yml:1: The file cannot be read"):
        load_knowledge(tmp_path / "knowledge")


def test_japanese_written_over_several_lines_is_joined_without_spaces(tmp_path: Path) -> None:
    folded = "summary:\n  ja: >-\n    在庫を\n    数える。\n    POSです。\n  en: >-\n    Count\n    stock."
    base = load_knowledge(make_knowledge(tmp_path, changed("summary: {ja: 在庫を数える仕組みです。, en: A way to count stock.}", folded)))
    assert base.entries["use-case/stock"].summary.ja == "在庫を数える。POSです。"
    assert base.entries["use-case/stock"].summary.en == "Count stock."


def test_a_windows_file_is_read_like_any_other(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode()
    assert load_knowledge(make_knowledge(tmp_path, raw)).entries["use-case/stock"].title.ja == "在庫"


def test_flags_and_free_lists_are_read_or_named(tmp_path: Path) -> None:
    file = tmp_path / "page.yml"
    file.write_text("core: true\nsure: maybe\nwords: [a, b]\nitems:\n  - one\n  - {ja: 二, en: two}\nnothing: null\n", encoding="utf-8")
    problems = Problems()
    page = read_yaml(file, tmp_path, problems)
    assert page.flag("core")
    assert page.texts("words") == ("a", "b")
    first, second = page.items("items")
    assert first.word() == "one"
    assert second.as_text().en == "two"
    assert not page.has("nothing")
    assert "words" in list(page)
    assert len(problems) == 0
    assert not page.flag("sure")
    with pytest.raises(ContentError, match=r"page\.yml:2: 'sure' is not true or false"):
        problems.raise_if_any()


SAMPLES = """\
version: "3.1"
nlu:
- intent: ask_knowledge
  metadata: {topic: use-case/stock, language: ja}
  examples: |
    - 棚卸しが終わらん
    - 在庫: 数が合わない
"""


def make_samples(folder: Path, content: str) -> Path:
    topics = folder / "nlu" / "topics"
    topics.mkdir(parents=True)
    (topics / "use-case.yml").write_text(content, encoding="utf-8")
    return topics


def test_sample_questions_are_read_by_topic_and_language(tmp_path: Path) -> None:
    samples = load_samples(make_samples(tmp_path, SAMPLES))
    assert samples == {"use-case/stock": (Sample("棚卸しが終わらん", "ja"), Sample("在庫: 数が合わない", "ja"))}


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("- 棚卸し", "棚卸し", 5, "does not begin with '- '"),
        ("棚卸し", "[棚卸し](thing)", 5, "square bracket"),
        ("language: ja", "language: de", 4, "does not know 'de'"),
        ("ask_knowledge", "ask", 3, "does not know 'ask'"),
        ("topic: use-case/stock, ", "", 4, "Field 'nlu.metadata.topic' is missing"),
    ],
)
def test_spoiled_samples_name_file_line_and_remedy(old: str, new: str, line: int, what: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        load_samples(make_samples(tmp_path, SAMPLES.replace(old, new)))
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("nlu/topics/use-case.yml", line)
    assert what in problem.what
    assert problem.remedy


def test_examples_of_chosen_intents_are_read_and_the_rest_left(tmp_path: Path) -> None:
    content = SAMPLES.replace("ask_knowledge", "greet").replace("  metadata: {topic: use-case/stock, language: ja}\n", "")
    folder = make_samples(tmp_path, content + "- intent: deny\n  examples: |\n    - no\n- lookup: x\n  examples: |\n    - y\n")
    assert load_intent_samples(folder, "deny".__eq__) == (Sample("no", "en"),)


def test_every_topic_of_the_project_has_twenty_samples_in_each_language() -> None:
    samples = load_samples(PROJECT / "nlu" / "topics")
    assert len(samples) == 80
    for topic, questions in samples.items():
        for language in ("ja", "en"):
            assert sum(sample.language == language for sample in questions) >= 20, (topic, language)
