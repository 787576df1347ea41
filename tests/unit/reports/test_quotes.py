"""Papers for choosing a supplier: one page each, in both languages."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from bot.operations.demo_report import load_material
from bot.reports.pdf import render
from bot.reports.picturing import say_in
from bot.reports.quotes import QuoteMaterial, write_comparison, write_question_sheet
from bot.rollout.demo_questions import load_demo_questions
from bot.rollout.prices import Price
from bot.rollout.vendors import Quote, compare, load_vendor_words
from bot.services import ROOT

WORDS = load_vendor_words(ROOT / "knowledge")
IDS = [each.id for each in WORDS.criteria]
QUESTIONS = load_demo_questions(ROOT / "knowledge", IDS)
MATERIAL = load_material(ROOT)


def material(language: str) -> QuoteMaterial:
    return QuoteMaterial(say_in(MATERIAL, language), WORDS.criteria, date(2026, 11, 25))


def pages(data: bytes) -> list[str]:
    return [page.extract_text().replace("\n", "") for page in PdfReader(io.BytesIO(data)).pages]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_question_sheet_is_one_page_with_all_questions_and_boxes(language: str) -> None:
    for sheet in (None, *QUESTIONS.sheets):
        paper = write_question_sheet(material(language), QUESTIONS, sheet)
        [page] = pages(render(paper))
        asked = [row[0] for section in paper.sections for row in section.blocks[0].rows]  # type: ignore[union-attr]
        assert len(asked) == 8 + (len(sheet.questions.ja) if sheet else 0) + 1
        assert WORDS.criteria[0].label.get(language) in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_comparison_of_five_is_one_page_and_recommends_nobody(language: str) -> None:
    quotes = [Quote(number, f"Firm {number}", dict.fromkeys(IDS, 3), Price(total=1_000.0, currency="yen")) for number in range(1, 5)]
    quotes.append(Quote(5, "Firm 5", {}))
    [page] = pages(render(write_comparison(material(language), compare(quotes, WORDS.criteria))))
    for words in ("Firm 5", "21/35", "1,000"):
        assert words in page
    assert {"ja": "どの会社もおすすめしていません", "en": "No supplier is recommended"}[language] in page
    assert {"ja": "同点です", "en": "have the same total"}[language] in page
