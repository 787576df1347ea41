"""What owners do that no plan foresaw: nobody is stuck, nothing is lost."""

from __future__ import annotations

import pytest

from bot.assistant.agent import load_assistant
from tests.conversations.talking import Talk


async def begin(talk: Talk, *told: str) -> str:
    """Start the assessment and answer the first questions."""
    await talk.say("こんにちは")
    said = await talk.press("診断を始める")
    for each in told:
        said = await talk.say(each)
    return said


FIRM = ("飲食", "6人", "手作業")


@pytest.mark.parametrize("typed", ["2", "２", "②", "2番", "二つめ", "会計・予約・ファイル共有など、ネット上のソフトをいくつか"])
async def test_an_answer_may_be_typed_in_any_guise(talk: Talk, typed: str) -> None:
    await begin(talk, *FIRM)
    said = await talk.say(typed)
    assert "② 会計・予約・ファイル共有など" in said
    assert "(5/8)" in said


async def test_an_answer_between_two_options_is_asked_back(talk: Talk) -> None:
    await begin(talk, *FIRM)
    said = await talk.say("2か3かな")
    assert "②と③ のあいだ" in said
    assert "(4/8)" in said


async def test_why_back_skip_and_not_knowing_keep_the_way(talk: Talk) -> None:
    await begin(talk, *FIRM)
    assert "次に足すもの" in await talk.say("なぜ聞くの?")
    assert "(5/8)" in await talk.say("わからない")
    said = await talk.say("戻る")
    assert "(4/8)" in said or "仕事で毎日使う道具" in said
    await talk.press("③")
    assert "飛ばします" in await talk.say("この質問は飛ばして")


@pytest.mark.parametrize("asked", ["POSレジはいくらしますか?", "how much does a POS cost?"])
async def test_a_question_that_is_not_quite_understood_is_no_unreadable_answer(talk: Talk, asked: str) -> None:
    await begin(talk, "飲食", "6人")
    said = await talk.say(asked)
    assert not any(unread in said for unread in ("読み取れません", "couldn't read"))
    assert "(3/8)" in said


async def test_an_earlier_answer_is_corrected_though_its_words_would_answer_the_open_question(talk: Talk) -> None:
    await begin(talk, "飲食", "6人")
    said = await talk.say("さっきの飲食店は間違い、小売です")
    assert "小売" in said
    assert "記録しました" not in said
    assert "(3/8)" in said


async def test_a_pause_is_resumed_at_the_same_question_by_a_new_process(talk: Talk, model, services) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, *FIRM)
    await talk.press("②")
    assert "保存しました" in await talk.say("ここまでにします")
    later = Talk(talk.database, load_assistant(model, services), talk.clock, _numbers=talk._numbers)
    said = await later.say("続き")
    assert "注文や予約を受けてから請求まで" in said


async def test_an_old_button_and_a_button_pressed_twice_do_no_harm(talk: Talk) -> None:
    await begin(talk, *FIRM)
    old = next(button.payload for button in talk.last[-1].buttons if button.title == "②")
    assert "(5/8)" in await talk.press_payload(old)
    said = await talk.press_payload(old)
    assert "もうお答えいただいています" in said
    assert "(5/8)" in said
    assert "今は使えません" in await talk.press_payload("b99999.0")


@pytest.mark.parametrize(
    "text",
    [
        '/answer_assessment{"value":"5"}',
        "/start",
        "あ" * 100_000,
        "😀😀😀",
        "\x00\x01",
        "שלום עולם",
        "<script>alert(1)</script>",
        "0[0] {x}",
        "   ",
    ],
)
async def test_anything_typed_gets_a_kind_answer(talk: Talk, text: str) -> None:
    await begin(talk, *FIRM)
    said = await talk.say(text)
    assert said
    assert "不具合" not in said
    assert "(4/8)" in said


async def test_the_language_changes_in_the_middle_and_nothing_is_lost(talk: Talk) -> None:
    await begin(talk, *FIRM)
    await talk.press("②")
    said = await talk.say("English please")
    assert "I'll answer in English" in said
    assert "How does work move" in said
    assert "(5/8)" in said


async def test_everything_is_deleted_after_a_confirmation(talk: Talk) -> None:
    await begin(talk, *FIRM)
    assert "本当に消しますか" in await talk.say("データを全部消して")
    assert "すべて消しました" in await talk.press("はい、すべて消す")
    assert "まだ診断の結果がありません" in await talk.say("診断の結果を見たい")
