"""What the rows of the tables are, and how they are made from what was counted. Pure: no database here."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from bot.assessment.questionnaire import LEVELS, Questionnaire
from bot.insights.tables import hidden_when_few

#: An owner who has not answered for so long has stopped, until they come back.
STOPPED_AFTER = timedelta(hours=24)
#: A check-in that should have gone out so long ago is overdue: the bell rings twice a second.
OVERDUE_AFTER = timedelta(minutes=15)
NOT_TOLD = "-"
#: The step of the funnel behind the core questions.
FIRST_RESULT = "first_result"


@dataclass(frozen=True, slots=True)
class DayOfTalk:
    """One day of the operator's calendar: conversations in which an owner wrote, their messages, and owners who came for the first time."""

    day: date
    conversations: int
    messages: int
    newcomers: int


@dataclass(frozen=True, slots=True)
class Step:
    """One question, or the first result: in how many runs through the assessment it was reached and answered (or gone on from).

    The others are still at it, or have stopped there.
    """

    question: str
    asked: int
    answered: int
    under_way: int
    stopped: int
    stopped_percent: float


@dataclass(frozen=True, slots=True)
class Industry:
    """How many firms of a trade stand on each level; one or two are not told."""

    industry: str
    level_1: int | str
    level_2: int | str
    level_3: int | str
    level_4: int | str
    level_5: int | str


@dataclass(frozen=True, slots=True)
class PhaseAsked:
    """The check-ins of a phase: to come, overdue, sent, and what became of those sent. `dropped`: not asked, since the plan changed."""

    phase: int
    to_come: int
    overdue: int
    sent: int
    answered: int
    standing: int
    missed: int
    dropped: int


@dataclass(frozen=True, slots=True)
class PhaseUnderWay:
    """Plans that are in a phase now: past its end, told to be stuck, of silent owners, of owners who paused check-ins."""

    phase: int
    plans: int
    late: int
    stuck: int
    silent: int
    paused: int
    longest_late_days: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hand-off that is open: nothing in it says whose it is."""

    number: int
    state: str
    waiting_hours: float | None
    asked_at: datetime
    industry: str
    language: str
    has_summary: bool
    messages: int


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of health; where it is not `is_well`, somebody should look."""

    sign: str
    value: str | int | float | None
    is_well: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """Runs through the assessment that are alike, as far as the funnel needs to know."""

    count: int
    answered: Sequence[str]
    asking: str | None
    is_finished: bool
    has_result: bool
    is_under_way: bool


def steps_in_order(questionnaire: Questionnaire) -> tuple[str, ...]:
    """About the firm, the core questions, their result, and the rest; owners meet the rest in the order that fits their problem."""
    core = tuple(each.id for each in questionnaire.questions if each.core)
    rest = tuple(each.id for each in questionnaire.questions if not each.core)
    return (*(each.id for each in questionnaire.profile), *core, FIRST_RESULT, *rest)


def funnel_rows(runs: Iterable[Run], steps: Sequence[str]) -> tuple[Step, ...]:
    """Where owners stop, step by step."""
    behind_result = frozenset(steps[steps.index(FIRST_RESULT) + 1 :])
    answered, under_way, stopped = Counter[str](), Counter[str](), Counter[str]()
    for run in runs:
        passed, rests_at = _course(run, behind_result)
        answered.update(dict.fromkeys(passed, run.count))
        if rests_at is not None and rests_at not in passed:
            (under_way if run.is_under_way else stopped)[rests_at] += run.count
    return tuple(_step(each, answered[each], under_way[each], stopped[each]) for each in steps)


def _course(run: Run, behind_result: Collection[str]) -> tuple[set[str], str | None]:
    """The steps that are done, and the one at which the owner is; None: none."""
    passed, rests_at = set(run.answered), None if run.is_finished else run.asking
    if run.has_result and (run.is_finished or rests_at in behind_result):
        passed.add(FIRST_RESULT)
    elif run.has_result:
        rests_at = FIRST_RESULT
    return passed, rests_at


def _step(step: str, answered: int, under_way: int, stopped: int) -> Step:
    asked = answered + under_way + stopped
    return Step(step, asked, answered, under_way, stopped, round(100 * stopped / asked, 1) if asked else 0.0)


def level_rows(counts: Mapping[tuple[str | None, int], int]) -> tuple[Industry, ...]:
    """Firms by trade and level, the trades with most firms first; `counts` by both."""
    trades: Counter[str] = Counter()
    for (industry, _), count in counts.items():
        trades[industry or NOT_TOLD] += count
    cells = {(industry or NOT_TOLD, level): count for (industry, level), count in counts.items()}
    levels = range(1, LEVELS + 1)
    return tuple(
        Industry(trade, *(hidden_when_few(cells.get((trade, level), 0)) for level in levels))
        for trade, _ in sorted(trades.items(), key=lambda each: (-each[1], each[0]))
    )


def day_rows(
    days: Sequence[date], starts: Sequence[datetime], talk: Mapping[int, tuple[int, int]], came: Sequence[datetime]
) -> tuple[DayOfTalk, ...]:
    """One row for each of `days`, which begin at `starts` (one more: the end).

    `talk`: conversations and messages by the day's place; `came`: when owners came for the first time, in any order.
    """
    ordered = sorted(came)
    places = [bisect_left(ordered, start) for start in starts]
    newcomers = [behind - before for before, behind in pairwise(places)]
    return tuple(DayOfTalk(day, *talk.get(place, (0, 0)), newcomers[place]) for place, day in enumerate(days))
