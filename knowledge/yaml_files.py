"""Reading one YAML file of content into a `Node`, with a clear word for every way in which a file can be unreadable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from knowledge.content import Node
from knowledge.problems import Problems

_FAST: Any = getattr(yaml, "CSafeLoader", None)
#: What begins a level of nesting. Our largest file has far fewer; with more, the slow reader decides how deep is too deep.
_OPENERS = re.compile(r"[\[{]|- (?=- )|^ {200}", re.MULTILINE)
_MOST_OPENERS = 2_000


def read_yaml(path: Path, root: Path, problems: Problems) -> Node:
    """Read one YAML file of fields; a file that cannot be read is a broken node and a problem. `root` shortens the file's name."""
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    content = _decoded(path, file, problems)
    composed = None if content is None else _composed(content, file, problems)
    return Node(file, problems, composed)


def _decoded(path: Path, file: str, problems: Problems) -> str | None:
    try:
        raw = path.read_bytes()
        content = raw.decode("utf-8-sig")  # editors on Windows put a mark in front
    except OSError as error:
        problems.add(file, 1, f"The file cannot be read ({error.strerror})", "Check that it exists and may be read")
        return None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(file, line, "The file is not UTF-8", "Save it with the encoding UTF-8")
        return None
    for number, each in enumerate(content.split("\n"), start=1):
        if "\t" in each:
            problems.add(file, number, "The line contains a tab", "Use spaces")
            return None
    return content


def _composed(content: str, file: str, problems: Problems) -> yaml.Node | None:
    try:
        if ("&" in content or "*" in content) and _has_references(content, file, problems):
            return None
        composed = _compose(content)
    except yaml.YAMLError as error:
        problems.add(file, *_syntax_problem(error, content))
        return None
    except RecursionError:
        problems.add(file, 1, "The file is nested too deeply", "Use fewer levels of lists and groups")
        return None
    if not isinstance(composed, yaml.MappingNode):
        problems.add(file, 1, "The file has no fields", "Write 'field: value' lines at its top level")
        return None
    before = len(problems)
    _find_duplicates(composed, file, problems)
    return composed if len(problems) == before else None


def _compose(content: str) -> yaml.Node | None:
    """libyaml is eight times as fast as Python, which says better what is wrong, and does not die of deep nesting."""
    if _FAST is not None and len(_OPENERS.findall(content)) < _MOST_OPENERS:
        try:
            return yaml.compose(content, Loader=_FAST)
        except yaml.YAMLError:
            pass
    return yaml.compose(content, Loader=yaml.SafeLoader)


def _has_references(content: str, file: str, problems: Problems) -> bool:
    """Records anchors and references: content is read by people, who should not have to look up what `*x` means."""
    for event in yaml.parse(content, Loader=yaml.SafeLoader):
        if getattr(event, "anchor", None):
            remedy = "Write the text out; quote a text that begins with & or *"
            line = event.start_mark.line + 1 if event.start_mark else 1
            problems.add(file, line, "References (&name, *name) are not allowed", remedy)
            return True
    return False


def _syntax_problem(error: yaml.YAMLError, content: str) -> tuple[int, str, str]:
    if isinstance(error, yaml.reader.ReaderError):
        line = content.count("\n", 0, int(error.position)) + 1
        return line, "The line contains a control character", "Remove it (it is invisible: type the line again)"
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or "the structure is unclear"
    remedy = "Check indentation, quotes and brackets; quote a text that contains ': ' or starts with a special character"
    return (mark.line + 1 if mark else 1), f"The YAML is not valid ({reason})", remedy


def _find_duplicates(node: yaml.Node, file: str, problems: Problems) -> None:
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _find_duplicates(each, file, problems)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                problems.add(file, key.start_mark.line + 1, f"Field '{name}' stands twice", "Keep one of the two")
            seen.add(name)
            _find_duplicates(value, file, problems)
