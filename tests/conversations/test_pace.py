"""An owner's time is short: messages and minutes to the result, by a reader of 500 characters a minute who needs 6 seconds a tap."""

from __future__ import annotations

from tests.conversations.talking import Talk

CHARACTERS_A_MINUTE = 500
SECONDS_A_TAP = 6


async def test_the_express_result_comes_within_ten_messages_and_the_whole_check_within_eight_minutes(talk: Talk) -> None:
    said, taps = [await talk.say("こんにちは")], 1
    for title in ("診断を始める", "飲食", "6", "手作業", "②", "②", "②", "②", "②"):
        said.append(await talk.press(title))
        taps += 1
    assert taps <= 10
    assert "速報" in said[-1]
    questions = said[:-1]
    said.append(await talk.press("診断を続ける"))
    taps += 1
    while "全部の質問が終わりました" not in said[-1]:
        questions.append(said[-1])
        said.append(await talk.press("②"))
        taps += 1
    minutes = sum(map(len, questions)) / CHARACTERS_A_MINUTE + taps * SECONDS_A_TAP / 60
    assert minutes <= 8
