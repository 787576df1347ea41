"""The assessment's questions in conversation: asked one at a time, answered by a button or in the owner's own words, or asked back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from bot.assessment.journey import Journey
from bot.assessment.questionnaire import AnswerKind, ProfileQuestion, ScoredQuestion
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button, intent_of, number

SLOT = "assessment_answer"
MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪"
#: Reading and answering one more question takes an owner about this long.
SECONDS_PER_QUESTION = 18
Question = ProfileQuestion | ScoredQuestion
Given = tuple[Question, AnswerKind, int | None]


def minutes_for(questions: int) -> int:
    """About how many minutes so many questions take, at least 1."""
    return max(1, round(questions * SECONDS_PER_QUESTION / 60))


async def journey_of(action: AdvisorAction, turn: Turn) -> Journey | None:
    """The owner's newest journey."""
    return await action.services.journeys.current(turn.session, turn.person)


def option_label(speaker: Speaker, question: Question, kind: AnswerKind, value: int | None) -> str:
    """An answer in the words of its option."""
    if kind is not AnswerKind.VALUE or value is None:
        return speaker.phrase(kind.value)
    if isinstance(question, ProfileQuestion):
        return question.options[value - 1].label.get(speaker.language)
    return f"{MARKS[value - 1]} {question.options[value - 1].get(speaker.language)}"


def offer_more(turn: Turn, speaker: Speaker, journey: Journey) -> None:
    """Offer the questions that are left, if any."""
    left = journey.progress.total - journey.progress.answered
    if left:
        turn.person.offer = "action_assessment_resume"
        speaker.say("utter_assessment_more", left=left, minutes=minutes_for(left))


class Ask(AdvisorAction):
    """Asks the open question, with its options; not again when the owner has just been asked back about it."""

    action_name = "action_ask_assessment_form_assessment_answer"
    hands_back = False
    is_of_form = True

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await journey_of(self, turn) or await self.services.journeys.begin(turn.session, turn.person, turn.now)
        journey.wake(turn.now)
        self.services.reports.documents.expect()
        question = journey.open_question()
        if turn.asked_back or question is None:
            return []
        journey.note_asked(question.id)
        if isinstance(question, ScoredQuestion):
            options = "\n".join(f"{mark} {option.get(speaker.language)}" for mark, option in zip(MARKS, question.options, strict=False))
            say_question(speaker, journey, "utter_assessment_question", question, options=options, question_id=question.id)
        else:
            buttons = [option_button(speaker, question, index) for index in range(1, len(question.options) + 1)]
            say_question(speaker, journey, "utter_assessment_profile_question", question, buttons)
        return []


def option_button(speaker: Speaker, question: Question, value: int) -> dict[str, str]:
    """The button of one option, in its own words."""
    return button(option_label(speaker, question, AnswerKind.VALUE, value), "answer_assessment", question=question.id, value=value)


def say_question(
    speaker: Speaker, journey: Journey, response: str, question: Question, buttons: Sequence[dict[str, str]] = (), **values: object
) -> None:
    """A response that asks `question`, and says how far the owner has come."""
    progress = journey.progress
    # Until the express result, the owner is on the way to that one; a promise of two minutes must not read "1 of 20".
    total = progress.total if journey.assessment.express_shown else progress.answered + progress.core_left + _profile_left(journey)
    here = min(progress.answered + 1, total)
    left = total - here + 1
    shown = speaker.phrase("progress", number=here, total=total)
    remaining = speaker.phrase("remaining" if left > 1 else "remaining_one", left=left, minutes=minutes_for(left))
    if journey.assessment.is_aside:
        shown, remaining = speaker.phrase("progress_aside"), speaker.phrase("remaining_aside")
    told = {"progress": shown, "remaining": remaining, "question": question.text.get(speaker.language), **values}
    speaker.say(response, buttons, (), **told)


def _profile_left(journey: Journey) -> int:
    return len(journey.questionnaire.profile) - len(journey.profile.answered())


class Validate(AdvisorAction):
    """Records the answer to the open question, and to others; the slot stays empty until the journey has something to show."""

    action_name = "validate_assessment_form"
    hands_back = False
    is_of_form = True

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
        else:
            if journey.assessment.is_aside:
                turn.advised_before = journey.advised
            self._take(turn, speaker, journey, question, meaning)
        return [SlotSet(SLOT, "done" if journey.has_result_to_show else None)]

    def _take(self, turn: Turn, speaker: Speaker, journey: Journey, question: Question, meaning: Meaning) -> None:
        kind, value = meaning.get("kind", "value"), number(meaning, "value")
        answers = _read_others(journey, meaning)
        if kind in tuple(AnswerKind) and (kind != AnswerKind.VALUE or (value is not None and 1 <= value <= len(question.options))):
            answers.append((question, AnswerKind(kind), value if kind == AnswerKind.VALUE else None))
        for each, answer, level in answers:
            journey.keep(turn.session, each.id, answer, level, turn.now)
            if each is question:
                journey.assessment.revisiting = None
        if turn.incoming.button is None:
            self._say_recorded(speaker, question, answers)
        if kind == "relative":
            speaker.say("utter_assessment_relative")
        elif kind != "others" and not any(each is question for each, _, _ in answers):
            self._ask_back(turn, speaker, journey, question, meaning)

    def _say_recorded(self, speaker: Speaker, question: Question, answers: Sequence[Given]) -> None:
        """One line for the open question; with others, one line each, by name."""
        if not answers:
            return
        labels = {each.name.get(speaker.language): option_label(speaker, each, kind, value) for each, kind, value in answers}
        if len(answers) == 1 and answers[0][0] is question:
            speaker.say("utter_assessment_recorded", label=labels.popitem()[1])
            return
        lines = [speaker.phrase("named_answer", name=name, answer=label) for name, label in labels.items()]
        speaker.say("utter_assessment_recorded_several", answers="\n".join(lines))

    def _ask_back(self, turn: Turn, speaker: Speaker, journey: Journey, question: Question, meaning: Meaning) -> None:
        """The nearest options as buttons; without any, the question once more."""
        typed, heard = _numbers(meaning, "candidates", question), _numbers(meaning, "nearest", question)
        marks = [MARKS[each - 1] for each in typed]
        if isinstance(question, ProfileQuestion) or not (len(typed) > 1 or heard):
            unclear = "utter_assessment_unclear_profile" if isinstance(question, ProfileQuestion) else "utter_assessment_unclear"
            speaker.say("utter_assessment_unclear_size" if question.id == "size" else unclear)
            return
        turn.asked_back = True
        buttons = [option_button(speaker, question, each) for each in typed or heard]
        named = self.services.phrases.listed(marks, speaker.language, "either")
        response = "utter_assessment_between" if typed else "utter_assessment_nearest"
        say_question(speaker, journey, response, question, buttons, candidates=named)


def _read_others(journey: Journey, meaning: Meaning) -> list[Given]:
    """The answers to questions that were not open, as `question:level` pairs."""
    pairs: Iterable[list[str]] = (each.split(":") for each in meaning.get("others", "").split(",") if each)
    return [(journey.questionnaire.question(question), AnswerKind.VALUE, int(level)) for question, level in pairs]


def _numbers(meaning: Meaning, name: str, question: Question) -> list[int]:
    found = (int(each) for each in meaning.get(name, "").split(",") if each.isdigit())
    return [each for each in found if 1 <= each <= len(question.options)]
