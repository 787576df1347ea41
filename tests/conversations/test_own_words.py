"""Owners answer as they talk, take back what they said, and say what no plan foresaw."""

from __future__ import annotations

import pytest

from tests.conversations.talking import Talk
from tests.conversations.test_off_the_path import FIRM, begin

FIRM_EN = ("I run a small restaurant", "6 of us", "manual work")


async def begin_in_english(talk: Talk) -> str:
    talk.language = "en"
    await talk.say("hello")
    said = await talk.press("Start the check")
    for each in FIRM_EN:
        said = await talk.say(each)
    return said


async def test_free_text_alone_leads_to_the_express_result(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = ""
    tools, work = "紙と電話とFAXだけでやってます", "注文も請求も全部手書きで、人の手です"
    for told in (tools, work, "月末にノートにまとめて売上を足すだけ", "お客さんとは電話だけです", "効果はまだ全然ないなあ"):
        said = await talk.say(told)
        if "下のどちらか" in said:
            said = await talk.press(next(title for title in talk.titles if title.startswith("①")))
    assert "速報" in said
    assert "レベル1 基本" in said


async def test_a_sure_answer_is_recorded_and_said_back_in_one_line(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = await talk.say("紙と電話とFAXだけでやってます")
    assert "「① 紙・電話・FAX" in said
    assert "「戻る」で直せます" in said
    assert "(5/8)" in said


async def test_an_unsure_answer_gets_its_two_nearest_options_as_buttons(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = await talk.say("紙も残ってるけど、ソフトもちょっとだけつながってるような")
    assert "(4/8)" in said
    assert "(5/8)" not in said
    assert sum(title[0] in "①②③④⑤" for title in talk.titles) == 2
    assert "ほかの選択肢を見る" in talk.titles


@pytest.mark.parametrize(("typed", "marks"), [("3か4かな", "③と④"), ("2寄りの3", "②と③")])
async def test_between_two_levels_the_owner_is_asked_which(talk: Talk, typed: str, marks: str) -> None:
    await begin(talk, *FIRM)
    said = await talk.say(typed)
    assert f"{marks} のあいだ" in said
    assert len([title for title in talk.titles if title[0] in marks]) == 2


@pytest.mark.parametrize("typed", ["前より良くなった", "7", "out of ten maybe six"])
async def test_what_names_no_option_gets_a_sensible_question_back(talk: Talk, typed: str) -> None:
    await begin(talk, *FIRM)
    said = await talk.say(typed)
    assert "(4/8)" in said
    assert "として記録しました" not in said


async def test_a_complaint_is_still_a_question_to_us(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = await talk.say("棚卸しに丸一日かかる")
    assert "お店の在庫管理" in said
    assert "(4/8)" in said


async def test_several_answers_in_one_message_are_all_recorded_and_not_asked_again(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = await talk.say("紙と電話とFAXだけでやってます。パスワードは全員同じで使い回してます")
    assert "まとめて記録しました" in said
    assert "毎日使う道具: ①" in said
    assert "パスワードとデータの守り: ①" in said
    assert "(6/9)" in said or "(5/8)" in said


async def test_the_last_answer_is_corrected_and_the_open_question_stays_open(talk: Talk) -> None:
    await begin(talk, *FIRM)
    await talk.press("③")
    said = await talk.say("さっきの答え、やっぱり1")
    assert "「毎日使う道具」のお答えを直しました" in said
    assert "③" in said
    assert "→ ①" in said
    assert "(5/8)" in said
    assert "注文や予約を受けてから請求まで" in said


async def test_an_answer_is_corrected_by_its_name_in_english(talk: Talk) -> None:
    await begin_in_english(talk)
    await talk.press("②")
    said = await talk.say("change the tools one to 3")
    assert "Changed your answer on “Everyday tools”" in said
    assert "How does work move" in said


async def test_several_answers_are_taken_back_by_position(talk: Talk) -> None:
    await begin_in_english(talk)
    await talk.press("②")
    await talk.press("②")
    said = await talk.say("the last two were wrong")
    assert "Everyday tools, From order to invoice" in said
    assert "(4/8)" in said


async def test_after_the_result_a_correction_derives_everything_again(talk: Talk) -> None:
    await begin(talk, *FIRM)
    for _ in range(5):
        said = await talk.press("①")
    assert "(0%)" in said
    said = await talk.say("毎日使う道具の質問、3に直して")
    assert "お答えを直しました" in said
    assert "計算し直しました" in said
    assert "(10%)" in said


async def test_distress_is_answered_by_a_human_word_before_anything_else(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = await talk.say("もう店を畳もうかと")
    assert "よろず支援拠点" in said
    assert "商工会議所" in said
    assert "(4/8)" not in said
    assert "仕事で毎日使う道具" in await talk.say("続き")


async def test_distress_in_english_points_to_people_who_help(talk: Talk) -> None:
    await begin_in_english(talk)
    said = await talk.say("thinking of closing down for good")
    assert "chamber of commerce" in said
    assert "(4/8)" not in said


async def test_abuse_another_firm_and_a_page_of_text_each_have_their_answer(talk: Talk) -> None:
    await begin(talk, *FIRM)
    assert "損ねてしまったなら" in await talk.say("このポンコツ、黙れ")
    assert "ご自身の会社について" in await talk.say("これは取引先の話なんだけど、全部紙でやってるらしい")
    said = await talk.say("うちの店の話を長々と書きます。" * 60)
    assert "(4/8)" in said
