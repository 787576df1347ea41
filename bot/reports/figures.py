"""What is in a picture: its numbers and words, ready to draw, with a text alternative (`alt`) that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["done", "now", "later"]


@dataclass(frozen=True)
class Spoke:
    """One dimension: its levels (1-5) now, as the next target, and at the previous assessment; None where there is none."""

    name: str
    note: str
    level: int | None
    target: int | None
    before: int | None


@dataclass(frozen=True)
class Radar:
    """The five dimensions. `before` is the legend of the previous assessment, "" without one."""

    alt: str
    spokes: tuple[Spoke, ...]
    now: str
    target: str
    before: str


@dataclass(frozen=True)
class Spot:
    """A recommended action; impact and effort go from 1 to 5."""

    number: int
    title: str
    impact: int
    effort: int
    quick: bool


@dataclass(frozen=True)
class Matrix:
    """Actions by impact (upwards) and effort (to the right); `quick` names the corner where quick wins lie."""

    alt: str
    spots: tuple[Spot, ...]
    impact: str
    effort: str
    quick: str


@dataclass(frozen=True)
class Bar:
    """One phase of a rollout; it includes both days, and `dates` says them."""

    number: int
    name: str
    dates: str
    starts_on: date
    ends_on: date
    state: State


@dataclass(frozen=True)
class Roadmap:
    """The phases of a rollout; `heading` says of what. `states` are the words for done, under way and still to come."""

    alt: str
    heading: str
    bars: tuple[Bar, ...]
    today: date
    today_word: str
    states: tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """A figure before and after, in the owner's own unit; `note` says by how much it changed."""

    name: str
    before: float
    after: float
    before_text: str
    after_text: str
    note: str


@dataclass(frozen=True)
class Progress:
    """What a rollout brought, in the owner's own figures."""

    alt: str
    changes: tuple[Change, ...]
    before: str
    after: str


Figure = Radar | Matrix | Roadmap | Progress
