"""What the owner of the demo says and presses, from knowledge/demo.yml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from knowledge.content import Node, Text
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

#: The ways in which a step goes on; each step has exactly one.
_SAY, _PRESS, _PICK, _WAIT = KINDS = ("say", "press", "pick", "wait")
#: More buttons than this no message has.
_MOST_BUTTONS = 20
#: So many messages of the advisor pass by the owner at most.
_MOST_PASSED = 10


@dataclass(frozen=True)
class Step:
    """One thing that happens; the fields that are not its own are empty.

    `say`: typed words. `press`: the newest button whose meaning begins so. `pick`: the button in this place (from 1) under the newest
    message that has any. `wait`: so many times the clock travels until the advisor speaks.
    """

    say: Text | None = None
    press: str = ""
    pick: int = 0
    wait: int = 0


def load_script(root: Path) -> tuple[Step, ...]:
    """Read `demo.yml` in the folder `root` (`knowledge/`). Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "demo.yml", root.parent, problems)
    page.only("steps")
    steps = tuple(_step(node) for node in page.items("steps", 1))
    problems.raise_if_any()
    return steps


def _step(node: Node) -> Step:
    node.only(*KINDS)
    if sum(node.has(kind) for kind in KINDS) != 1:
        node.problem("A step does not do exactly one thing", f"Write one of {', '.join(KINDS)}")
        return Step()
    return Step(
        say=node.bilingual(_SAY) if node.has(_SAY) else None,
        press=node.text(_PRESS) if node.has(_PRESS) else "",
        pick=node.integer(_PICK, 1, _MOST_BUTTONS) if node.has(_PICK) else 0,
        wait=node.integer(_WAIT, 1, _MOST_PASSED) if node.has(_WAIT) else 0,
    )
