"""Choosing a supplier in conversation, in both languages and with the words checked."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot.services import Services
from bot.storage.tables import CheckIn, Conversation, Document, FigureRow, PhaseRow, Vendor, VendorScore
from tests.conversations.talking import Talk
from tests.conversations.test_rollout import HELLO, begin

LANGUAGES = ("ja", "en")
LONGEST = {"ja": 350, "en": 700}
WORDS = {
    "ja": {
        "ask": "業者に何を聞けばいい?",
        "all": "全部の質問を見る",
        "paper": "印刷用の1枚(PDF)",
        "quote": "A社から見積もりが来た",
        "quote_b": "B社の見積もりが来ました、月2万円",
        "price": "初期10万円と月3万円",
        "noted": "**A社** を控えました。費用はいくらでしたか",
        "first_year": "460,000円(月30,000円×12か月 + 初期100,000円)",
        "begin": "いま採点する",
        "question": "クラウドって何ですか?",
        "go_on": "採点の続きです",
        "nonsense": "ふにゃふにゃ",
        "unclear": "1から5の数字か「まだわからない」",
        "unknown": "まだわからない",
        "change": "使いやすさは5",
        "changed": "**A社** の点を直しました(使いやすさ 5)。",
        "scored": "**A社** の採点が済みました",
        "second": "2社目の見積もりを控える",
        "which": "どの会社の見積もりですか",
        "compare": "見積もりを並べて見せて",
        "tie": "同点です: A社、B社",
        "neutral": "どの会社もおすすめはしません",
        "by_name": "A社のサポートは2に",
        "widest": "差がいちばん大きいのは サポート",
        "pdf": "比較表(PDF)",
        "choose": "A社に決めました",
        "known": "A社、B社の採点が済んでいます",
        "closed": "が終わりました",
        "evidence": "最初の1年でいくらになりますか",
        "pause": "あとで続ける",
        "resume": "採点の続き",
        "missing": "まだわからない所",
    },
    "en": {
        "ask": "what should I ask in the demo",
        "all": "Show all questions",
        "paper": "One page to print (PDF)",
        "quote": "got a quote from Acme",
        "quote_b": "got a quote from Beta, 20000 a month",
        "price": "100000 set-up plus 30000 a month",
        "noted": "I've noted **Acme**. What does it cost?",
        "first_year": "460,000 (12 × 30,000 + 100,000 set-up)",
        "begin": "Score it now",
        "question": "what is cloud computing?",
        "go_on": "Back to the scores",
        "nonsense": "flurble wurble",
        "unclear": "A number from 1 to 5",
        "unknown": "not known yet",
        "change": "ease of use 5",
        "changed": "Changed for **Acme**: Ease of use 5.",
        "scored": "**Acme** is scored",
        "second": "Note a second quote",
        "which": "Which firm is the quote from?",
        "compare": "show me the quotes side by side",
        "tie": "Acme, Beta have the same total",
        "neutral": "I don't favour any of them",
        "by_name": "change Acme's support to 2",
        "widest": "They differ most on Support",
        "pdf": "Comparison (PDF)",
        "choose": "we chose Acme",
        "known": "Acme, Beta are scored",
        "closed": "is finished",
        "evidence": "What will it cost in the first year",
        "pause": "Carry on later",
        "resume": "carry on scoring",
        "missing": "Not known yet:",
    },
}


async def paper_of(talk: Talk) -> str:
    """What the paper that was handed over last shows; that it is drawn well is tested in tests/unit/reports."""
    assert [reply.file.name for reply in talk.last if reply.file]
    async with talk.database.reading() as session:
        return json.dumps(list(await session.scalars(select(Document.content))), ensure_ascii=False)


async def score_all(talk: Talk, *values: str) -> str:
    said = ""
    for value in values:
        said = await talk.say(value)
    return said


async def reach_vendor_phase(talk: Talk, services: Services, language: str) -> int:
    """A rollout in which the first two phases are done."""
    initiative = await begin(talk, services, language, "simple-crm")
    async with talk.database.transaction() as session:
        person = (await session.get_one(Conversation, talk.key)).person
        for _ in range(2):
            [rollout] = await services.rollouts.active(session, person)
            await services.rollouts.close_phase(session, person, rollout, talk.clock())
    return initiative


@pytest.mark.parametrize("language", LANGUAGES)
async def test_questions_for_the_demo_come_short_first_then_all_then_on_paper(talk: Talk, services: Services, language: str) -> None:
    words = WORDS[language]
    await reach_vendor_phase(talk, services, language)
    said = await talk.say(words["ask"])
    sheet = services.demo_questions.sheet("crm")
    assert sheet is not None
    assert sheet.questions.get(language)[0] in said
    assert len(said) <= LONGEST[language]
    said = await talk.press(words["all"])
    assert all(each in said for each in sheet.questions.get(language))
    assert all(each.text.get(language) in said for each in services.demo_questions.general)
    await talk.press(words["paper"])
    assert sheet.name.get(language) in await paper_of(talk)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_quote_is_scored_point_by_point_interrupted_changed_and_nothing_is_asked_twice(
    talk: Talk, services: Services, language: str
) -> None:
    words, criteria = WORDS[language], services.shortlists.criteria
    await talk.say(HELLO[language])
    assert words["noted"] in await talk.say(words["quote"])
    assert words["first_year"] in await talk.say(words["price"])
    said = await talk.press(words["begin"])
    assert criteria[0].question.get(language) in said
    said = await talk.say("4")
    assert criteria[1].question.get(language) in said
    said = await talk.say(words["question"])
    assert words["go_on"] in said
    assert len(talk.last) == 2
    assert criteria[1].question.get(language) in talk.last[-1].text
    said = await talk.say(words["nonsense"])
    assert words["unclear"] in said
    assert criteria[1].question.get(language) in said
    said = await talk.say(words["unknown"])
    assert criteria[2].question.get(language) in said
    said = await talk.say(words["change"])
    assert words["changed"] in said
    assert criteria[2].question.get(language) in said
    await talk.press(words["pause"])
    said = await talk.say(words["resume"])
    assert criteria[2].question.get(language) in said
    said = await score_all(talk, "3", "④", "5", "3")
    assert criteria[6].question.get(language) in said
    said = await talk.press("⑤")
    assert words["scored"] in said
    assert "25/30" in said
    assert words["second"] in talk.titles
    async with talk.database.reading() as session:
        rows = {row.criterion: row.value for row in await session.scalars(select(VendorScore))}
    assert rows == dict(zip([each.id for each in criteria], [5, None, 3, 4, 5, 3, 5], strict=True))
    said = await talk.press(words["second"])
    assert words["which"] in said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_two_quotes_stand_side_by_side_neutral_with_ties_unknowns_and_a_paper(talk: Talk, services: Services, language: str) -> None:
    words = WORDS[language]
    await talk.say(HELLO[language])
    await talk.say(words["quote"])
    await talk.say(words["price"])
    await talk.press(words["begin"])
    await score_all(talk, "3", "3", "3", "3", "3", "3", "5")
    await talk.say(words["quote_b"])
    await talk.press(words["begin"])
    await score_all(talk, "5", "3", "3", "3", "3", "3", "3")
    said = await talk.say(words["compare"])
    for expected in (words["tie"], words["neutral"], "23/35", "240,000"):
        assert expected in said
    assert words["missing"] not in said
    assert len(talk.last[0].text) <= LONGEST[language]
    await talk.say(words["by_name"])
    said = await talk.say(words["compare"])
    assert words["tie"] not in said
    assert "22/35" in said
    await talk.press(words["pdf"])
    paper = await paper_of(talk)
    assert "22/35" in paper
    assert "240,000" in paper


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_unknown_stays_a_question_mark_and_is_asked_again_only_on_wish(talk: Talk, services: Services, language: str) -> None:
    words = WORDS[language]
    await talk.say(HELLO[language])
    await talk.say(words["quote"])
    await talk.say(words["unknown"])
    await talk.press(words["begin"])
    await score_all(talk, "3", words["unknown"], "3", "3", "3", "3", "3")
    await talk.say(words["quote_b"])
    said = await talk.say(words["compare"])
    assert words["missing"] in said
    assert services.demo_questions.about("integration", language) in said
    fill = next(title for title in talk.titles if "?" in title)
    said = await talk.press(fill)
    assert services.shortlists.criteria[1].question.get(language) in said
    said = await talk.say("4")
    assert words["scored"] in said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_checkin_of_the_phase_knows_the_quotes_and_asks_for_nothing_that_was_told(
    talk: Talk, services: Services, language: str
) -> None:
    words = WORDS[language]
    await reach_vendor_phase(talk, services, language)
    await talk.travel_to_question()
    said = await talk.say(words["quote"])  # the answer to "how many quotes have come?"
    assert words["noted"] in said
    assert await talk.standing() == []
    await talk.say(words["price"])
    await talk.press(words["begin"])
    await score_all(talk, "4", "4", "4", "4", "4", "4", "4")
    await talk.say(words["quote_b"])
    await talk.press(words["begin"])
    await score_all(talk, "3", "3", "3", "3", "3", "3", "3")
    said = await talk.travel_to_question()
    assert words["known"] in said
    said = await talk.press_payload(talk.last[-1].buttons[0].payload)
    assert [title for title in talk.titles if title in ("A社", "B社", "Acme", "Beta")]
    assert words["evidence"] not in said
    said = await talk.press(talk.titles[0])
    assert words["closed"] in said
    assert words["evidence"] not in said
    async with talk.database.reading() as session:
        assert (await session.scalars(select(FigureRow.value).where(FigureRow.kind == "cost"))).one() == 460_000
        assert (await session.scalars(select(PhaseRow.done_at).where(PhaseRow.number == 3))).one() is not None
        assert (await session.scalars(select(CheckIn.note).where(CheckIn.answer == "done"))).one() in ("A社", "Acme")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_choice_told_without_being_asked_finishes_the_phase_and_asks_only_an_unknown_cost(
    talk: Talk, services: Services, language: str
) -> None:
    words = WORDS[language]
    await reach_vendor_phase(talk, services, language)
    await talk.say(words["quote"])
    await talk.say(words["unknown"])
    said = await talk.say(words["choose"])
    assert words["evidence"] in said
    said = await talk.say("20万円" if language == "ja" else "200,000 yen")
    assert words["closed"] in said
    async with talk.database.reading() as session:
        assert (await session.scalars(select(FigureRow.value).where(FigureRow.kind == "cost"))).one() == 200_000


async def test_a_supplier_is_renamed_and_removed_only_after_a_yes(talk: Talk) -> None:
    await talk.say("こんにちは")
    await talk.say("A社から見積もりが来た、月1万円")
    assert "**A社** の名前を **富士レジ** に直しました" in await talk.say("A社を富士レジに名前を変えて")
    assert "消しますか" in await talk.say("富士レジを消して")
    async with talk.database.reading() as session:
        assert (await session.scalars(select(Vendor.name))).all() == ["富士レジ"]
    stale = next(button.payload for button in talk.last[-1].buttons)
    assert "**富士レジ** を消しました" in await talk.press_payload(stale)
    assert "もう比べる中にありません" in await talk.press_payload(stale)
    assert "まだ1社も伺っていません" in await talk.say("見積もりを並べて見せて")


async def test_a_quote_without_a_name_is_asked_for_its_name_and_nothing_is_taken_for_one(talk: Talk) -> None:
    await talk.say("こんにちは")
    assert "どの会社の見積もりですか" in await talk.say("見積もりが来ました")
    said = await talk.say("CRMって何?")
    assert talk.last[-1].text.startswith("どの会社の見積もりですか")
    assert "会社の名前として読み取れませんでした" in await talk.say("業者です")
    said = await talk.say("富士レジさんです")
    assert "**富士レジ** を控えました。費用は" in said
    assert "金額が読み取れませんでした" in await talk.say("けっこうします")
    assert "費用はまだわかりません" in await talk.press("まだわからない")


async def test_a_guess_or_a_question_changes_no_score(talk: Talk) -> None:
    await talk.say("こんにちは")
    await talk.say("A社から見積もりが来た、月1万円")
    await talk.say("A社のサポートは9")
    await talk.say("A社のサポートはどうですか?")
    await talk.say("A社に決めていません")
    async with talk.database.reading() as session:
        assert (await session.scalars(select(VendorScore))).all() == []
        assert (await session.scalars(select(Vendor.chosen_at))).one() is None


async def test_quotes_of_two_plans_are_kept_apart_by_asking_which(talk: Talk, services: Services) -> None:
    await begin(talk, services, "ja", "simple-crm")
    await talk.start_rollout(services, "bank-feed")
    said = await talk.say("A社から見積もりが来た、月3万円")
    assert "どの取り組みのことですか" in said
    said = await talk.press(talk.titles[1])
    assert "**A社** を控えました。最初の1年は 360,000円" in said
    async with talk.database.reading() as session:
        row = (await session.scalars(select(Vendor))).one()
        assert row.initiative_id is not None


async def test_during_the_assessment_a_quote_is_kept_and_the_question_stays(talk: Talk) -> None:
    await talk.say("診断を始めたい")
    said = await talk.say("A社から見積もりが来た")
    assert "**A社** の見積もりを控えました" in said
    assert "では、診断の続きです。" in said


async def test_more_than_five_are_not_compared_and_one_can_be_removed_for_another(talk: Talk) -> None:
    await talk.say("こんにちは")
    for letter in "ABCDE":
        await talk.say(f"{letter}社から見積もりが来た、月1万円")
    said = await talk.say("F社から見積もりが来た、月1万円")
    assert "5社まで" in said
    assert len(talk.titles) == 5


@pytest.mark.parametrize(
    ("quote", "name", "noted"),
    [
        ("月3万円の見積もりが来ました", "富士レジ", "**富士レジ** を控えました。最初の1年は 360,000円"),
        ("got a quote, 30000 a month", "Fuji", "I've noted **Fuji**. First year: 360,000 "),
    ],
)
async def test_a_price_told_before_the_name_is_not_asked_again(talk: Talk, quote: str, name: str, noted: str) -> None:
    await talk.say(quote)
    assert noted in await talk.say(name)


async def test_a_buttons_words_typed_by_hand_press_it_and_are_no_name(talk: Talk) -> None:
    await talk.say("こんにちは")
    await talk.say("A社から見積もりが来た、月1万円")
    await talk.say("見積もりを並べて見せて")
    async with talk.database.reading() as session:
        vendor = (await session.scalars(select(Vendor.id))).one()
    assert "どうしますか" not in await talk.say("A社はいい感じ")
    await talk.say("B社から見積もりが来た、月1万円")
    await talk.say("見積もりを並べて見せて")
    await talk.say("直す・消す")
    await talk.say("A社")
    assert "どんな名前にしますか" in await talk.say("名前を直す")
    assert "**A社** の名前を **富士レジ** に直しました" in await talk.say("富士レジ")
    async with talk.database.reading() as session:
        assert (await session.get_one(Vendor, vendor)).name == "富士レジ"


async def test_once_the_owner_turns_to_something_else_no_words_are_taken_for_the_name_that_was_asked_for(talk: Talk) -> None:
    await talk.say("こんにちは")
    await talk.say("見積もりが来ました")
    await talk.say("計画を見せて")
    await talk.say("富士レジ")
    async with talk.database.reading() as session:
        assert (await session.scalars(select(Vendor))).all() == []
