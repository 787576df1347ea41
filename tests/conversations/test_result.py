"""The result explains itself, and the second one knows the first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.services import Services
from tests.conversations.talking import Talk
from tests.conversations.test_off_the_path import FIRM, begin


async def express(talk: Talk, mark: str = "②") -> str:
    await begin(talk, *FIRM)
    said = ""
    for _ in range(5):
        said = await talk.press(mark)
    return said


async def test_every_line_of_advice_says_why_and_what_would_change_it(talk: Talk) -> None:
    await express(talk)
    said = await talk.press("1. なぜ?")
    assert "おすすめするわけ" in said
    assert "もとになったお答え" in said
    assert "この提案は外れます" in said
    assert talk.last[0].rests_on


async def test_the_result_shows_single_steps_that_lift_a_level(talk: Talk) -> None:
    said = await express(talk, "①")
    assert "あと一歩で変わる所" in said
    assert "1→2" in said


async def test_the_trade_the_challenges_and_the_peers_are_shown(talk: Talk) -> None:
    await express(talk, "①")
    assert "飲食の進め方" in await talk.press("同じ業種の進め方")
    assert "つまずきやすい所と、その手当て" in await talk.press("つまずきやすい所")
    said = await talk.press("ほかの会社と比べる")
    assert "2021年の調査" in said
    assert "おおよそ" in said
    assert "30社" in said


async def test_estimated_answers_are_marked_and_can_be_given_after_all(talk: Talk) -> None:
    await express(talk, "①")
    said = await talk.press("推定の答えを見る")
    assert "打ち直し: ①" in said
    assert "(推定)" in said
    said = await talk.press("打ち直し")
    assert "打ち直していますか" in said


async def test_payback_uses_the_owners_figures_only(talk: Talk) -> None:
    await express(talk)
    assert "ご自分の数字だけ" in await talk.press("元が取れる時期を計算")
    said = await talk.say("費用30万円、月額5000円、月10時間、時給1500円")
    assert "約30.0か月" in said


async def test_a_second_check_shows_the_trend_and_what_changed(talk: Talk) -> None:
    await express(talk, "①")
    await talk.say("はい")
    for _ in range(9):
        said = await talk.press("①")
    assert "全部の質問が終わりました" in said
    talk.clock.now += timedelta(days=180)
    await talk.say("診断を始める")
    await talk.press("もう一度診断する")
    for _ in range(5):
        said = await talk.press("②")
    assert "前回(" in said
    assert "技術採用: 1→2" in said
    assert "毎日使う道具: ①→②" in said


async def test_a_colleague_joins_by_the_code_and_the_owner_sees_where_they_differ(talk: Talk) -> None:
    await express(talk, "④")
    said = await talk.press("ほかの人にも答えてもらう")
    code = said.split("参加 ")[1][:8]
    other = Talk(talk.database, talk.assistant, talk.clock, key="web:other")
    assert "要の5問だけ" in await other.say(f"参加 {code}")
    for _ in range(5):
        await other.press("①")
    said = await talk.press("ほかの人にも答えてもらう")
    assert "あなた ④、ほかの1人 ①" in said
    assert "見え方が違います" in said
    assert "見つかりませんでした" in await other.say("参加 ABCDEFGH")


TRADES = ["小売", "飲食", "製造", "建設", "専門サービス", "医療", "不動産", "教育", "運輸", "金融"]


@pytest.mark.parametrize("trade", TRADES)
async def test_each_trade_reaches_its_result_and_its_own_way(talk: Talk, services: Services, trade: str) -> None:
    await talk.say("こんにちは")
    await talk.press("診断を始める")
    await talk.press(trade)
    await talk.press("2")
    await talk.press("手作業")
    for _ in range(5):
        said = await talk.press("②")
    assert "速報" in said
    assert "5. " in await talk.press("同じ業種の進め方")
