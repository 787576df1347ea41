"""Earlier answers change: the one before, or one that the owner names; the result is then derived again."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from bot.assessment.corrections import Correction, read_correction
from bot.assessment.journey import Journey
from bot.assessment.questionnaire import AnswerKind
from bot.assessment.reading import ReadingKind
from bot.turn import Turn
from dialogues.actions.assessment_changes import say_changes, say_contradiction_or_more
from dialogues.actions.assessment_questions import journey_of, option_label
from dialogues.actions.assessment_result import show_result
from dialogues.actions.base import FORM, AdvisorAction, Events, Meaning, Speaker, is_asking


class Back(AdvisorAction):
    """Changes the answer that the owner names, or opens its question; without a name, the question before the open one."""

    action_name = "action_assessment_back"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn)
        if journey is None:
            speaker.say("utter_no_result_yet")
            return []
        correction = self._correction(turn, journey, meaning)
        if correction is None:
            speaker.say("utter_assessment_back" if journey.back(turn.now) else "utter_assessment_first_question")
            return [FollowupAction(FORM)] if journey.open_question() else []
        if correction.answer is None or correction.answer.kind is ReadingKind.UNCLEAR:
            await self._open(turn, speaker, journey, correction)
            return [FollowupAction(FORM)]
        turn.advised_before = journey.advised
        self._correct(turn, speaker, journey, correction)
        return await self._after(turn, speaker, journey, is_asking(tracker))

    def _correction(self, turn: Turn, journey: Journey, meaning: Meaning) -> Correction | None:
        if "question" in meaning:
            return Correction((meaning["question"],))
        found = read_correction(turn.incoming.text, self.services.questionnaire, journey.answered, turn.language)
        return found or self._first_answer(turn, journey)

    def _first_answer(self, turn: Turn, journey: Journey) -> Correction | None:
        """「パスワードの質問、5に直して」 about a question that has not come yet: the answer counts all the same."""
        every = [each.id for each in self.services.questionnaire.questions]
        found = read_correction(turn.incoming.text, self.services.questionnaire, every, turn.language)
        is_new = found is not None and len(found.questions) == 1 and found.questions[0] in journey.unanswered
        return found if found and is_new and found.answer and found.answer.kind is ReadingKind.VALUE else None

    async def _open(self, turn: Turn, speaker: Speaker, journey: Journey, correction: Correction) -> None:
        """One question is asked again and its answer counts until then; of several, the answers are taken back."""
        names = [journey.questionnaire.question(each).name.get(speaker.language) for each in correction.questions]
        listed = self.services.phrases.listed(names, speaker.language)
        if len(correction.questions) == 1:
            journey.reopen(correction.questions[0], turn.now)
            speaker.say("utter_assessment_reopened", name=listed)
        else:
            await journey.take_back(turn.session, correction.questions, turn.now)
            speaker.say("utter_assessment_taken_back", names=listed)

    def _correct(self, turn: Turn, speaker: Speaker, journey: Journey, correction: Correction) -> None:
        assert correction.answer is not None
        question = journey.questionnaire.question(correction.questions[0])
        before = journey.answer_to(question.id)
        kind = AnswerKind(correction.answer.kind.value)
        journey.keep(turn.session, question.id, kind, correction.answer.value, turn.now)
        now = option_label(speaker, question, kind, correction.answer.value)
        was = option_label(speaker, question, before.kind, before.value) if before else speaker.phrase("none")
        speaker.say("utter_assessment_corrected", name=question.name.get(speaker.language), before=was, after=now)

    async def _after(self, turn: Turn, speaker: Speaker, journey: Journey, is_open: bool) -> Events:
        """The open question stays open; after the result, score and advice are derived again."""
        result = journey.result()
        if is_open and journey.open_question():
            return [FollowupAction(FORM)]
        if result is not None:
            speaker.say("utter_assessment_derived_again")
            show_result(self.services, speaker, journey, result)
            await say_changes(self.services, turn, speaker, journey)
            say_contradiction_or_more(self.services, turn, speaker, journey)
        return []
