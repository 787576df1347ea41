"""The eight phases of a rollout, as their content file describes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Node, Text, Texts
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

PHASE_COUNT = 8

#: Figures of the ledger that a phase can ask for.
KEEPS = ("cost", "reading")
#: A button's title, in Japanese characters.
_LONGEST_TAP = 20
#: No phase is longer than a year; a larger number is a slip of the keyboard.
_MOST_DAYS = 366


@dataclass(frozen=True)
class Days:
    """How long a phase lasts, in calendar days: the shortest, the usual and the longest."""

    min: int
    default: int
    max: int


@dataclass(frozen=True)
class Rhythm:
    """On which days of a phase the advisor asks, in calendar days after its start; `then_every_days` None: no further ones."""

    first_after_days: tuple[int, ...]
    then_every_days: int | None


@dataclass(frozen=True)
class Taps:
    """What the buttons under a phase's question say; "later" is the same everywhere."""

    done: Text
    in_progress: Text
    blocked: Text


@dataclass(frozen=True)
class Phase:
    """One phase: what it is for, what to do, what counts as done, and what a check-in asks.

    `entry` is the topic that explains it; `watch` are the topics to offer when it does not go well. `evidence` is asked once when the
    phase is finished (None: nothing is), `progress` when it is under way; `keeps` is the figure of the ledger that such an answer is,
    None for a note.
    """

    number: int
    entry: str
    name: Text
    goal: Text
    days: Days
    steps: Texts
    done_when: Text
    checkins: Rhythm
    question: Text
    when_blocked: Text
    taps: Taps
    evidence: Text | None
    progress: Text
    keeps: str | None
    watch: tuple[str, ...]


def load_phases(root: Path, topics: Collection[str] | None = None) -> tuple[Phase, ...]:
    """Read `rollout/phases.yml` under the folder `root` (`knowledge/`): eight phases, numbered in order.

    With `topics`, the ids that phases refer to must be among them. Raises ContentError with the file, line and remedy of every problem.
    """
    problems = Problems()
    page = read_yaml(root / "rollout" / "phases.yml", root.parent, problems)
    page.only("phases")
    nodes = page.items("phases", PHASE_COUNT, PHASE_COUNT)
    phases = tuple(_read_phase(node, number, topics) for number, node in enumerate(nodes, start=1))
    problems.raise_if_any()
    return phases


def _read_phase(node: Node, number: int, topics: Collection[str] | None) -> Phase:
    node.only(*Phase.__dataclass_fields__)
    days = _read_days(node.section("days"))
    return Phase(
        number=_read_number(node, number),
        entry=node.text("entry") if topics is None else node.choice("entry", topics),
        name=node.bilingual("name"),
        goal=node.bilingual("goal"),
        days=days,
        steps=node.bilingual_list("steps", 3, 3),
        done_when=node.bilingual("done_when"),
        checkins=_read_rhythm(node.section("checkins"), days),
        question=node.bilingual("question"),
        when_blocked=node.bilingual("when_blocked"),
        taps=_read_taps(node.section("taps")),
        evidence=node.bilingual("evidence") if node.has("evidence") else None,
        progress=node.bilingual("progress"),
        keeps=node.choice("keeps", KEEPS) if node.has("keeps") else None,
        watch=node.texts("watch") if topics is None else node.choices("watch", topics),
    )


def _read_number(node: Node, expected: int) -> int:
    number = node.integer("number", 1, PHASE_COUNT)
    if node.has("number") and number != expected:
        node.problem(f"Phase {number} stands in place {expected}", "Number the phases from 1 to 8, in this order", "number")
    return number


def _read_taps(group: Node) -> Taps:
    group.only("done", "in_progress", "blocked")
    done, in_progress, blocked = (group.bilingual(key, ja=_LONGEST_TAP, en=2 * _LONGEST_TAP) for key in ("done", "in_progress", "blocked"))
    return Taps(done, in_progress, blocked)


def _read_days(group: Node) -> Days:
    group.only("min", "default", "max")
    days = Days(*(group.integer(key, 1, _MOST_DAYS) for key in ("min", "default", "max")))
    complete = all(group.has(key) for key in ("min", "default", "max"))
    if complete and not days.min <= days.default <= days.max:
        group.problem("The lengths are not in order", "Write them so that min <= default <= max")
    return days


def _read_rhythm(group: Node, days: Days) -> Rhythm:
    group.only("first_after_days", "then_every_days")
    # A check-in after the usual end of its phase would never be asked.
    within = [str(day) for day in range(1, days.default + 1)]
    first = tuple(int(day) for day in group.choices("first_after_days", within, least=1))
    if list(first) != sorted(first):
        group.problem("The days of 'first_after_days' are not in order", "Write the earliest first", "first_after_days")
    every = group.integer("then_every_days", 1, _MOST_DAYS) if group.has("then_every_days") else None
    return Rhythm(first, every)
