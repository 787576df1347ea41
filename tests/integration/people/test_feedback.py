"""An answer is liked or not; a disliked question's words are kept with consent only, without who asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from bot.messaging.message import Incoming
from bot.people.data import erase
from bot.people.profiles import Defaults, open_conversation
from bot.people.questions import note, unserved
from bot.services import ROOT, Services
from bot.storage.database import Database
from bot.storage.tables import Person, Question
from bot.turn import CURRENT, Turn
from dialogues.actions.feedback import Consent, Feedback
from knowledge.base import load_knowledge
from tests.fakes import MORNING

CRM, RPA, AI = "component/crm", "technology/rpa", "technology/ai-ml"
ASKED = {"knowledge_question": "お客様の 090-1234-5678 が消えた", "knowledge_topic": CRM}


class Talk:
    """One owner pressing buttons: every press is a turn of its own, with the slots that the turns before have left."""

    def __init__(self, database: Database, services: Services, **slots: Any) -> None:
        self.database = database
        self.actions = {"answer_feedback": Feedback(services), "question_consent": Consent(services)}
        self.slots: dict[str, Any] = dict(slots)

    async def press(self, action: str, **meaning: str) -> list[dict[str, Any]]:
        """What is said."""
        entities = [{"entity": name, "value": value} for name, value in meaning.items()]
        tracker = Tracker("web:a", self.slots, {"entities": entities}, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        async with self.database.transaction() as session:
            conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
            token = CURRENT.set(Turn(session, conversation, Incoming("web", "1", "web:a"), MORNING))
            events = await self.actions[action].run(dispatcher, tracker, {})
            CURRENT.reset(token)
        self.slots |= {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        return dispatcher.messages

    async def kept(self) -> list[Question]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Question)))


@pytest.fixture(scope="module")
def content() -> Services:
    return cast(Services, SimpleNamespace(knowledge=load_knowledge(ROOT / "knowledge"), phrases=None))


@pytest.fixture
def talk(database: Database, content: Services) -> Talk:
    return Talk(database, content, **ASKED)


def responses(messages: list[dict[str, Any]]) -> list[str]:
    return [message["response"] for message in messages]


async def test_thanks_for_a_good_word_and_nothing_is_kept(talk: Talk) -> None:
    assert responses(await talk.press("answer_feedback", topic=CRM, value="good")) == ["utter_feedback_good"]
    assert await talk.kept() == []


async def test_a_bad_word_brings_an_apology_the_next_topics_and_one_question_for_consent(talk: Talk) -> None:
    said = await talk.press("answer_feedback", topic=CRM, value="bad", others=f"{RPA},no/topic,{AI}")
    assert responses(said) == ["utter_feedback_bad_others", "utter_question_consent"]
    assert [button["payload"].partition("?")[2] for button in said[0]["buttons"]] == ["topic=technology%2Frpa", "topic=technology%2Fai-ml"]
    assert said[1]["topic"] == CRM
    assert await talk.kept() == []
    assert responses(await talk.press("answer_feedback", topic=CRM, value="bad")) == ["utter_feedback_bad"]


async def test_consent_keeps_the_question_that_it_was_asked_about_masked_and_only_once(talk: Talk) -> None:
    await talk.press("answer_feedback", topic=CRM, value="bad")
    for _ in range(2):
        assert responses(await talk.press("question_consent", yes="1", topic=CRM)) == ["utter_question_consent_yes"]
    await talk.press("answer_feedback", topic=CRM, value="bad")
    (kept,) = await talk.kept()
    assert (kept.text, kept.language, kept.topic) == ("お客様の *** が消えた", "ja", CRM)
    assert (kept.verdict, kept.feedback, kept.asked_on) == ("answer", "bad", MORNING.date())


async def test_with_consent_a_disliked_question_is_kept_and_the_owner_is_told(talk: Talk) -> None:
    await talk.press("question_consent", yes="1")
    said = responses(await talk.press("answer_feedback", topic=CRM, value="bad"))
    assert said == ["utter_feedback_bad", "utter_feedback_passed_on"]
    assert len(await talk.kept()) == 1


async def test_a_question_without_an_answer_is_kept_as_such_after_consent(talk: Talk) -> None:
    talk.slots["knowledge_topic"] = None
    await talk.press("question_consent", yes="1")
    (kept,) = await talk.kept()
    assert (kept.topic, kept.verdict, kept.feedback) == (None, "nothing", None)


async def test_the_button_of_an_older_answer_tells_nothing_about_the_last_question(talk: Talk) -> None:
    await talk.press("question_consent", yes="1", topic=RPA)
    await talk.press("answer_feedback", topic=RPA, value="bad")
    assert await talk.kept() == []


async def test_who_has_said_no_is_not_asked_again_and_nothing_is_kept(talk: Talk) -> None:
    assert responses(await talk.press("question_consent", yes="0")) == ["utter_question_consent_no"]
    assert responses(await talk.press("answer_feedback", topic=CRM, value="bad")) == ["utter_feedback_bad"]
    assert await talk.kept() == []


async def test_a_kept_question_leaves_with_its_owner(talk: Talk) -> None:
    await talk.press("question_consent", yes="1", topic=CRM)
    assert len(await talk.kept()) == 1
    async with talk.database.transaction() as session:
        conversation, _ = await open_conversation(session, "web:a", None, Defaults(), MORNING)
        await erase(session, conversation.person, conversation, MORNING)
    async with talk.database.reading() as session:
        (person,) = await session.scalars(select(Person))
    assert person.shares_questions is None
    assert await talk.kept() == []


async def test_authors_see_what_got_no_answer_or_a_disliked_one_newest_first(database: Database) -> None:
    async with database.transaction() as session:
        person = Person(language="ja", time_zone="Asia/Tokyo", created_at=MORNING, shares_questions=True)
        for text, verdict, feedback in (("a", "nothing", None), ("b", "answer", "good"), ("c", "choice", None), ("d", "answer", "bad")):
            assert await note(session, person, text, "en", None, verdict, feedback, MORNING.date())
        assert not await note(session, person, " ", "en", None, "nothing", None, MORNING.date())
        await session.flush()
        assert [each.text for each in await unserved(session, 10)] == ["d", "a"]
        assert [each.text for each in await unserved(session, 1)] == ["d"]
