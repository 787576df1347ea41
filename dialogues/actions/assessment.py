"""The assessment in conversation: the form asks, these actions record, explain, go back, rest and show the result."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from bot.assessment.journey import Journey
from bot.assessment.questionnaire import AnswerKind, ProfileQuestion, ScoredQuestion
from bot.turn import Turn
from dialogues.actions.assessment_result import formula, show_result
from dialogues.actions.base import FORM, AdvisorAction, Events, Meaning, Speaker, button, intent_of, is_asking, number
from dialogues.actions.knowledge import answer_question
from dialogues.actions.ledger import say_renewal

SLOT = "assessment_answer"
MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪"
#: Reading and answering one more question takes an owner about this long.
SECONDS_PER_QUESTION = 18


async def journey_of(action: AdvisorAction, turn: Turn) -> Journey | None:
    """The owner's newest journey."""
    return await action.services.journeys.current(turn.session, turn.person)


class Start(AdvisorAction):
    """Begins the assessment, or goes on with the one that is open; a finished one is repeated only when that is asked for."""

    action_name = "action_assessment_start"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None or (journey.is_complete and meaning.get("confirm") == "again"):
            await self.services.journeys.begin(turn.session, turn.person, turn.now)
            speaker.say("utter_assessment_begin")
            return [FollowupAction(FORM)]
        return resume(journey, turn, speaker)


class Resume(AdvisorAction):
    """Goes on at the very question that was open."""

    action_name = "action_assessment_resume"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        return [FollowupAction("action_assessment_start")] if journey is None else resume(journey, turn, speaker)


def resume(journey: Journey, turn: Turn, speaker: Speaker) -> Events:
    """Open the form again where it stopped; a complete journey offers its result instead."""
    if journey.is_complete and journey.assessment.revisiting is None:
        speaker.say("utter_assessment_again")
        return []
    journey.wake(turn.now)
    speaker.say("utter_assessment_resume")
    return [FollowupAction(FORM)]


class Ask(AdvisorAction):
    """Asks the open question, with its options."""

    action_name = "action_ask_assessment_form_assessment_answer"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn) or await self.services.journeys.begin(turn.session, turn.person, turn.now)
        journey.wake(turn.now)
        question = journey.open_question()
        if isinstance(question, ScoredQuestion):
            options = "\n".join(f"{mark} {option.get(speaker.language)}" for mark, option in zip(MARKS, question.options, strict=False))
            self._say(speaker, journey, "utter_assessment_question", question, options=options, question_id=question.id)
        elif question is not None:
            buttons = [
                button(option.label.get(speaker.language), "answer_assessment", question=question.id, value=index)
                for index, option in enumerate(question.options, 1)
            ]
            self._say(speaker, journey, "utter_assessment_profile_question", question, buttons=buttons)
        return []

    def _say(self, speaker: Speaker, journey: Journey, response: str, question: ProfileQuestion | ScoredQuestion, **values: object) -> None:
        progress = journey.progress
        # Until the express result, the owner is on the way to that one; a promise of two minutes must not read "1 of 20".
        total = progress.total if journey.assessment.express_shown else progress.answered + progress.core_left + self._profile_left(journey)
        here = min(progress.answered + 1, total)
        buttons = values.pop("buttons", ())
        shown = speaker.phrase("progress", number=here, total=total)
        speaker.say(response, buttons=buttons, progress=shown, question=question.text.get(speaker.language), **values)  # type: ignore[arg-type]

    def _profile_left(self, journey: Journey) -> int:
        return len(journey.questionnaire.profile) - len(journey.profile.answered())


class Validate(AdvisorAction):
    """Records the answer to the open question; the slot stays empty until the journey has something to show."""

    action_name = "validate_assessment_form"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        question = journey.open_question() if journey else None
        if journey is None or question is None:
            return [SlotSet(SLOT, "done")]
        if intent_of(tracker) != "answer_assessment":
            # Nothing was answered: without an event, Rasa lets the rule of what was really said take over.
            return []
        if meaning.get("question", question.id) != question.id:
            speaker.say("utter_assessment_stale_answer")
        elif meaning.get("kind") == "unclear":
            self._ask_back(speaker, question, meaning)
        elif not self._record(turn, speaker, journey, question, meaning):
            self._ask_back(speaker, question, {})
        return [SlotSet(SLOT, "done" if journey.is_at_express or journey.open_question() is None else None)]

    def _record(
        self, turn: Turn, speaker: Speaker, journey: Journey, question: ProfileQuestion | ScoredQuestion, meaning: Meaning
    ) -> bool:
        kind, value = AnswerKind(meaning.get("kind", "value")), number(meaning, "value")
        if kind is AnswerKind.VALUE and (value is None or not 1 <= value <= len(question.options)):
            return False
        journey.record(turn.session, question.id, kind, value if kind is AnswerKind.VALUE else None, turn.now)
        if turn.incoming.button is None:
            speaker.say("utter_assessment_recorded", label=self._label(speaker, question, kind, value))
        return True

    def _label(self, speaker: Speaker, question: ProfileQuestion | ScoredQuestion, kind: AnswerKind, value: int | None) -> str:
        if kind is not AnswerKind.VALUE or value is None:
            return speaker.phrase(kind.value)
        if isinstance(question, ProfileQuestion):
            return question.options[value - 1].label.get(speaker.language)
        return f"{MARKS[value - 1]} {question.options[value - 1].get(speaker.language)}"

    def _ask_back(self, speaker: Speaker, question: ProfileQuestion | ScoredQuestion, meaning: Meaning) -> None:
        candidates = [int(each) for each in meaning.get("candidates", "").split(",") if each.isdigit()]
        marks = [MARKS[each - 1] for each in candidates if 1 <= each <= len(question.options)]
        if len(marks) > 1 and isinstance(question, ScoredQuestion):
            named = self.services.phrases.listed(marks, speaker.language, "either")
            speaker.say("utter_assessment_between", candidates=named)
        else:
            speaker.say("utter_assessment_unclear" if isinstance(question, ScoredQuestion) else "utter_assessment_unclear_profile")


class Finish(AdvisorAction):
    """The express result after the core questions, the full one after the last."""

    action_name = "action_assessment_finish"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        result = journey.result() if journey else None
        if journey is None or result is None:
            speaker.say("utter_no_result_yet")
            return [SlotSet(SLOT, None)]
        journey.finish(turn.now)
        speaker.say("utter_assessment_complete" if result.is_complete else "utter_assessment_express")
        show_result(self.services, speaker, journey, result)
        offer_more(turn, speaker, journey)
        await say_renewal(self.services, turn, speaker, journey)
        return [SlotSet(SLOT, None)]


def offer_more(turn: Turn, speaker: Speaker, journey: Journey) -> None:
    """Offer the questions that are left, if any."""
    left = journey.progress.total - journey.progress.answered
    if left:
        turn.person.offer = "action_assessment_resume"
        speaker.say("utter_assessment_more", left=left, minutes=max(1, round(left * SECONDS_PER_QUESTION / 60)))


class ShowResult(AdvisorAction):
    """The result so far, or how it was worked out."""

    action_name = "action_assessment_result"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        result = journey.result() if journey else None
        if journey is None or result is None:
            speaker.say("utter_no_result_yet")
        elif meaning.get("part") == "formula":
            speaker.say("utter_assessment_formula", working=formula(self.services, speaker, result), rests_on=sorted(journey.rows))
        else:
            if not result.is_complete:
                speaker.say("utter_result_partial")
            show_result(self.services, speaker, journey, result)
            if not is_asking(tracker):
                offer_more(turn, speaker, journey)
        return []


class Pause(AdvisorAction):
    """Rests the assessment; every answer is kept and the same question comes first when the owner returns."""

    action_name = "action_assessment_pause"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None or journey.is_complete:
            speaker.say("utter_nothing_to_stop")
            return []
        journey.rest(turn.now)
        turn.person.offer = "action_assessment_resume"
        speaker.say("utter_assessment_paused", answered=journey.progress.answered)
        return [ActiveLoop(None), SlotSet("requested_slot", None)] if is_asking(tracker) else []


class Back(AdvisorAction):
    """Opens the question before the open one again."""

    action_name = "action_assessment_back"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None:
            speaker.say("utter_no_result_yet")
            return []
        speaker.say("utter_assessment_back" if journey.back(turn.now) else "utter_assessment_first_question")
        return [FollowupAction(FORM)] if journey.open_question() else []


class Skip(AdvisorAction):
    """Passes over the open question."""

    action_name = "action_assessment_skip"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        question = journey.open_question() if journey and is_asking(tracker) else None
        if journey is None or question is None:
            speaker.say("utter_assessment_nothing_to_skip")
            return []
        journey.record(turn.session, question.id, AnswerKind.SKIPPED, None, turn.now)
        speaker.say("utter_assessment_skipped")
        if journey.is_at_express or journey.open_question() is None:
            return [ActiveLoop(None), SlotSet("requested_slot", None), FollowupAction("action_assessment_finish")]
        return [FollowupAction(FORM)]


class Why(AdvisorAction):
    """Why the open question is asked."""

    action_name = "action_assessment_why"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        question = journey.open_question() if journey and is_asking(tracker) else None
        if question is None:
            speaker.say("utter_assessment_why_none")
        else:
            speaker.say("utter_assessment_why", why=question.why.get(speaker.language))
        return []


class LateAnswer(AdvisorAction):
    """An answer while nothing is asked: an old button does no harm, and words are taken as a question."""

    action_name = "action_assessment_late_answer"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if "question" in meaning:
            speaker.say("utter_assessment_stale_answer")
        elif not answer_question(self.services, speaker, turn.incoming.text, or_say_nothing=True):
            speaker.say("utter_not_understood")
        return []
