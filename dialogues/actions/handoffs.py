"""Speaking with a person: what would go along is shown first, and goes only after a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.people.handoffs import WRITING
from bot.rollout.calendar import local_time
from bot.rollout.checkins import zone_of
from bot.services import Services
from bot.storage.tables import Handoff
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, number

#: The slot of the summary as it was shown last.
SUMMARY = "handoff_summary"


class _Asking(AdvisorAction):
    """Leads into a hand-off. Subclasses write `go_on`, for owners whom somebody may answer and who are not waiting already."""

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if not self.services.handoffs.is_staffed:
            speaker.say("utter_talk_to_human")
            return []
        if standing := await self.services.handoffs.current(turn.session, turn.person):
            _say_standing(self.services, turn, speaker, standing)
            return []
        return await self.go_on(turn, speaker, meaning, tracker)

    async def go_on(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        """Lead on."""
        raise NotImplementedError(self.action_name)


class Offer(_Asking):
    """Shows the summary and asks; who has asked before is told how it stands. Without an operator, names people elsewhere."""

    action_name = "action_handoff_offer"

    async def go_on(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        summary = "\n".join([line async for line in _summary(self.services, turn, speaker, tracker)])
        if summary:
            speaker.say("utter_handoff_offer", summary=summary)
        else:
            speaker.say("utter_handoff_offer_bare")
        turn.person.offer = "action_handoff_ask"
        return [SlotSet(SUMMARY, summary or None)]


class Ask(_Asking):
    """Queues the owner, with the summary that was shown or without."""

    action_name = "action_handoff_ask"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        turn.person.offer = None
        return await super().act(turn, speaker, meaning, tracker)

    async def go_on(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        summary = None if meaning.get("summary") == "no" else tracker.get_slot(SUMMARY)
        await self.services.handoffs.ask(turn.session, turn.conversation, summary, turn.now)
        speaker.say("utter_handoff_queued")
        return [SlotSet(SUMMARY, None)]


class Later(AdvisorAction):
    """Nothing goes to anybody."""

    action_name = "action_handoff_later"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        turn.person.offer = None
        standing = await self.services.handoffs.current(turn.session, turn.person)
        speaker.say("utter_handoff_not_written" if standing else "utter_handoff_later")
        return [SlotSet(SUMMARY, None)]


class _InOpenOne(AdvisorAction):
    """Something within an open hand-off. Subclasses write `go_on`; where it is over meanwhile, `over` says so."""

    over = "utter_handoff_over"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        standing = await self.services.handoffs.current(turn.session, turn.person)
        if standing is None:
            speaker.say(self.over)
        else:
            await self.go_on(turn, speaker, standing)
        return []

    async def go_on(self, turn: Turn, speaker: Speaker, standing: Handoff) -> None:
        """Do it, and say so."""
        raise NotImplementedError(self.action_name)


class End(_InOpenOne):
    """The owner takes it back, or has what they need."""

    action_name = "action_handoff_end"

    async def go_on(self, turn: Turn, speaker: Speaker, standing: Handoff) -> None:
        self.services.handoffs.end(standing, turn.now)
        speaker.say("utter_handoff_withdrawn" if standing.state == "withdrawn" else "utter_handoff_ended")


class Write(_InOpenOne):
    """The next message goes to the operator, so no question is asked meanwhile."""

    action_name = "action_handoff_write"
    hands_back = False

    async def go_on(self, turn: Turn, speaker: Speaker, standing: Handoff) -> None:
        turn.remember[WRITING] = True
        speaker.say("utter_handoff_write")


class Tell(_InOpenOne):
    """Puts the message into the hand-off; what was under way goes on."""

    action_name = "action_handoff_tell"
    over = "utter_handoff_over_untold"

    async def go_on(self, turn: Turn, speaker: Speaker, standing: Handoff) -> None:
        await self.services.handoffs.tell(turn.session, standing, turn.incoming, turn.now)
        speaker.say("utter_handoff_told")


class Answered(AdvisorAction):
    """Says what the operator wrote; to somebody whose data were deleted meanwhile, nothing."""

    action_name = "action_handoff_answered"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        handoff = await turn.session.get(Handoff, number(meaning, "handoff"))
        if handoff is None or handoff.person_id != turn.person.id:
            return []
        if turn.incoming.text:
            speaker.say("utter_handoff_answer", words=turn.incoming.text)
        else:
            speaker.say("utter_handoff_unanswered")
        return []


def _say_standing(services: Services, turn: Turn, speaker: Speaker, standing: Handoff) -> None:
    """How an open hand-off stands."""
    if standing.answered_at is not None:
        speaker.say("utter_handoff_open")
        return
    at = services.phrases.moment(local_time(standing.asked_at, zone_of(turn.person)), speaker.language, "exact_moment")
    speaker.say("utter_handoff_waiting", at=at)


async def _summary(services: Services, turn: Turn, speaker: Speaker, tracker: Tracker) -> AsyncIterator[str]:
    """What is known that helps a person to help: trade, level, weakest area, plans under way, the last question."""
    language = speaker.language
    options = [each for question in services.questionnaire.profile for each in question.options]
    if trade := next((each for each in options if each.id == turn.person.industry), None):
        yield speaker.phrase("handoff_firm", value=trade.label.get(language))
    for line in await _standing(services, turn, speaker):
        yield line
    plans = [services.reports.material.action(each.initiative.action) for each in await services.rollouts.active(turn.session, turn.person)]
    if titles := [plan.title.get(language) for plan in plans if plan]:
        yield speaker.phrase("handoff_plans", values=services.phrases.listed(titles, language))
    if question := tracker.get_slot("knowledge_question"):
        yield speaker.phrase("handoff_question", question=question)


async def _standing(services: Services, turn: Turn, speaker: Speaker) -> list[str]:
    """The level and where most can be gained, once there is a result."""
    journey = await services.journeys.current(turn.session, turn.person)
    result = journey.result() if journey and journey.assessment.level else None
    if result is None or result.score.level is None:
        return []
    words, language = services.knowledge.vocabulary, speaker.language
    level = result.score.level
    lines = [speaker.phrase("handoff_level", level=level, level_name=words["level"][str(level)].get(language))]
    if weakest := [words["dimension"][each].get(language) for each in result.score.weakest]:
        lines.append(speaker.phrase("handoff_weakest", names=services.phrases.listed(weakest, language)))
    return lines
