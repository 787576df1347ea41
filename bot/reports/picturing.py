"""From facts to figures: which numbers a picture shows, and the text alternative that says the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.assessment.advice import Advice
from bot.assessment.questionnaire import LEVELS
from bot.assessment.scoring import DimensionScore, Score
from bot.reports.facts import Facts, Material, Plan
from bot.reports.figures import Bar, Change, Matrix, Progress, Radar, Roadmap, Spoke, Spot, State
from bot.rollout.plan import current_phase
from knowledge.report_words import ReportWords


@dataclass(frozen=True)
class Say:
    """Report words in one language."""

    words: ReportWords
    language: str

    def __call__(self, name: str, /, **values: object) -> str:
        """The phrase with its values."""
        return self.words.phrases.say(name, self.language, **values)

    def date(self, day: date) -> str:
        """A date with its year."""
        month = self.words.phrases.months.get(self.language)[day.month - 1]
        return self("long_date", year=day.year, month=day.month, day=day.day, month_name=month)

    def run_on(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other."""
        return ("" if self.language == "ja" else " ").join(sentences)


def say_in(material: Material, language: str) -> Say:
    """The words of `material` in one language."""
    return Say(material.words, language)


# --- radar --------------------------------------------------------------------------------------------------------------------


def radar(facts: Facts, language: str) -> Radar:
    """The five dimensions: level today, next target, and the previous assessment when there is one."""
    say = say_in(facts.material, language)
    spokes = tuple(_spoke(facts, say, each) for each in facts.score.dimensions)
    return Radar(
        alt=say("radar_alt", lines=say.run_on(_spoke_line(say, each) for each in spokes)),
        spokes=spokes,
        now=say("radar_now"),
        target=say("radar_target"),
        before=say("radar_before", date=say.date(facts.before.on)) if facts.before else "",
    )


def target_of(level: int | None) -> int | None:
    """The next level up."""
    return None if level is None else min(level + 1, LEVELS)


def level_before(score: Score | None, dimension: str) -> int | None:
    """A dimension's level in an earlier score."""
    return score.dimension(dimension).level if score else None


def _spoke(facts: Facts, say: Say, each: DimensionScore) -> Spoke:
    return Spoke(
        name=facts.material.vocabulary["dimension"][each.dimension].get(say.language),
        note=say("spoke_none") if each.level is None else say("spoke_note", level=each.level),
        level=each.level,
        target=target_of(each.level),
        before=level_before(facts.score_before, each.dimension),
    )


def _spoke_line(say: Say, spoke: Spoke) -> str:
    if spoke.level is None:
        return say("radar_line_none", name=spoke.name)
    phrase = "radar_line" if spoke.before is None else "radar_line_before"
    return say(phrase, name=spoke.name, level=spoke.level, target=spoke.target, before=spoke.before)


# --- impact and effort --------------------------------------------------------------------------------------------------------


def matrix(facts: Facts, language: str) -> Matrix | None:
    """The recommended actions by impact and effort; None when there are none."""
    if not facts.advice:
        return None
    say = say_in(facts.material, language)
    spots = tuple(_spot(number, each, language) for number, each in enumerate(facts.advice, 1))
    return Matrix(
        alt=say("matrix_alt", lines=say.run_on(_spot_line(say, each) for each in spots)),
        spots=spots,
        impact=say("matrix_impact"),
        effort=say("matrix_effort"),
        quick=say("matrix_quick"),
    )


def _spot(number: int, advice: Advice, language: str) -> Spot:
    action = advice.action
    return Spot(number, action.title.get(language), action.impact, action.effort, advice.quick_win)


def _spot_line(say: Say, spot: Spot) -> str:
    phrase = "matrix_line_quick" if spot.quick else "matrix_line"
    return say(phrase, number=spot.number, title=spot.title, impact=spot.impact, effort=spot.effort)


# --- roadmap ------------------------------------------------------------------------------------------------------------------


def roadmap(material: Material, plan: Plan, today: date, language: str) -> Roadmap:
    """The phases of a plan, with dates and where it stands."""
    say = say_in(material, language)
    action = material.action(plan.action)
    title = action.title.get(language) if action else plan.action
    heading = say("roadmap_under_way" if plan.is_under_way else "roadmap_proposed", action=title)
    bars = tuple(_bars(material, plan, say))
    states = (say("state_done"), say("state_now"), say("state_later"))
    lines = say.run_on(
        say("roadmap_line", number=bar.number, name=bar.name, dates=bar.dates, state=say(f"state_{bar.state}")) for bar in bars
    )
    alt = say("roadmap_alt", heading=heading, today=say.date(today), lines=lines)
    return Roadmap(alt, heading, bars, today, say("today"), states)


def _bars(material: Material, plan: Plan, say: Say) -> Iterable[Bar]:
    here = current_phase(plan.phases, plan.done) if plan.is_under_way else None
    short = material.words.phrases.short_day
    for each in plan.phases:
        state: State = "done" if each.number in plan.done else "now" if here and here.number == each.number else "later"
        dates = say("period", starts=short(each.starts_on, say.language), ends=short(each.ends_on, say.language))
        name = material.phases[each.number - 1].name.get(say.language)
        yield Bar(each.number, name, dates, each.starts_on, each.ends_on, state)


# --- before and after ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """A figure of the owner's, before and after; `name` and `unit` in the owner's own words."""

    name: str
    unit: str
    before: float
    after: float


def progress(material: Material, figures: Sequence[Measured], language: str) -> Progress | None:
    """What a rollout brought; None without figures."""
    if not figures:
        return None
    say = say_in(material, language)
    changes = tuple(_change(say, each) for each in figures)
    lines = say.run_on(_change_line(say, each) for each in changes)
    return Progress(say("progress_alt", lines=lines), changes, say("progress_before"), say("progress_after"))


def _change_line(say: Say, each: Change) -> str:
    return say("progress_line", name=each.name, before=each.before_text, after=each.after_text, note=each.note)


def _change(say: Say, each: Measured) -> Change:
    return Change(each.name, each.before, each.after, _amount(say, each, each.before), _amount(say, each, each.after), _note(say, each))


def _amount(say: Say, each: Measured, value: float) -> str:
    return say("amount", number=f"{value:,.10g}", unit=each.unit).strip()


def _note(say: Say, each: Measured) -> str:
    """By how much, and in per cent where there was something to begin with."""
    difference = each.after - each.before
    if not difference:
        return say("change_none")
    way = "change_less" if difference < 0 else "change_more"
    amount = _amount(say, each, round(abs(difference), 6))
    if each.before <= 0:
        return say(f"{way}_only", amount=amount)
    return say(way, amount=amount, percent=round(abs(difference) / each.before * 100))
