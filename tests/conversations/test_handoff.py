"""Speaking with a person: asked for with a summary that was shown, answered in the conversation, and nothing told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import Advisor, open_advisor
from bot.people import handoffs
from bot.services import Services
from bot.settings import Settings
from bot.storage.tables import Assessment, Handoff, HandoffLine, InboxRow
from tests.conversations.talking import Talk, talk_of
from tests.fakes import FakeClock


@pytest.fixture
async def advisor(sqlite_url: str, tmp_path: Path, model: Path, services: Services, clock: FakeClock) -> AsyncIterator[Advisor]:
    """An advisor with somebody behind it."""
    settings = Settings(data_dir=tmp_path / "data", database_url=sqlite_url, operator_token="a token of the tests")
    async with open_advisor(settings, model, services, clock) as advisor:
        yield advisor


@pytest.fixture
def talk(advisor: Advisor, clock: FakeClock) -> Talk:
    """An owner who talks to it."""
    return talk_of(advisor, clock)


async def queued(talk: Talk) -> list[Handoff]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(Handoff).order_by(Handoff.id)))


async def told(talk: Talk) -> list[str]:
    """The words of the owner that reached the operator."""
    async with talk.database.reading() as session:
        lines = select(InboxRow.body).join(HandoffLine, HandoffLine.inbox_id == InboxRow.id).where(~HandoffLine.is_operators)
        return [body["text"] for body in await session.scalars(lines.order_by(HandoffLine.id))]


async def operator_answers(talk: Talk, text: str, key: str = "1") -> str:
    """The operator writes; returns what is said to the owner."""
    (standing, *_) = reversed(await queued(talk))
    async with talk.database.transaction() as session:
        await handoffs.answer(talk.database, session, standing.id, text, key, talk.clock())
    return await talk.listen()


async def operator_closes(talk: Talk) -> str:
    (standing, *_) = reversed(await queued(talk))
    async with talk.database.transaction() as session:
        await handoffs.close(talk.database, session, standing.id, talk.clock())
    return await talk.listen()


async def assess(talk: Talk) -> None:
    await talk.say("診断を始める")
    for number in ("2", "3", "1"):
        await talk.say(number)
    for _ in range(5):
        await talk.press("②")


async def test_the_summary_is_shown_and_goes_along_only_after_a_yes(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await assess(talk)
    await talk.start_rollout(services, "two-step-login")
    await talk.say("補助金は使えますか")
    said = await talk.say("人と話したい")
    for part in ("業種: 飲食", "レベル", "進めている計画", "最後のご質問: 補助金は使えますか"):
        assert part in said
    assert talk.titles == ["要約を添えて頼む", "要約なしで頼む", "今はやめておく"]
    assert await queued(talk) == []
    assert "承りました" in await talk.press("要約を添えて頼む")
    (standing,) = await queued(talk)
    assert standing.summary is not None
    assert standing.summary in said
    assert (standing.state, standing.language) == ("waiting", "ja")


async def test_without_a_summary_nothing_goes_along(talk: Talk) -> None:
    await talk.say("補助金は使えますか")
    await talk.say("担当者につないでください")
    await talk.press("要約なしで頼む")
    (standing,) = await queued(talk)
    assert standing.summary is None


async def test_a_typed_yes_sends_what_was_shown(talk: Talk) -> None:
    await talk.say("補助金は使えますか")
    await talk.say("人と話したい")
    assert "承りました" in await talk.say("はい")
    (standing,) = await queued(talk)
    assert standing.summary == "・最後のご質問: 補助金は使えますか"


async def test_not_now_queues_nobody(talk: Talk) -> None:
    assert "頼みますか" in await talk.say("人と話したい")
    assert "何も届けていません" in await talk.press("今はやめておく")
    assert await queued(talk) == []


async def test_asking_twice_queues_once_and_keeps_the_place(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    assert "もう一度頼む必要はありません" in await talk.say("人と話したい")
    assert "もう一度頼む必要はありません" in await talk.press("窓口に頼む")
    assert len(await queued(talk)) == 1


async def test_the_owner_can_take_it_back_and_the_summary_goes(talk: Talk) -> None:
    await talk.say("補助金は使えますか")
    await talk.say("人と話したい")
    await talk.press("要約を添えて頼む")
    assert "取り下げました" in await talk.press("取り下げる")
    (standing,) = await queued(talk)
    assert (standing.state, standing.summary) == ("withdrawn", None)
    assert "今はありません" in await talk.press("取り下げる")
    with pytest.raises(handoffs.HandoffOver):
        await operator_answers(talk, "遅すぎました")


async def test_a_person_answers_in_the_conversation_and_the_reply_goes_back(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    said = await operator_answers(talk, "こんにちは。{phase} の件、どの業務でお困りですか。")
    assert said == "**相談窓口から**\nこんにちは。{phase} の件、どの業務でお困りですか。"
    assert talk.titles == ["窓口に返す", "相談を終える"]
    assert "そのまま相談窓口の担当者に届けます" in await talk.press("窓口に返す")
    assert "届けました" in await talk.say("請求書を減らしたい")
    assert await told(talk) == ["請求書を減らしたい"]
    assert [each.state for each in await queued(talk)] == ["waiting"]
    said = await talk.say("在庫管理アプリとは何ですか")
    assert "届けました" not in said
    assert await told(talk) == ["請求書を減らしたい"]


async def test_several_answers_come_in_order_and_a_repeated_one_comes_once(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    assert "一つ目" in await operator_answers(talk, "一つ目", "a")
    assert await operator_answers(talk, "一つ目", "a") == ""
    assert "二つ目" in await operator_answers(talk, "二つ目", "b")


async def test_the_owner_ends_it_and_a_late_reply_button_offers_a_new_one(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    await operator_answers(talk, "お答えです")
    await talk.press("窓口に返す")
    await operator_closes(talk)
    assert "今の一通は届けていません" in await talk.say("ありがとうございました")
    assert talk.titles == ["人に相談する"]
    assert await told(talk) == []
    assert "頼みますか" in await talk.press("人に相談する")


async def test_closed_without_an_answer_the_owner_is_told(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    assert "お答えできずに受付を終えました" in await operator_closes(talk)
    (standing,) = await queued(talk)
    assert standing.state == "closed"


async def test_never_mind_leaves_the_next_message_to_the_advisor(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    await talk.press("ひとこと書き添える")
    assert "今回は何も届けていません" in await talk.say("やめる")
    await talk.say("こんにちは")
    assert await told(talk) == []


async def test_the_assessment_goes_on_after_each_step(talk: Talk) -> None:
    await talk.say("診断を始める")
    question = (await talk.say("2")).splitlines()[-1]
    assert question in await talk.say("人と話したい")
    assert question in await talk.press("要約を添えて頼む")
    assert question not in await talk.press("ひとこと書き添える")
    assert question in await talk.say("3人でやっています")
    assert await told(talk) == ["3人でやっています"]
    assert question in await operator_answers(talk, "お答えです")
    assert question not in await talk.say("2")


async def test_danger_is_heard_whoever_it_was_meant_for(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    await talk.press("ひとこと書き添える")
    assert "届けました" not in await talk.say("もう死にたい")


async def test_a_photo_does_not_end_the_message_for_the_operator(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    await talk.press("ひとこと書き添える")
    await talk._hand_in(attachment="photo")
    await talk.say("レジの写真でした")
    assert await told(talk) == ["レジの写真でした"]


async def test_deleted_owners_hear_nothing_more(talk: Talk) -> None:
    await talk.say("人と話したい")
    await talk.press("窓口に頼む")
    (standing,) = await queued(talk)
    await talk.say("データをすべて消して")
    async with talk.database.transaction() as session:
        await handoffs.answer(talk.database, session, standing.id, "間に合いません", "1", talk.clock())
    receipt = await talk.press("はい、すべて消す")
    assert "相談窓口への依頼: 1件" in receipt
    assert await talk.listen() == ""
    async with talk.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Handoff)) == 0


async def test_the_same_in_english(talk: Talk) -> None:
    talk.language = "en"
    await talk.say("What is a POS register?")
    said = await talk.say("I want to talk to a person")
    assert "- Last question: What is a POS register?" in said
    assert talk.titles == ["Ask, with the summary", "Ask without it", "Not now"]
    assert "Somebody will answer here" in await talk.press("Ask, with the summary")
    assert "You asked on" in await talk.say("human please")
    assert await operator_answers(talk, "Which till do you use?") == "**From the help desk**\nWhich till do you use?"
    await talk.press("Reply to the desk")
    assert "passed it on" in await talk.say("An old Casio")
    assert await told(talk) == ["An old Casio"]
    await operator_answers(talk, "Keep it.", "2")
    assert "is over" in await talk.press("End this")


async def test_where_nobody_is_set_up_others_are_named(sqlite_url: str, advisor: Advisor, tmp_path: Path, model: Path) -> None:
    settings = Settings(data_dir=tmp_path / "other", database_url=sqlite_url)
    async with open_advisor(settings, model, advisor.services) as alone:
        talk = Talk(alone.database, alone.assistant)
        assert "人の相談員がおりません" in await talk.say("人と話したい")
        assert talk.titles == ["診断の結果を見る"]
        assert await queued(talk) == []


async def test_what_was_asked_last_and_the_level_are_kept_for_the_operators_tables(talk: Talk) -> None:
    await talk.say("診断を始める")
    async with talk.database.reading() as session:
        assert await session.scalar(select(Assessment.asking)) == "industry"
    for number in ("2", "3", "1"):
        await talk.say(number)
    for _ in range(5):
        await talk.press("②")
    async with talk.database.reading() as session:
        assert await session.scalar(select(Assessment.level)) == 2
