"""The weekly summary: asked for in words, on a day of the owner's, with what was done, what is stuck and what comes next; and stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.messaging.message import Incoming
from bot.services import Services
from bot.storage.tables import Digest
from tests.conversations.talking import Talk

HELLO = {"ja": "こんにちは", "en": "hello"}
WORDS = {
    "ja": {
        "start": "週に1回まとめて知らせて",
        "on": ("毎週月曜に", "最初は **11月30日(月) 10時0", "今のままです"),
        "friday": "毎週金曜にまとめて知らせて",
        "on_friday": ("毎週金曜に", "12月4日(金)"),
        "stop": "週のまとめをやめて",
        "off": "週のまとめを止めました",
        "was_off": "いまはお送りしていません",
        "title": ("**まとめ**(11/23〜11/30)",),
        "nothing": "新しい記録はありません",
        "now": ("▶ 今は「", "次の声かけ:"),
        "waiting": "お返事をお待ちしていること",
        "stuck": ("止まっている所: ", "小さな一歩: "),
        "done": "が終わりました",
        "note": "伺ったこと: 12月末までに月12時間を5時間に",
        "obstacle": "見積もりが高くて止まってます",
        "finished": "終わりました",
        "evidence": "12月末までに月12時間を5時間に",
    },
    "en": {
        "start": "send me a weekly digest",
        "on": ("once a week, on Monday", "first summary comes on **Monday 30 November, about 10:0", "stay as they are"),
        "friday": "send the digest on Fridays",
        "on_friday": ("on Friday", "Friday 4 December"),
        "stop": "stop the weekly digest",
        "off": "stopped the weekly summary",
        "was_off": "not sending a weekly summary",
        "title": ("**Your summary** (23 Nov to 30 Nov)",),
        "nothing": "Nothing new on record",
        "now": ("▶ Now: “", "Next check-in:"),
        "waiting": "Still open:",
        "stuck": ("Stuck on: ", "A smaller step: "),
        "done": "is finished",
        "note": "You told me: from 12 to 5 hours a month by December",
        "obstacle": "we're stuck, it's too expensive",
        "finished": "it's done",
        "evidence": "from 12 to 5 hours a month by December",
    },
}


async def due_at(talk: Talk) -> datetime:
    """When the next summary comes."""
    async with talk.database.reading() as session:
        found = await session.scalar(select(Digest.due_at))
    assert found is not None
    return found


async def wait_for_digest(talk: Talk) -> str:
    """Travel to the next summary, answering nothing on the way, and return only what it says."""
    wanted = await due_at(talk)
    while True:
        talk.clock.now += timedelta(hours=4)
        if talk.clock.now >= wanted:
            talk.clock.now = wanted
        said = await talk.ring()
        if talk.clock.now >= wanted:
            return next((reply.text for reply in talk.last if "Your summary" in reply.text or "**まとめ**" in reply.text), said)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_it_is_asked_for_moved_to_another_day_and_stopped_in_words(talk: Talk, services: Services, language: str) -> None:
    words = WORDS[language]
    await talk.say(HELLO[language])
    await talk.start_rollout(services)
    said = await talk.say(str(words["start"]))
    for word in words["on"]:
        assert word in said
    await wait_for_digest(talk)
    said = await talk.say(str(words["friday"]))
    for word in words["on_friday"]:
        assert word in said
    assert words["off"] in await talk.say(str(words["stop"]))
    assert words["was_off"] in await talk.say(str(words["stop"]))
    talk.clock.now += timedelta(days=30)
    assert "まとめ**" not in await talk.ring()


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_it_tells_what_was_done_what_is_stuck_and_what_comes_next(talk: Talk, services: Services, language: str) -> None:
    words, phases = WORDS[language], services.rollouts.phases
    await talk.say(HELLO[language])
    await talk.start_rollout(services)
    await talk.say(str(words["start"]))
    said = await wait_for_digest(talk)
    for word in (*words["title"], words["nothing"], words["waiting"], words["now"][0], phases[0].name.get(language)):
        assert word in said
    assert phases[0].question.get(language) in said
    await talk.say(str(words["obstacle"]))
    said = await wait_for_digest(talk)
    for word in (*words["stuck"], phases[0].when_blocked.get(language)):
        assert word in said
    await talk.say(str(words["finished"]))
    await talk.say(str(words["evidence"]))
    said = await wait_for_digest(talk)
    assert words["note"] in said
    assert words["done"] in said
    assert phases[0].name.get(language) in said
    assert phases[1].name.get(language) in said
    assert words["stuck"][0] not in said


async def test_every_plan_is_in_the_one_message(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(services)
    await talk.start_rollout(services, "two-step-login")
    await talk.say("週のまとめを送って")
    said = await wait_for_digest(talk)
    assert said.count("▶ 今は「") == 2
    assert "2段階認証" in said


async def test_its_buttons_lead_on(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(services)
    await talk.say("週のまとめを送って")
    await wait_for_digest(talk)
    assert "何曜日にお届けしましょうか" in await talk.press("曜日を変える")
    assert "毎週水曜に" in await talk.press("水曜")
    await wait_for_digest(talk)
    assert "の計画です" in await talk.press("計画を見る")
    assert "週のまとめを止めました" in await talk.press("まとめをやめる")


async def test_two_months_of_a_machine_that_was_down_are_one_summary(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(services)
    await talk.say("週のまとめを送って")
    talk.clock.now = await due_at(talk) + timedelta(weeks=8)
    assert (await talk.ring()).count("**まとめ**") == 1
    assert "**まとめ**" not in await talk.ring()


async def test_a_summary_that_has_rung_is_not_sent_to_whoever_stopped_it_meanwhile(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(services)
    await talk.say("週のまとめを送って")
    async with talk.database.transaction() as session:
        digest = (await session.scalars(select(Digest))).one()
        digest.state = "rung"  # the bell has rung and its turn is still to come
        digest_id = digest.id
    await talk.say("週のまとめをやめて")
    assert await _due(talk, digest_id) == ""


async def _due(talk: Talk, digest: int) -> str:
    await talk.desk.receive(Incoming("clock", f"digest:{digest}:1", talk.key, digest=digest))
    return await talk.listen()


async def test_stop_ends_it_with_the_checkins_and_resume_brings_both_back(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(services)
    await talk.say("週のまとめを送って")
    await talk.say("しばらく連絡しないで")
    talk.clock.now += timedelta(days=21)
    assert await talk.ring() == ""
    await talk.say("リマインダーを再開して")
    assert "**まとめ**" in await wait_for_digest(talk)


async def test_whoever_wants_nothing_but_the_summary_gets_nothing_but_the_summary(talk: Talk, services: Services) -> None:
    await talk.say("こんにちは")
    await talk.start_rollout(services)
    await talk.say("しばらく連絡しないで")
    await talk.say("週に1回まとめて知らせて")
    said = await wait_for_digest(talk)
    assert "**まとめ**" in said
    assert "次の声かけ" not in said
    assert len(await talk.standing()) == 0


async def test_without_a_plan_there_is_nothing_to_sum_up(talk: Talk) -> None:
    await talk.say("こんにちは")
    assert "まだ計画がありません" in await talk.say("週に1回まとめて知らせて")
