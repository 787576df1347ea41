"""What does a message mean? Buttons and typed answers are read for certain; only what is left is put to the classifier.

The result has the form that Rasa's own interpreter returns: an intent with its confidence, and values as entities. Typed text is never
read as a payload, whatever it looks like.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.assessment.corrections import is_correction, says_new_answer
from bot.assessment.hearing import SURELY_FROM, Hearing, hear
from bot.assessment.journey import Journey
from bot.assessment.payback import read_figures
from bot.assessment.questionnaire import ScoredQuestion
from bot.assessment.reading import Reading, ReadingKind, fold, mentions, read_answer
from bot.assistant.corrections import corrected_answer
from bot.assistant.manners import MAYBE_ANSWERS, is_in_danger, of_manners, plain_wish, says_nothing
from bot.assistant.meanings import Parsed, of_meaning, parsed
from bot.assistant.quoting import certain_quote, likely_quote
from bot.assistant.replying import certain_reply, likely_reply, told_reply
from bot.messaging import outbox
from bot.people.colleagues import code_in_link
from bot.people.handoffs import WRITING
from bot.rollout.calendar import local_time
from bot.rollout.quoting import ASKED, asked_in
from bot.rollout.replies import is_question
from bot.rollout.wishes.moves import read_move
from bot.rollout.wishes.wish import Kind
from bot.services import Services
from bot.turn import Turn

Classify = Callable[[str], Awaitable[Parsed]]

FORM = "assessment_form"
#: While a question is open, these say nothing certain about which option is meant, so the advisor asks back.
_ANSWERS_IN_OTHER_WORDS = frozenset({"answer_assessment", "nlu_fallback", "affirm", "deny"})
#: Below this, what the classifier heard is a guess.
_GUESS_BELOW = 0.5
#: A complaint such as 「棚卸しに丸一日かかる」 reads like one of these; when the knowledge base is sure of it, it is a question.
_MAYBE_QUESTIONS = frozenset({"answer_assessment", "nlu_fallback", "out_of_scope", "help"})
#: So are these, for an owner who has no plan yet, or when the classifier is not sure: "my guys won't touch the tablet".
_OF_A_PLAN = frozenset(
    {"checkin_done", "checkin_in_progress", "checkin_blocked", "snooze_checkin", "set_checkin_schedule", "pause_reminders"}
    | {"start_rollout", "show_roadmap"}
)
_SURE_FROM = 0.7
_WILD_GUESS_BELOW = 0.4
#: Wishes about the assessment itself: while it is open, even a guess at them is likely.
_CONTROLS = frozenset(
    {"go_back_previous_question", "skip_question", "why_this_question", "pause_or_stop", "resume_assessment", "show_results", "help"}
)
#: What stops or changes something for good.
_CHANGING = frozenset(
    {"pause_reminders", "change_language", "delete_my_data", "export_my_data"}
    | {"share_plan", "stop_sharing", "stop_calendar", "start_digest", "stop_digest"}
)
#: Without an answer before them, these still ask about something that has not been named.
_PARTS_OF_SOMETHING = frozenset({"cost", "fit", "benefit", "pitfalls", "sources"})
#: What the classifier leaves open may still say when; a phase that is named with a day reads like a question about the subject.
_MAYBE_TIMES = frozenset({"nlu_fallback", "out_of_scope"})
_MAYBE_MOVES = _MAYBE_TIMES | {"ask_knowledge", "start_rollout", "show_roadmap"}
_SURELY_TIME = frozenset({Kind.ZONE, Kind.HOURS, Kind.SEASON, Kind.NOT_BEFORE, Kind.RECURRING})
#: While a question is open, these words are about it rather than about the answer before.
_OF_THE_ASSESSMENT = frozenset({"why", "next"})
#: With a word such as "PDF" in it, a message about these wants the report.
_ABOUT_THE_RESULT = frozenset({"show_results", "show_roadmap", "export_my_data", "ask_knowledge", "answer_assessment", "nlu_fallback"})
#: The code of a firm, typed, or as a link opens with it.
_JOINING = re.compile(r"(?:参加|join)[\s:=_]*([A-Za-z0-9]{8})", re.IGNORECASE)
_OF_AN_ANSWER = re.compile("質問|答え|回答|question|answer", re.IGNORECASE)
#: A button's words typed by hand press it, if it stands in one of the last messages.
_RECENT_MESSAGES = 4


async def understand(turn: Turn, services: Services, classify: Classify) -> Parsed:
    """The meaning of what came in this turn; `classify` is asked only about words that nothing else explains."""
    incoming = turn.incoming
    if incoming.checkin is not None:
        return parsed("EXTERNAL_checkin_due", checkin=incoming.checkin)
    if incoming.digest is not None:
        return parsed("EXTERNAL_digest_due", digest=incoming.digest)
    if incoming.handoff is not None:
        return parsed("EXTERNAL_handoff_answer", handoff=incoming.handoff)
    if incoming.button is not None:
        button = await outbox.find_button(turn.session, turn.conversation.id, incoming.button)
        return of_meaning(button.meaning, button.title) if button else parsed("EXTERNAL_stale_button")
    if incoming.is_group:
        return _in_group(services, incoming.text)
    if incoming.code is not None:
        joining = code_in_link(incoming.code)
        return parsed("join", code=joining) if joining else parsed("EXTERNAL_link_code")
    if incoming.command in services.commands:
        return of_meaning(services.commands[incoming.command].meaning, f"/{incoming.command}")
    if incoming.attachment is not None and not incoming.text.strip():
        return parsed("EXTERNAL_attachment")
    if not incoming.text.strip():
        return parsed("nlu_fallback")
    if _writes_to_operator(turn) and incoming.corrects is None and not is_in_danger(services, incoming.text):
        return await _typed_button(turn, incoming.text) or parsed("EXTERNAL_handoff_words", incoming.text)
    if says_nothing(incoming.text):
        return parsed("EXTERNAL_silence", incoming.text)
    if is_in_danger(services, incoming.text):
        return parsed("distress", incoming.text)
    if incoming.corrects is not None and (found := await corrected_answer(turn, services)):
        question, reading = found
        return parsed("EXTERNAL_correction", incoming.text, question=question, kind=reading.kind.value, value=reading.value)
    return await _typed(turn, services, classify)


def _in_group(services: Services, text: str) -> Parsed:
    """Among several people only the knowledge base speaks; nothing is asked and nothing is told that belongs to one owner."""
    is_answered = bool(text.strip()) and services.answers.is_sure(text)
    return parsed("ask_knowledge" if is_answered else "EXTERNAL_group", text)


async def _typed(turn: Turn, services: Services, classify: Classify) -> Parsed:
    text = turn.incoming.text
    journey = await services.journeys.current(turn.session, turn.person) if is_asking(turn) else None
    # Before the buttons: "Why?" is about the last answer, though an older one may have a button of that name.
    if _follows_up(turn, services, text, is_asking=journey is not None):
        return parsed("ask_knowledge", text)
    if pressed := await _typed_button(turn, text):
        return pressed
    if joining := _JOINING.fullmatch(unicodedata.normalize("NFKC", text).strip()):
        return parsed("join", text, code=joining.group(1))
    if read_figures(text):
        return parsed("show_results", text, part="payback")
    # 「さっきの飲食店は間違い、小売です」 has words of an answer to the open question, too.
    is_sure = journey is not None and says_new_answer(text, services.questionnaire, journey.answered, turn.language)
    if journey and not is_sure and (answer := _answer(journey, services, text, turn.language)):
        return answer
    if await _corrects(turn, services, text, journey):
        return parsed("go_back_previous_question", text)
    asked = asked_in(remembered(turn, ASKED))
    if told := await certain_quote(turn, services, text, asked, is_asking=journey is not None):
        return parsed(told[0], text, **told[1])
    standing = None if journey else await services.rollouts.standing(turn.session, turn.person)
    offered = bool(turn.person.offer)
    if standing and (meant := certain_reply(standing.awaiting, services, text, offered)):
        return parsed(meant.intent, text, checkin=standing.id)
    if not standing and (wish := plain_wish(services, text)):
        return wish
    found = _without_guesses(await classify(text))
    if manners := of_manners(found, services, text, is_asking=journey is not None):
        return manners
    if asked and journey is None and (told := likely_quote(asked, services, text, found)):
        return parsed(told[0], text, **told[1])
    if found["intent"]["name"] in _ABOUT_THE_RESULT and services.reports.material.words.asks_for_paper(text):
        return parsed("get_report", text)
    if services.wishes.names_no_day(text, local_time(turn.now, turn.person.time_zone)):  # that is said, whatever else was meant
        return parsed("set_checkin_schedule", text)
    if journey and (heard := _in_own_words(journey, services, text, found)):
        return heard
    if journey is None and await _says_when(turn, services, text, found["intent"]["name"]):
        return parsed("set_checkin_schedule", text)
    if standing and (meant := told_reply(standing.awaiting, services, text, found)):
        return parsed(meant.intent, text, checkin=standing.id, obstacle=meant.obstacle)
    is_open = standing is not None and standing.awaiting is not None
    if not is_open and await _asks(turn, services, text, found, is_asking=journey is not None):
        return parsed("ask_knowledge", text)
    if standing and (meant := likely_reply(standing.awaiting, services, text, found, offered)):
        return parsed(meant.intent, text, checkin=standing.id)
    is_guess = found["intent"]["confidence"] < _WILD_GUESS_BELOW and found["intent"]["name"] not in _CONTROLS
    if journey and (is_guess or found["intent"]["name"] in _ANSWERS_IN_OTHER_WORDS):
        return _unread(journey, services, text)
    return found


def _unread(journey: Journey, services: Services, text: str) -> Parsed:
    """What is no answer that can be read: a question, where anything comes near it, else an unclear answer."""
    if is_question(text, services.reply_words) and services.answers.may_answer(text):
        return parsed("ask_knowledge", text)
    question = journey.open_question()
    return parsed("answer_assessment", text, question=question.id if question else None, kind="unclear")


async def _corrects(turn: Turn, services: Services, text: str, asking: Journey | None) -> bool:
    """Whether an answer is to change. While none is asked for, the new one has to be named, and beside a plan the word "question" too."""
    journey = asking or await services.journeys.current(turn.session, turn.person)
    if journey is None or not is_correction(text, services.questionnaire, journey.answered, turn.language):
        return False
    if asking:
        return True
    if not says_new_answer(text, services.questionnaire, journey.answered, turn.language):
        return False
    return _OF_AN_ANSWER.search(text) is not None or not await services.rollouts.active(turn.session, turn.person)


async def _says_when(turn: Turn, services: Services, text: str, intent: str) -> bool:
    """Whether the owner of a running plan says when to be asked, or moves one of its phases."""
    if intent not in _MAYBE_MOVES | _OF_A_PLAN:
        return False
    plans = [each.plan for each in await services.rollouts.active(turn.session, turn.person)]
    wall = local_time(turn.now, turn.person.time_zone)
    if any(read_move(text, plan, wall.date(), services.wishes) for plan in plans):
        return True
    return bool(plans) and intent in _MAYBE_TIMES and services.wishes.read(text, wall).kind in _SURELY_TIME


def _follows_up(turn: Turn, services: Services, text: str, is_asking: bool) -> bool:
    """Whether a message is nothing but a question about the answer before: "how much?"."""
    part = services.answers.follow_up(text)
    if part is None:
        return False
    if remembered(turn, "knowledge_topic") is None:
        return not is_asking and part in _PARTS_OF_SOMETHING
    return not (is_asking and part in _OF_THE_ASSESSMENT)


async def _asks(turn: Turn, services: Services, text: str, found: Parsed, is_asking: bool) -> bool:
    """Whether a message is rather a question to the knowledge base than what the classifier took it for.

    Nothing is changed or stopped on a mere guess: then the nearest topics are offered.
    """
    has_plan = found["intent"]["name"] in _OF_A_PLAN and bool(await services.rollouts.active(turn.session, turn.person))
    if found["intent"]["confidence"] < _WILD_GUESS_BELOW and not has_plan:
        return services.answers.is_sure(text) if is_asking else services.answers.may_answer(text)
    return _may_be_question(found, has_plan) and services.answers.is_sure(text)


def _may_be_question(found: Parsed, has_plan: bool) -> bool:
    intent, confidence = found["intent"]["name"], found["intent"]["confidence"]
    if intent not in _OF_A_PLAN:
        return intent in _MAYBE_QUESTIONS
    return confidence < _SURE_FROM or not has_plan


def remembered(turn: Turn, slot: str) -> str | None:
    """What the conversation's state holds under a slot's name."""
    value = ((turn.conversation.dialogue or {}).get("slots") or {}).get(slot)
    return value if isinstance(value, str) else None


def _writes_to_operator(turn: Turn) -> bool:
    """Whether the owner has said that the next message is for the operator."""
    return bool(((turn.conversation.dialogue or {}).get("slots") or {}).get(WRITING))


def is_asking(turn: Turn) -> bool:
    """Whether the assessment's form is open in this conversation."""
    dialogue: Mapping[str, Any] = turn.conversation.dialogue or {}
    return dialogue.get("loop") == FORM


def _answer(journey: Journey, services: Services, text: str, language: str) -> Parsed | None:
    question = journey.open_question()
    reading = read_answer(question, text, language, services.questionnaire.words) if question else None
    if reading is None or question is None:
        return None
    if reading.value and mentions(services.questionnaire.words.depends, fold(text)):
        reading = Reading(ReadingKind.UNCLEAR, candidates=_around(reading.value, len(question.options)))
    return _as_parsed(reading, question.id, text)


def _around(value: int, count: int) -> tuple[int, int]:
    """An option and its neighbour: for an owner who says that it depends."""
    return (value, value + 1) if value < count else (value - 1, value)


def _without_guesses(found: Parsed) -> Parsed:
    """Distress is answered with care and nothing else, and some wishes change things: a mere guess at them is not understood."""
    intent, confidence = found["intent"]["name"], found["intent"]["confidence"]
    is_guess = confidence < (_GUESS_BELOW if intent == "distress" else _WILD_GUESS_BELOW if intent in _CHANGING else 0.0)
    return parsed("nlu_fallback", found.get("text") or "") if is_guess else found


def _in_own_words(journey: Journey, services: Services, text: str, found: Parsed) -> Parsed | None:
    """An answer to the open question, and to others, in words of the owner's own; None where it is rather something else."""
    question = journey.open_question()
    if not isinstance(question, ScoredQuestion):
        return None
    hearing = hear(text, question, journey.unanswered, services.own_words, services.questionnaire)
    intent, confidence = found["intent"]["name"], found["intent"]["confidence"]
    needed = 0.0 if intent in MAYBE_ANSWERS or confidence < _GUESS_BELOW else SURELY_FROM
    if not hearing.is_answer or (not hearing.others and hearing.chance < needed):
        return None
    if not hearing.others and hearing.chance < SURELY_FROM and services.answers.is_sure(text):
        return None  # a complaint that the knowledge base is sure of
    if not hearing.others and mentions(services.questionnaire.words.relative, fold(text)) and not _is_sure(hearing):
        return parsed("answer_assessment", text, question=question.id, kind="relative")
    return _as_answer(hearing, question.id, text, hedged=mentions(services.questionnaire.words.depends, fold(text)))


def _is_sure(hearing: Hearing) -> bool:
    return hearing.proposal is not None and hearing.proposal.is_sure and hearing.chance >= SURELY_FROM


def _as_answer(hearing: Hearing, question: str, text: str, hedged: bool) -> Parsed:
    """`hedged`: the owner says that it depends, so the nearest options are asked back."""
    others = ",".join(f"{each}:{level}" for each, level in hearing.others.items()) or None
    proposal = hearing.proposal
    if proposal is None:
        return parsed("answer_assessment", text, question=question, kind="others", others=others)
    if _is_sure(hearing) and not hedged:
        return parsed("answer_assessment", text, question=question, kind="value", value=proposal.level, others=others)
    nearest = ",".join(map(str, sorted((proposal.level, proposal.rival))))
    return parsed("answer_assessment", text, question=question, kind="unclear", nearest=nearest, others=others)


def _as_parsed(reading: Reading, question: str, text: str) -> Parsed:
    candidates = ",".join(str(each) for each in reading.candidates) or None
    kind = "unclear" if reading.kind is ReadingKind.UNCLEAR else reading.kind.value
    return parsed("answer_assessment", text, question=question, kind=kind, value=reading.value, candidates=candidates)


async def _typed_button(turn: Turn, text: str) -> Parsed | None:
    """The button of a recent message whose title was typed."""
    wanted = _plain(text)
    buttons = await outbox.newest_buttons(turn.session, turn.conversation.id, _RECENT_MESSAGES) if wanted else []
    for button in buttons:
        if _plain(button.title) == wanted:
            return of_meaning(button.meaning, text)
    return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
