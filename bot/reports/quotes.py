"""Papers for choosing a supplier: what to ask in a demo, with room to write, and quotes side by side. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.reports.paper import Paper, Section, Table, Words
from bot.reports.picturing import Say
from bot.rollout.demo_questions import DemoQuestions, Sheet
from bot.rollout.quote_lines import QuoteLines
from bot.rollout.vendors import Comparison, Criterion

#: Room for handwriting, in points: with eight general questions and five for the tool the page is just full.
_TO_WRITE, _TO_WRITE_ALONE = 31, 54
_BOX = 26


@dataclass(frozen=True)
class QuoteMaterial:
    """The words in one language, the seven points, and the owner's day."""

    say: Say
    criteria: tuple[Criterion, ...]
    today: date

    @property
    def lines(self) -> QuoteLines:
        """Quotes in words."""
        return QuoteLines(self.say.words.phrases, self.say.language, self.criteria)


def write_question_sheet(material: QuoteMaterial, questions: DemoQuestions, sheet: Sheet | None) -> Paper:
    """One page: who and when, the questions with room for notes, and a box for each point of the score."""
    say = material.say
    title = say("questions_title", tool=sheet.name.get(say.language)) if sheet else say("questions_title_any")
    blanks = tuple((say(f"questions_{each}"), "") for each in ("supplier", "person", "day", "quote"))
    return Paper(say.language, title, say.date(material.today), blanks, tuple(_question_sections(material, questions, sheet)), title)


def _question_sections(material: QuoteMaterial, questions: DemoQuestions, sheet: Sheet | None) -> Iterator[Section]:
    say = material.say
    if sheet is not None:
        heading = say("questions_special", tool=sheet.name.get(say.language))
        yield Section(heading, (_to_write_on(say, sheet.questions.get(say.language), _TO_WRITE),))
    general = tuple(each.text.get(say.language) for each in questions.general)
    yield Section(say("questions_general"), (_to_write_on(say, general, _TO_WRITE if sheet else _TO_WRITE_ALONE),))
    labels = tuple(each.label.get(say.language) for each in material.criteria)
    boxes = Table(labels, (("",) * len(labels),), (1,) * len(labels), least=_BOX)
    yield Section(say("questions_score"), (boxes,))


def _to_write_on(say: Say, questions: tuple[str, ...], room: int) -> Table:
    return Table((say("column_question"), say("column_note")), tuple((each, "") for each in questions), (54, 62), least=room)


def write_comparison(material: QuoteMaterial, shown: Comparison) -> Paper:
    """One page: the points, the costs with their working, what the points say, what is open, and how it was added up."""
    say = material.say
    sections = (
        Section(say("comparison_points"), (_points(material, shown),)),
        Section(say("comparison_costs"), (_costs(material, shown),)),
        Section(say("comparison_says"), tuple(Words(line) for line in _findings(material, shown))),
        Section(say("comparison_open"), tuple(Words(line) for line in _open(material, shown))),
        Section(say("comparison_method"), (Words(say("comparison_note"), "small"),)),
    )
    title = say("comparison_title")
    return Paper(say.language, title, say("made_on", date=say.date(material.today)), (), sections, f"{title} {say.date(material.today)}")


def _points(material: QuoteMaterial, shown: Comparison) -> Table:
    lines, quotes = material.lines, shown.quotes
    rows = [(lines.label(each.id), *(lines.cell(quote, each.id) for quote in quotes)) for each in material.criteria]
    rows.append((lines.say("row_total"), *(lines.total(quote) for quote in quotes)))
    return Table((material.say("column_point"), *(quote.name for quote in quotes)), tuple(rows), (30, *(86 // len(quotes) for _ in quotes)))


def _costs(material: QuoteMaterial, shown: Comparison) -> Table:
    say, lines = material.say, material.lines
    rows = tuple((quote.name, lines.first_year(quote.price), lines.working(quote.price)) for quote in shown.quotes)
    return Table((say("column_supplier"), say("column_cost"), say("column_working")), rows, (36, 26, 54))


def _findings(material: QuoteMaterial, shown: Comparison) -> list[str]:
    is_comparable = len(shown.compared) > 1
    return material.lines.findings(shown) or [material.say("comparison_even" if is_comparable else "comparison_few")]


def _open(material: QuoteMaterial, shown: Comparison) -> list[str]:
    return material.lines.missing(shown.quotes) or [material.say("comparison_none_open")]
