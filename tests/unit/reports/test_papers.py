"""The report and the packet as PDF files: what a bank or an accountant reads, in both languages."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from pypdf import PdfReader

from bot.assessment.questionnaire import AnswerKind
from bot.reports.owners_copy import _reply
from bot.reports.packet import packet_data
from bot.reports.pdf import render
from bot.reports.picturing import Say
from bot.reports.writing import write_packet, write_report
from tests.unit.assessment.builders import all_at, of_kind, values
from tests.unit.reports.builders import make_facts, make_plan_from, material, whole_facts


def pages_of(data: bytes) -> list[str]:
    """The text of each page, spaces and line breaks left out."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


WORDS = {
    "ja": (
        *("デジタル化診断報告書", "作成日2026年11月25日", "飲食", "6〜20人", "全体はレベル2発展中(34%)です。"),
        *("前回(2025年11月20日)は18%でした。", "1.まとめ", "2.今と次の一段", "3.最初の取り組み", "4.8つの段階の計画"),
        *("5.言葉の説明", "6.計算のしかた", "主なソフトがつながり、同じ情報を皆で見ている", "AIの機能を、毎週の仕事の中で使っている"),
        *("1.レジや予約の数字を会計へ自動で送る", "効果5/5(とても大きい)手間2/5(小さい)費用月数千円くらいまで(目安)"),
        *("先に要ること:レジか予約に、ソフトを使っていること", "すぐ効く取り組みです。", "3.道具と会社を選ぶ"),
        *("仕事でどんな道具(ソフトや機器)を使い、どう守っているか。", "2(2倍),2,1,21.802発展中"),
        "第三者による審査や保証ではありません",
    ),
    "en": (
        *("Digitalmaturityreport", "Madeon25November2026", "Restaurantorcafé", "6to20", "Overall:level2,Developing(34%)."),
        *("Lasttime(20November2025)itwas18%.", "1.Summary", "2.Whereyoustand,andthenextstepup", "3.Firstactions"),
        *("4.Planineightphases", "5.Glossary", "6.Howthiswasworkedout", "WeuseAIfeaturesinourweeklywork"),
        *("1.Lettillandbookingfiguresflowintoyouraccounts", "Impact5/5(veryhigh)Effort2/5(low)", "(ruleofthumb)"),
        *("Neededfirst:atillorbookingapp", "Thisisaquickwin.", "3.Pickthetoolandthefirm"),
        *("2(twice),2,1,21.802Developing", "Itisnotanauditoraguarantee."),
    ),
}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_report_says_everything_on_two_to_four_pages(language: str) -> None:
    pages = pages_of(render(write_report(whole_facts(), language)))
    assert 2 <= len(pages) <= 4
    text = "".join(pages)
    assert [words for words in WORDS[language] if words not in text] == []


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_every_firm_gets_two_to_four_pages(language: str, level: int) -> None:
    plan = make_plan_from(date(2026, 11, 25), is_under_way=False) if level < 4 else None
    assert 2 <= len(pages_of(render(write_report(make_facts(all_at(level), plan=plan), language)))) <= 4


def test_a_report_of_the_core_questions_alone_says_that_it_is_a_first_result() -> None:
    core = values(TEC1=2, PRO1=1, DAT1=1, CUS1=2, BIZ1=1)
    assert "速報です" in "".join(pages_of(render(write_report(make_facts(core), "ja"))))
    assert "速報です" not in "".join(pages_of(render(write_report(whole_facts(), "ja"))))


def test_unknown_and_inapplicable_answers_are_said_as_such() -> None:
    untold = {**of_kind(AnswerKind.UNKNOWN, "DAT1"), **of_kind(AnswerKind.NOT_APPLICABLE, "CUS1")}
    answers = {**values(TEC=(2, 2, 2, 2), PRO=(2, 2, 2)), **untold}
    text = "".join(pages_of(render(write_report(make_facts(answers), "ja"))))
    assert "わからない" in text
    assert "うちは関係ない" in text


@pytest.mark.parametrize(("language", "title"), [("ja", "デジタル化診断 報告書"), ("en", "Digital maturity report")])
def test_a_file_names_its_title_and_language_and_embeds_its_font(language: str, title: str) -> None:
    reader = PdfReader(io.BytesIO(render(write_report(make_facts(), language))))
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert reader.trailer["/Root"]["/Lang"] == language
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    assert all("IPAexGothic" in font["/BaseFont"] and "/FontFile2" in font["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize(
    ("language", "consent", "answer"),
    [
        ("ja", "ご本人の同意を得て作成しました(同意の日2026年11月25日)", "半分以上は打ち直す"),
        ("en", "Madewiththeowner'sconsent,givenon25November2026.", "Morethanhalfofit"),
    ],
)
def test_a_packet_begins_with_the_consent_and_ends_with_every_answer(language: str, consent: str, answer: str) -> None:
    pages = pages_of(render(write_packet(whole_facts(), language)))
    assert consent in pages[0]
    assert answer in "".join(pages)


def test_the_packets_data_is_json_with_the_answers_the_result_and_the_plan() -> None:
    data = json.loads(json.dumps(packet_data(whole_facts(), "en")))
    assert data["format"] == "advisor-packet/1"
    assert data["consent_given_on"] == "2026-11-25"
    assert (data["result"]["level"], data["result"]["percent"], data["previous"]["percent"]) == (2, 34, 18)
    assert len(data["answers"]) == 17
    assert data["answers"][1] == {
        **{"question": "TEC2", "asked": "Do you retype sales or bookings into another book or app?"},
        **{"kind": "value", "value": 2, "answer": "2. More than half of it"},
    }
    assert data["actions"][0]["id"] == "link-till-accounting"
    assert [each["done"] for each in data["plan"]["phases"]] == [True, True, *[False] * 6]


@pytest.mark.parametrize(
    ("state", "asked", "told"),
    [
        ("missed", "2026-11-24", "お返事なし"),
        ("superseded", None, "予定が変わり、おたずねしませんでした"),
        ("superseded", "2026-11-24", "お返事なし"),
        ("pending", None, "これから"),
    ],
)
def test_an_owners_copy_blames_nobody_for_a_question_that_was_never_asked(state: str, asked: str | None, told: str) -> None:
    say = Say(material().words, "ja")
    assert _reply(say, {"answer": None, "state": state, "asked_at": asked}) == told
