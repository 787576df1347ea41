"""Owners say when in their own words; what follows is said back, and can be undone."""

from __future__ import annotations

import pytest

from bot.services import Services
from bot.storage.tables import Conversation
from tests.conversations.talking import Talk

HELLO = {"ja": "こんにちは", "en": "hello"}


@pytest.fixture
def begin(services: Services):  # type: ignore[no-untyped-def]
    async def begin(talk: Talk, language: str) -> None:
        """An owner with a plan under way."""
        talk.language = language
        await talk.say(HELLO[language])
        async with talk.database.transaction() as session:
            conversation = await session.get_one(Conversation, talk.key)
            await services.rollouts.start(session, conversation.person, "weekly-number", 1, talk.clock())

    return begin


@pytest.mark.parametrize(
    ("language", "later", "choice", "said", "when"),
    [
        ("ja", "あとで", "3日後", "来週の火曜の朝に", "12月1日(火)"),
        ("en", "later", "In three days", "tuesday morning next week", "Tuesday 1 December"),
    ],
)
async def test_a_checkin_is_put_off_in_the_owners_own_words(
    talk: Talk, begin, language: str, later: str, choice: str, said: str, when: str  # type: ignore[no-untyped-def]
) -> None:
    await begin(talk, language)
    await talk.wait_for_checkin()
    await talk.say(later)
    assert choice in talk.titles
    answer = await talk.say(said)
    assert when in answer
    assert "9" in answer
    await talk.wait_for_checkin()


@pytest.mark.parametrize(
    ("language", "said", "words", "undo"),
    [
        ("ja", "毎週金曜の16時にしてください", ("毎週 金曜", "16:00", "次の声かけ"), "元に戻す"),
        ("en", "every other friday at 4 please", ("every 2 weeks on Friday", "16:00", "next check-in"), "Undo"),
        ("ja", "土日は避けて平日の夕方に", ("平日", "16:00〜19:00"), "元に戻す"),
        ("ja", "毎月15日に聞いて", ("毎月 15日",), "元に戻す"),
        ("en", "check in on the second wednesday of every month", ("every month on the second Wednesday",), "Undo"),
    ],
)
async def test_a_schedule_is_said_back_and_can_be_undone(
    talk: Talk, begin, language: str, said: str, words: tuple[str, ...], undo: str  # type: ignore[no-untyped-def]
) -> None:
    await begin(talk, language)
    answer = await talk.say(said)
    for each in words:
        assert each in answer
    undone = await talk.press(undo)
    assert ("段階の進みに合わせて" if language == "ja" else "as the phase needs it") in undone
    assert ("戻せる変更はありません" if language == "ja" else "no change to undo") in await talk.press(undo)


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        ("ja", "年末年始は連絡を止めてもらえますか", "毎年 **12月29日(火)から1月3日(日)まで**"),
        ("en", "no reminders until january", "until **Friday 1 January**"),
    ],
)
async def test_a_pause_with_an_end_is_a_rest(talk: Talk, begin, language: str, said: str, words: str) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, language)
    assert words in await talk.say(said)


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        ("ja", "毎月2月30日に連絡して", "カレンダーにありません"),
        ("en", "change the check-ins to 31 june", "isn't in the calendar"),
    ],
)
async def test_an_impossible_date_is_said_so_with_choices(talk: Talk, begin, language: str, said: str, words: str) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, language)
    assert words in await talk.say(said)
    assert talk.titles


async def test_what_is_not_understood_shows_how_it_is_with_choices(talk: Talk, begin) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, "ja")
    said = await talk.say("チェックインの時間を変更したい")
    assert "平日、9:00〜18:00" in said
    assert "15:00" in await talk.press("15時")


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        ("ja", "火曜定休なので送らないで", "月曜、水曜、木曜、金曜"),
        ("ja", "ハワイにいます", "Pacific/Honolulu"),
        ("en", "I'm in London time", "Europe/London"),
        ("ja", "研修を2週間遅らせて", "後ろの段階も"),
        ("en", "push the pilot back two weeks", "moved along"),
        ("ja", "パイロットは1月からにしたい", "いちばん早くて"),
    ],
)
async def test_days_off_zones_and_phases_are_followed(talk: Talk, begin, language: str, said: str, words: str) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, language)
    assert words in await talk.say(said)


async def test_the_earliest_day_that_is_offered_can_be_taken(talk: Talk, begin) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, "ja")
    await talk.say("パイロットは1月からにしたい")
    assert "動かしました" in await talk.press("その日からにする")


async def test_a_stop_and_a_resume(talk: Talk, begin) -> None:  # type: ignore[no-untyped-def]
    await begin(talk, "ja")
    assert "止めました" in await talk.say("通知を止めて")
    assert "次の声かけ" in await talk.press("声かけを再開する")
