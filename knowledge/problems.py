"""What is wrong with content, said so that its author can mend it: file, line, what, remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend; `file` is relative to the project, `line` counts from 1, `what` and `remedy` carry no final full stop."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.remedy}."


class ContentError(Exception):
    """Content that cannot be used; `problems` are sorted by file and line, and `str()` gives one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects problems, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, file: str, line: int, what: str, remedy: str) -> None:
        """Keep one problem; `line` counts from 1."""
        self._found.append(Problem(file, line, what, remedy))

    def raise_if_any(self) -> None:
        """Raises ContentError with everything found so far; does nothing when nothing was."""
        if self._found:
            raise ContentError(self._found)
