"""Answers from the knowledge base, at any moment."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from bot.assessment.advice import is_quick
from bot.rollout.quoting import ASKED
from bot.services import Services
from bot.turn import Turn, current_turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button, is_asking
from dialogues.actions.feedback import keep_unanswered
from dialogues.actions.knowledge_parts import show_part
from knowledge.answering import MOST_IDEAS, Answer, Owner

MOST_CHOICES = 3
#: Slots that a follow-up leans on.
TOPIC, QUESTION = "knowledge_topic", "knowledge_question"


class AnswerKnowledge(AdvisorAction):
    """Shows an entry, or the part of it that a button asks for, or what answers a question."""

    action_name = "action_knowledge_answer"
    keeps_quote_question = True

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        topic = meaning.get("topic")
        if topic is None:
            await answer_question(self.services, speaker, turn.incoming.text)
            if not is_asking(tracker):
                return await self._hand_back(turn, tracker)
        elif entry := self.services.knowledge.get(topic):
            turn.remember[TOPIC] = topic
            show_part(self.services, speaker, entry, meaning.get("part"), await owner_of(self.services, turn))
        else:
            speaker.say("utter_knowledge_gone")
        return []

    async def _hand_back(self, turn: Turn, tracker: Tracker) -> Events:
        """What was asked before the owner's question still stands: the newest only, so that one thing is asked at a time."""
        if tracker.get_slot(ASKED):
            return [FollowupAction("action_vendor_hand_back")]
        standing = await self.services.rollouts.standing(turn.session, turn.person)
        return [FollowupAction("action_checkin_hand_back")] if standing else []


async def owner_of(services: Services, turn: Turn) -> Owner:
    """What is known of the owner who asks."""
    journey = await services.journeys.current(turn.session, turn.person)
    result = journey.result() if journey else None
    return Owner(turn.person.industry, turn.person.size, result.score.level if result else None)


async def answer_question(services: Services, speaker: Speaker, text: str, or_say_nothing: bool = False) -> bool:
    """Answer from the knowledge base: an entry, a comparison, ideas, a choice, or that there is nothing.

    False: nothing was found and, with `or_say_nothing`, nothing was said.
    """
    turn = current_turn()
    owner = await owner_of(services, turn)
    answer = services.answers.answer(text, owner, remembered_topic(turn))
    if answer.kind == "nothing" and or_say_nothing:
        return False
    turn.remember[TOPIC] = answer.topics[0] if answer.topics else None
    if answer.kind != "entry" or answer.ranking is not None:  # "how much?" is no question of its own
        turn.remember[QUESTION] = text[:300]
    _SAY[answer.kind](services, speaker, answer, owner)
    if answer.kind == "nothing" and not answer.part:
        await keep_unanswered(turn, speaker, text)
    if answer.others:
        offer_topics(services, speaker, "utter_knowledge_also", list(answer.others))
    return True


def remembered_topic(turn: Turn) -> str | None:
    """The topic of the answer before, in this conversation."""
    topic = ((turn.conversation.dialogue or {}).get("slots") or {}).get(TOPIC)
    return topic if isinstance(topic, str) else None


def offer_topics(services: Services, speaker: Speaker, response: str, topics: list[str], **values: object) -> None:
    """Topics as buttons under a response."""
    entries = [entry for topic in topics if (entry := services.knowledge.get(topic))]
    buttons = [button(entry.title.get(speaker.language), "ask_knowledge", topic=entry.id) for entry in entries]
    speaker.say(response, buttons=buttons, rests_on=[entry.id for entry in entries], **values)


# --- one function for each kind of answer --------------------------------------------------------------------------------


def _entry(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    if answer.belief is not None:
        speaker.say("utter_knowledge_belief", correction=answer.belief.correction.get(speaker.language), rests_on=[answer.belief.topic])
    show_part(services, speaker, services.knowledge.entries[answer.topics[0]], answer.part, owner)


def _comparison(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    assert answer.comparison is not None
    language = speaker.language
    first, second = (side.name.get(language) for side in answer.comparison.sides)
    text = answer.comparison.answer.get(language)
    offer_topics(services, speaker, "utter_knowledge_comparison", list(answer.topics), first=first, second=second, answer=text)


def _pair(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    """Two entries side by side: what each is, and what it takes and brings."""
    language = speaker.language
    entries = [services.knowledge.entries[topic] for topic in answer.topics]
    lines = [
        speaker.phrase(
            "pair_line",
            title=entry.title.get(language),
            benefit=entry.benefit.get(language),
            effort=entry.effort,
            impact=entry.impact,
            cost=services.knowledge.vocabulary["cost"][entry.cost].get(language),
        )
        for entry in entries
    ]
    easier = min(entries, key=lambda entry: (entry.effort, -entry.impact)).title.get(language)
    offer_topics(services, speaker, "utter_knowledge_pair", list(answer.topics), lines="\n".join(lines), easier=easier)


def _ideas(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    """The use case of a trade, and what it builds on."""
    entry = services.knowledge.entries[answer.topics[0]]
    language = speaker.language
    values = {"title": entry.title.get(language), "summary": entry.summary.get(language), "tomorrow": entry.tomorrow.get(language)}
    offer_topics(services, speaker, "utter_knowledge_ideas", list(answer.topics), **values)


def _quick(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    """The actions that cost little money and effort and bring much, each with its first step."""
    language = speaker.language
    actions = [each for each in services.questionnaire.actions if is_quick(each)][:MOST_IDEAS]
    lines = speaker.numbered(f"**{each.title.get(language)}**: {each.first_step.get(language)}" for each in actions)
    offer_topics(services, speaker, "utter_knowledge_quick", list(dict.fromkeys(each.entries[0] for each in actions)), lines=lines)


def _choice(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    offer_topics(services, speaker, "utter_knowledge_choice", list(answer.topics)[:MOST_CHOICES])


def _nothing(services: Services, speaker: Speaker, answer: Answer, owner: Owner) -> None:
    speaker.say("utter_knowledge_which" if answer.part else "utter_knowledge_nothing")


_SAY = {
    "entry": _entry,
    "comparison": _comparison,
    "pair": _pair,
    "ideas": _ideas,
    "quick": _quick,
    "choice": _choice,
    "nothing": _nothing,
}
