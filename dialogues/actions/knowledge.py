"""Answers from the knowledge base, at any moment."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from bot.services import Services
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button, is_asking
from knowledge.base import Entry
from knowledge.search import Verdict

MOST_CHOICES = 3
MOST_RELATED = 4


class AnswerKnowledge(AdvisorAction):
    """Shows an entry, or the part of it that a button asks for, or what comes nearest to a question."""

    action_name = "action_knowledge_answer"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        topic = meaning.get("topic")
        if topic is None:
            answer_question(self.services, speaker, turn.incoming.text)
            if not is_asking(tracker) and await self.services.rollouts.standing(turn.session, turn.person):
                return [FollowupAction("action_checkin_hand_back")]
        elif entry := self.services.knowledge.get(topic):
            show_part(self.services, speaker, entry, meaning.get("part", "entry"))
        else:
            speaker.say("utter_knowledge_gone")
        return []


def answer_question(services: Services, speaker: Speaker, text: str, or_say_nothing: bool = False) -> bool:
    """Answer from the knowledge base: the entry, a choice, or that there is nothing.

    False: nothing was found and, with `or_say_nothing`, nothing was said.
    """
    ranking = services.search.search(text)
    hits = [hit.id for hit in ranking.results]
    if ranking.verdict is Verdict.ANSWER:
        show_part(services, speaker, services.knowledge.entries[hits[0]], "entry")
    elif ranking.verdict is Verdict.CHOICE:
        offer_topics(services, speaker, "utter_knowledge_choice", hits[:MOST_CHOICES])
    elif or_say_nothing:
        return False
    else:
        speaker.say("utter_knowledge_nothing")
    return True


def offer_topics(services: Services, speaker: Speaker, response: str, topics: list[str], **values: object) -> None:
    """Topics as buttons under a response."""
    entries = [entry for topic in topics if (entry := services.knowledge.get(topic))]
    buttons = [button(entry.title.get(speaker.language), "ask_knowledge", topic=entry.id) for entry in entries]
    speaker.say(response, buttons=buttons, rests_on=[entry.id for entry in entries], **values)


def show_part(services: Services, speaker: Speaker, entry: Entry, part: str) -> None:
    """One unfolding part of an entry: entry (the beginning), steps, benefit, pitfalls or related."""
    language = speaker.language
    title = entry.title.get(language)
    if part == "related":
        offer_topics(services, speaker, "utter_knowledge_related", [each.id for each in entry.related][:MOST_RELATED], title=title)
        return
    values = _VALUES.get(part, _entry_values)(services, speaker, entry)
    response = f"utter_knowledge_{part if part in _VALUES else 'entry'}"
    speaker.say(response, (), [entry.id], title=title, topic=entry.id, **values)


def _entry_values(services: Services, speaker: Speaker, entry: Entry) -> dict[str, str]:
    return {"summary": entry.summary.get(speaker.language), "tomorrow": entry.tomorrow.get(speaker.language)}


def _steps_values(services: Services, speaker: Speaker, entry: Entry) -> dict[str, str]:
    return {"steps": speaker.numbered(entry.steps.get(speaker.language))}


def _benefit_values(services: Services, speaker: Speaker, entry: Entry) -> dict[str, str]:
    return {"benefit": entry.benefit.get(speaker.language), "measure": entry.measure.get(speaker.language)}


def _pitfalls_values(services: Services, speaker: Speaker, entry: Entry) -> dict[str, str]:
    language = speaker.language
    needed = services.phrases.listed(entry.prerequisites.get(language), language) or speaker.phrase("none")
    return {
        "pitfalls": speaker.items(entry.pitfalls.get(language)),
        "prerequisites": needed,
        "cost": services.knowledge.vocabulary["cost"][entry.cost].get(language),
        "effort": str(entry.effort),
        "impact": str(entry.impact),
    }


_VALUES = {"steps": _steps_values, "benefit": _benefit_values, "pitfalls": _pitfalls_values}
