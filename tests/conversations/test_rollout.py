"""One rollout from its first check-in to the next initiative, with a travelling clock, in both languages and with the words checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.assistant.agent import load_assistant
from bot.rollout.calendar import WorkingTime
from bot.rollout.checkins import Rollouts, working_time
from bot.services import Services
from bot.storage.tables import AnswerRow, Assessment, CheckIn, Conversation, FigureRow, Initiative, Person
from tests.conversations.talking import Talk

HELLO = {"ja": "こんにちは", "en": "hello"}
EVIDENCE = {
    "ja": [
        *("12月末までに月12時間を5時間に", "田中、年10万円まで", "20万円", "月8時間"),
        *("6人中5人、教え役は佐藤", "3月末に止めて件数も合った", "月5時間"),
    ],
    "en": [
        *("from 12 to 5 hours a month by December", "Tanaka, up to 100,000 yen", "200,000 yen", "8 hours a month"),
        *("5 of 6, ask Sato", "at the end of March, totals agree", "5 hours a month"),
    ],
}
WORDS = {
    "ja": {
        "figures": ("月12時間", "月5時間"),
        "hour": "2,000円",
        "planned": "約15か月で回収の見込み",
        "summary": "月12時間 → 月5時間",
        "payback": "費用は約15か月で回収の見込みです(目安)。計画では約15か月でした。",
        "all_done": "8つの段階がすべて終わりました",
        "higher": "前回はレベル1、今回は **レベル2**",
        "next": "次の一歩は、どれにしますか",
        "evidence": "1つだけ教えてください",
        "closed": "が終わりました",
    },
    "en": {
        "figures": ("12 hours a month", "5 hours a month"),
        "hour": "2,000 yen",
        "planned": "back in about 15 months",
        "summary": "12 hours a month → 5 hours a month",
        "payback": "The cost should be back in about 15 months (rule of thumb). The plan said about 15.",
        "all_done": "all eight phases",
        "higher": "you were at level 1 and are now at **level 2**",
        "next": "Which one shall be the next step?",
        "evidence": "One thing for the record",
        "closed": "is finished",
    },
}


async def open_states(talk: Talk) -> list[str]:
    async with talk.database.reading() as session:
        return list(await session.scalars(select(CheckIn.state).where(CheckIn.state.in_(("pending", "rung", "asked")))))


async def begin(talk: Talk, services: Services, language: str = "ja", action: str = "weekly-number") -> int:
    """An owner of a restaurant with an assessment behind them and a rollout that begins today."""
    await talk.say(HELLO[language])
    async with talk.database.transaction() as session:
        person = (await session.get_one(Conversation, talk.key)).person
        person.industry, person.size, person.pain, person.checkin_hour = "restaurant", "6-20", "manual-work", 10
        now = talk.clock()
        earlier = Assessment(person_id=person.id, trail=[], is_open=False, express_shown=True, started_at=now, touched_at=now)
        session.add(earlier)
        await session.flush()
        for question in services.questionnaire.questions:
            session.add(AnswerRow(assessment_id=earlier.id, question=question.id, kind="value", value=1, answered_at=now))
    return await talk.start_rollout(services, action)


async def press_first(talk: Talk) -> str:
    """The first answer under the question: done."""
    button = talk.last[-1].buttons[0]
    return await talk.press_payload(button.payload)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_all_eight_phases_to_the_ledger_the_comparison_and_the_next_initiative(
    talk: Talk, services: Services, language: str
) -> None:
    words = WORDS[language]
    await begin(talk, services, language)
    for number, phase in enumerate(services.rollouts.phases[:-1], start=1):
        asked = await talk.travel_to_question()
        assert phase.question.get(language) in asked
        assert talk.titles[:3] == [tap.get(language) for tap in (phase.taps.done, phase.taps.in_progress, phase.taps.blocked)]
        said = await press_first(talk)
        assert words["evidence"] in said
        assert phase.evidence
        assert phase.evidence.get(language) in said
        said = await talk.say(EVIDENCE[language][number - 1])
        assert words["closed"] in said
        assert services.rollouts.phases[number].name.get(language) in said
        assert services.trades.meaning(number + 1, "restaurant", language) in said
        if number == 3:
            said = await talk.say(words["figures"][0])
            said = await talk.say(words["figures"][1])
            said = await talk.press(words["hour"])
            assert words["planned"] in said
        assert await open_states(talk)
    assert words["summary"] in said
    assert words["payback"] in said
    asked = await talk.travel_to_question()
    assert services.rollouts.phases[7].question.get(language) in asked
    said = await press_first(talk)
    assert words["all_done"] in said
    for _ in range(5):
        said = await talk.press("②")
    assert words["higher"] in said
    assert words["next"] in said
    async with talk.database.reading() as session:
        assert (await session.scalars(select(Initiative.state))).all() == ["done"]
        assert {row.kind for row in await session.scalars(select(FigureRow))} == {"before", "target", "hour_value", "cost", "reading"}
    assert await open_states(talk) == []
    said = await press_first(talk)
    assert services.rollouts.phases[0].name.get(language) in said


STUCK = {
    "ja": {
        "money": "見積もりが高くて止まってます",
        "people": "スタッフが嫌がって進まない",
        "vendor": "業者から返事が来なくて止まっています",
        "technology": "エラーが出て先に進めません",
        "time": "忙しくて手が止まってます",
        "unclear": "何から手を付ければいいか、行き詰まってます",
    },
    "en": {
        "money": "we're stuck, it's too expensive",
        "people": "stuck, my staff refuse to use it",
        "vendor": "stalled, the supplier has not replied",
        "technology": "we're stuck with an error at login",
        "time": "stuck, I'm far too busy",
        "unclear": "stuck, I'm not sure where to start",
    },
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_stuck_is_answered_for_each_reason_by_button_and_in_own_words(talk: Talk, services: Services, language: str) -> None:
    await begin(talk, services, language)
    phase = services.rollouts.phases[0]
    for obstacle in services.reply_words.obstacles:
        await talk.travel_to_question()
        said = await talk.press(phase.taps.blocked.get(language))
        assert talk.titles == [each.label.get(language) for each in services.reply_words.obstacles]
        said = await talk.press(obstacle.label.get(language))
        for helped in (obstacle.step, obstacle.ask, obstacle.person, phase.when_blocked):
            assert helped.get(language) in said
        await talk.travel_to_question()
        said = await talk.say(STUCK[language][obstacle.id])
        assert obstacle.label.get(language) in said
        assert obstacle.person.get(language) in said
    async with talk.database.reading() as session:
        rows = (await session.execute(select(CheckIn.obstacle, CheckIn.note).where(CheckIn.answer == "blocked"))).all()
    assert {row.obstacle for row in rows} == set(STUCK[language])
    assert set(STUCK[language].values()) <= {row.note for row in rows}


SILENCE = {
    "ja": ("ひと押しだけで大丈夫です", "もっと小さくしてみましょう", "月に1回だけ"),
    "en": ("one tap is enough", "let's make it smaller", "just once a month"),
}


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_silent_owner_is_asked_more_softly_then_less_and_then_once_a_month(talk: Talk, services: Services, language: str) -> None:
    await begin(talk, services, language)
    await talk.travel_to_question()
    asked_at = talk.clock()
    for words in SILENCE[language]:
        said = await talk.travel_to_question()
        assert words in said
        assert (talk.clock() - asked_at).days >= 2 if words == SILENCE[language][0] else True
    monthly_at = talk.clock()
    said = await talk.travel_to_question()
    assert services.rollouts.phases[0].question.get(language) in said
    assert 27 <= (talk.clock() - monthly_at).days <= 32
    assert await talk.travel() == ""  # nothing is said about a month's silence either
    said = await talk.travel_to_question()
    assert 27 <= (talk.clock() - monthly_at).days - 28 <= 36
    await talk.press(services.rollouts.phases[0].taps.in_progress.get(language))
    async with talk.database.reading() as session:
        assert (await session.scalars(select(Person.checkins_monthly))).one() is False
        outcomes = (await session.execute(select(CheckIn.state, CheckIn.reason).where(CheckIn.state == "missed"))).all()
    assert [row.reason for row in outcomes] == ["no answer to 3 messages", "no answer to 1 messages"]


async def test_two_initiatives_never_ask_two_questions_at_once(talk: Talk, services: Services) -> None:
    first = await begin(talk, services)
    second = await talk.start_rollout(services, "two-step-login")
    asked = set()
    for step in range(40):
        await talk.travel()
        standing = await talk.standing()
        assert len(standing) <= 1
        for checkin in standing:
            asked.add(checkin.initiative_id)
            if step % 3 == 0:
                await talk.say("やっています")
    assert asked == {first, second}


async def test_checkins_of_days_in_which_the_machine_was_down_are_one_question(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    async with talk.database.reading() as session:
        last = (await session.scalars(select(CheckIn.due_at).order_by(CheckIn.due_at.desc()))).first()
    assert last is not None
    talk.clock.now = last
    said = await talk.ring()
    assert said.count(services.rollouts.phases[0].question.ja) == 1
    async with talk.database.reading() as session:
        rows = (await session.execute(select(CheckIn.state, CheckIn.reason).order_by(CheckIn.occurrence))).all()
    assert [row.state for row in rows] == ["asked", "superseded"]
    assert rows[1].reason.startswith("merged into")


async def test_a_question_is_answered_and_the_checkin_stays_open(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    await talk.travel_to_question()
    said = await talk.say("棚卸しに時間がかかるのは、どうしたらいいですか?")
    assert "そのままお待ちしています" in said
    assert len(await talk.standing()) == 1
    await talk.say("終わりました")
    said = await talk.say("CRMって何?")
    assert "が終わりました" not in said


async def test_an_answer_is_taken_once_may_change_and_comes_late_without_blame(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    await talk.travel_to_question()
    under_way = next(button.payload for button in talk.last[-1].buttons if button.title == "合っているが、目標はまだ")
    done = talk.last[-1].buttons[0].payload
    assert "進んでいますね" in await talk.press_payload(under_way)
    assert "もうお答えいただいています" in await talk.press_payload(under_way)
    assert "1つだけ教えてください" in await talk.press_payload(done)  # finished after all
    assert "もうお答えいただいています" in await talk.press_payload(done)
    assert "が終わりました" in await talk.say("なし")
    assert "もうお答えいただいています" in await talk.press_payload(done)


async def test_an_answer_to_a_cancelled_checkin_says_that_the_plan_changed(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    await talk.travel_to_question()
    done = talk.last[-1].buttons[0].payload
    await talk.say("計画を見せて")
    await talk.press("この取り組みをやめる")
    assert "終わりにしました" in await talk.press("はい、やめます")
    assert "予定が変わって終わっています" in await talk.press_payload(done)
    async with talk.database.reading() as session:
        assert set(await session.scalars(select(CheckIn.state))) == {"cancelled"}


async def test_evidence_that_is_never_given_does_not_hold_up_the_phase(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    await talk.travel_to_question()
    await press_first(talk)
    said = await talk.travel_to_question()
    assert "記録なしで次へ進めます" in said
    assert services.rollouts.phases[1].name.ja in said


async def test_progress_is_told_without_being_asked(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    assert "1つだけ教えてください" in await talk.say("終わりました")
    await talk.say("なし")
    await talk.start_rollout(services, "two-step-login")
    said = await talk.say("終わりました")
    assert "どの取り組みのことですか" in said
    assert len(talk.titles) == 2
    assert "1つだけ教えてください" in await talk.press("2段階認証")


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        ("月14時間", "正直に申し上げると、数字は良くなっていません。この数字のままでは、費用の回収は見込めません"),
        ("月12時間", "数字はまだ変わっていません"),
        ("月11時間", "費用の回収には100か月かかります"),
        ("月6回", "効果は比べられません"),
    ],
)
async def test_a_result_that_is_not_good_is_said_kindly_and_honestly(talk: Talk, services: Services, reading: str, words: str) -> None:
    await begin(talk, services)
    told = ["なし", "なし", "20万円", "月12時間", "なし", "2000円", "なし", "なし", "なし", reading]
    answers = iter(told)
    for number in range(1, 8):
        await talk.travel_to_question()
        await press_first(talk)
        said = await talk.say(next(answers))
        if number == 3:
            for _ in range(3):
                await talk.say(next(answers))
    assert words in said


async def test_a_phase_is_shown_with_its_trade_and_its_date_is_moved_by_button(talk: Talk, services: Services) -> None:
    await begin(talk, services)
    await talk.say("計画を見せて")
    said = await talk.press("この段階をくわしく")
    phase = services.rollouts.phases[0]
    assert services.trades.meaning(1, "restaurant", "ja") in said
    for step in phase.steps.ja:
        assert step in said
    assert len(talk.titles) == len(phase.watch)
    await talk.press("日付を動かす")
    later = talk.titles[1]
    said = await talk.press(later)
    assert f"**{later}** までにしました" in said
    assert "次の声かけ" in said
    await talk.say("計画を見せて")
    await talk.press("日付を動かす")
    refused = await talk.press(talk.titles[0])
    assert "までにしました" in refused or "早すぎて" in refused


async def test_a_firm_without_a_working_day_is_told_what_to_put_right(talk: Talk, services: Services, model: Path) -> None:
    def never(person: Person, now: datetime) -> WorkingTime:
        return replace(working_time(person, now), weekdays=frozenset())

    await begin(talk, services)
    closed = replace(services, rollouts=Rollouts(services.rollouts.phases, never))
    later = Talk(talk.database, load_assistant(model, closed), talk.clock, _numbers=talk._numbers)
    await later.say("最初の取り組みを始めよう")
    assert "働く日が1日もありません" in await later.press_payload(later.last[-1].buttons[0].payload)
