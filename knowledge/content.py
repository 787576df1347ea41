"""Reading YAML content: every value with its line, every mistake recorded instead of raised one by one.

    problems = Problems()
    page = read_yaml(path, root, problems)   # knowledge.yaml_files
    page.only("id", "title", "effort")
    title = page.bilingual("title", ja=30, en=60)
    effort = page.integer("effort", 1, 5)
    problems.raise_if_any()

A getter that finds no usable value records the problem and returns a blank one ("", 0, (), ...), so reading goes on to the end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import yaml

from knowledge.problems import Problems

LANGUAGES = ("ja", "en")

_TAG = "tag:yaml.org,2002:"
# YAML folds a line break to a space, which Japanese does not want between two of its characters or after its full stop.
_FOLDED_SPACE = re.compile(r"(?<=[^\x00-\u2fff]) (?=[^\x00-\u2fff])|(?<=[、。」』]) ")
_INTEGER = re.compile(r"[+-]?\d{1,18}")


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    ja: str
    en: str

    def get(self, language: str) -> str:
        """The words in `language`: English for "en", Japanese for anything else."""
        return self.en if language == "en" else self.ja


@dataclass(frozen=True)
class Texts:
    """A list of sentences in both languages."""

    ja: tuple[str, ...]
    en: tuple[str, ...]

    def get(self, language: str) -> tuple[str, ...]:
        """The sentences in `language`: English for "en", Japanese for anything else."""
        return self.en if language == "en" else self.ja


class Node:
    """One place in a YAML file. A broken node (missing, or of the wrong sort) stays silent: its problem is already recorded."""

    def __init__(self, file: str, problems: Problems, yaml_node: yaml.Node | None, line: int = 1, name: str = "") -> None:
        self.file = file
        self._name = name
        self.line = line if yaml_node is None else yaml_node.start_mark.line + 1
        self._problems = problems
        self._yaml = yaml_node
        self._fields: dict[str, tuple[int, yaml.Node]] = {}
        if isinstance(yaml_node, yaml.MappingNode):
            self._index_fields(yaml_node)

    def _index_fields(self, mapping: yaml.MappingNode) -> None:
        for key, value in mapping.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._problems.add(self.file, line, "A field name is a list or a group", "Write a plain word before the colon")
            else:
                self._fields.setdefault(key.value, (line, value))

    @property
    def is_broken(self) -> bool:
        """True when there is nothing here to read."""
        return self._yaml is None

    def problem(self, what: str, remedy: str, key: str | None = None) -> None:
        """Record a problem of the caller's own at `key`, or at this place."""
        line = self.line_of(key) if key is not None and key in self._fields else self.line
        self._problems.add(self.file, line, what, remedy)

    def line_of(self, key: str) -> int:
        """The line on which the field `key` is written. Raises KeyError when there is none."""
        return self._fields[key][0]

    # --- groups -----------------------------------------------------------------------------------------------------------

    def keys(self) -> tuple[str, ...]:
        """The field names as written, in their order (`1:` gives "1")."""
        return tuple(self._fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def has(self, key: str) -> bool:
        """True when `key` is there and not null."""
        return key in self._fields and self._fields[key][1].tag != f"{_TAG}null"

    def only(self, *allowed: str) -> None:
        """Record every field that is not one of `allowed`."""
        for key in self._fields:
            if key in allowed:
                continue
            if self.has(key):
                self.problem(f"Unknown field '{key}'", f"Remove it or use one of: {', '.join(allowed)}", key)
            else:  # `{en: about 10,000 yen}` ends the text at its comma
                self.problem(f"Unknown field '{key}' without a value", "Put the text before it in quotes, or remove it", key)

    def section(self, key: str) -> Node:
        """The group of fields under `key`; broken when missing or not a group."""
        found = self._child(key)
        if found is None or isinstance(found, yaml.MappingNode):
            return self._node(found, key)
        self._wrong(key, "a group of fields", "Write the fields under it, indented by two spaces")
        return self._node(None, key)

    def sections(self) -> Iterator[tuple[str, Node]]:
        """Every field with the group under it."""
        for key in self._fields:
            yield key, self.section(key)

    def items(self, key: str, least: int = 0, most: int | None = None) -> tuple[Node, ...]:
        """The members of the list under `key` (groups or single values)."""
        return tuple(self._node(each, key) for each in self._list(key, least, most))

    # --- single values ----------------------------------------------------------------------------------------------------

    def text(self, key: str, limit: int | None = None, one_line: bool = True) -> str:
        """Words under `key`, trimmed; `limit` in characters."""
        found = self._child(key)
        return "" if found is None else self._words(found, f"'{self._full_name(key)}'", limit, one_line)

    def word(self, limit: int | None = None) -> str:
        """This member of a list itself, as words."""
        return "" if self._yaml is None else self._words(self._yaml, "This item", limit, one_line=True)

    def integer(self, key: str, lowest: int, highest: int) -> int:
        """A whole number from `lowest` to `highest`; `lowest` when there is none."""
        found = self._child(key)
        if found is None:
            return lowest
        is_number = isinstance(found, yaml.ScalarNode) and found.tag == f"{_TAG}int" and _INTEGER.fullmatch(found.value)
        if is_number and lowest <= int(found.value) <= highest:
            return int(found.value)
        self._wrong(key, f"a whole number from {lowest} to {highest}", "Write the number in digits, without quotes")
        return lowest

    def flag(self, key: str) -> bool:
        """`true` or `false`."""
        found = self._child(key)
        if found is not None and not (isinstance(found, yaml.ScalarNode) and found.value in ("true", "false")):
            self._wrong(key, "true or false", "Write one of these two words")
        return isinstance(found, yaml.ScalarNode) and found.value == "true"

    def day(self, key: str) -> date:
        """A date written YYYY-MM-DD; `date.min` when there is none."""
        found = self._child(key)
        try:
            return date.min if found is None else date.fromisoformat(str(found.value))
        except ValueError:
            self._wrong(key, "a date", "Write it as YYYY-MM-DD, for example 2026-11-24")
            return date.min

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """One of `allowed`, compared as written (`1` is "1"); "" when it is not."""
        found = self._child(key)
        return "" if found is None else self._one_of(found, f"'{self._full_name(key)}'", allowed)

    # --- lists of single values -------------------------------------------------------------------------------------------

    def choices(self, key: str, allowed: Collection[str], least: int = 0, or_all: bool = False) -> tuple[str, ...]:
        """A list of different values from `allowed`; with `or_all`, the single word `all` stands for every one of them."""
        found = self._child(key)
        if or_all and isinstance(found, yaml.ScalarNode) and found.value == "all":
            return tuple(allowed)
        values = tuple(self._one_of(each, f"'{self._full_name(key)}'", allowed) for each in self._list(key, least, None, or_all=or_all))
        if len(set(values)) < len(values) and "" not in values:
            self.problem(f"'{key}' names a value twice", "Remove the second one", key)
        return tuple(value for value in values if value)

    def texts(self, key: str, least: int = 0, most: int | None = None, limit: int | None = None) -> tuple[str, ...]:
        """A list of words or sentences; `limit` in characters each."""
        return tuple(self._words(each, f"An item of '{self._full_name(key)}'", limit, True) for each in self._list(key, least, most))

    # --- both languages ---------------------------------------------------------------------------------------------------

    def bilingual(self, key: str, ja: int | None = None, en: int | None = None) -> Text:
        """`{ja: ..., en: ...}` under `key`; `ja` and `en` are the most characters."""
        return self.section(key).as_text(ja, en)

    def as_text(self, ja: int | None = None, en: int | None = None) -> Text:
        """This group itself as `{ja: ..., en: ...}`."""
        self.only(*LANGUAGES)
        return Text(self.text("ja", ja), self.text("en", en))

    def bilingual_list(
        self, key: str, least: int = 0, most: int | None = None, ja: int | None = None, en: int | None = None, equal: bool = False
    ) -> Texts:
        """`{ja: [...], en: [...]}` under `key`, each `least` to `most` long; `equal`: as many in one language as in the other."""
        group = self.section(key)
        group.only(*LANGUAGES)
        both = Texts(group.texts("ja", least, most, ja), group.texts("en", least, most, en))
        one_empty = bool(both.ja) != bool(both.en)
        if not group.is_broken and {"ja", "en"} <= set(group.keys()) and (one_empty or (equal and len(both.ja) != len(both.en))):
            what = f"'{key}' has {len(both.ja)} in Japanese and {len(both.en)} in English"
            self.problem(what, "Write the same items in both languages", key)
        return both

    # --- the machinery ----------------------------------------------------------------------------------------------------

    def _node(self, yaml_node: yaml.Node | None, key: str) -> Node:
        return Node(self.file, self._problems, yaml_node, self.line, self._full_name(key))

    def _full_name(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _child(self, key: str) -> yaml.Node | None:
        """The value under `key`, or None after recording why there is none."""
        if self._yaml is not None and not isinstance(self._yaml, yaml.MappingNode):
            self.problem("A group of fields is expected here", f"Write 'field: value' lines with at least '{key}'")
            self._yaml = None
        if self._yaml is None:
            return None
        if key not in self._fields:
            self.problem(f"Field '{self._full_name(key)}' is missing", f"Add '{key}:'")
            return None
        if not self.has(key):
            self.problem(f"Field '{self._full_name(key)}' is empty", "Write its value after the colon", key)
            return None
        return self._fields[key][1]

    def _list(self, key: str, least: int, most: int | None, or_all: bool = False) -> list[yaml.Node]:
        found = self._child(key)
        if found is None:
            return []
        if not isinstance(found, yaml.SequenceNode):
            self._wrong(key, "a list or the word all" if or_all else "a list", "Write one '- item' per line, or [a, b]")
            return []
        if len(found.value) < least or (most is not None and len(found.value) > most):
            wanted = f"{least} or more" if most is None else f"{least}" if least == most else f"{least} to {most}"
            self.problem(f"'{self._full_name(key)}' has {len(found.value)} items, not {wanted}", "Add or remove items", key)
        return list(found.value)

    def _one_of(self, found: yaml.Node, name: str, allowed: Collection[str]) -> str:
        if isinstance(found, yaml.ScalarNode) and found.value in allowed:
            return str(found.value)
        written = f"'{found.value}'" if isinstance(found, yaml.ScalarNode) else "a list or a group"
        self._at(found, f"{name} does not know {written}", f"Use one of: {_shortened(allowed)}")
        return ""

    def _words(self, found: yaml.Node, name: str, limit: int | None, one_line: bool) -> str:
        if not isinstance(found, yaml.ScalarNode) or found.tag != f"{_TAG}str":
            self._at(found, f"{name} is not text", "Write plain words; put numbers, dates, yes and no in quotes")
            return ""
        folded = found.style != "|" and found.start_mark.line != found.end_mark.line
        words = _FOLDED_SPACE.sub("", found.value).strip() if folded else str(found.value).strip()
        if not words:
            self._at(found, f"{name} has no words", "Write the text, or remove the field if it may be left out")
        elif one_line and "\n" in words:
            self._at(found, f"{name} has a line break", "Write it on one line, or as a block that begins with >-")
        self._check_length(words, name, limit, found.start_mark.line + 1)
        return words

    def _check_length(self, words: str, name: str, limit: int | None, line: int) -> None:
        if limit is not None and len(words) > limit:
            what = f"{name} is {len(words)} characters long; the limit is {limit}"
            self._problems.add(self.file, line, what, f"Shorten it by {len(words) - limit}")

    def _wrong(self, key: str, expected: str, remedy: str) -> None:
        self.problem(f"'{self._full_name(key)}' is not {expected}", remedy, key)

    def _at(self, found: yaml.Node, what: str, remedy: str) -> None:
        self._problems.add(self.file, found.start_mark.line + 1, what, remedy)


def _shortened(allowed: Collection[str], most: int = 12) -> str:
    listed = ", ".join(list(allowed)[:most])
    return listed if len(allowed) <= most else f"{listed}, ... ({len(allowed)} in all)"
