"""What is said around the answers: nothing at all, rude words, another firm's affairs, distress, a goodbye, and wishes in a few words.

The words to look for are content (`knowledge/assessment/reading.yml`).
"""

from __future__ import annotations

from collections.abc import Collection

from bot.assessment.reading import fold, mentions
from bot.assistant.meanings import Parsed, parsed
from bot.services import Services

#: What the classifier may call an answer in own words; what it heard for certain otherwise is not one.
MAYBE_ANSWERS = frozenset({"answer_assessment", "nlu_fallback", "affirm", "deny", "ask_knowledge", "out_of_scope"})
#: A longer message that holds a rude word is about something.
_LONGEST_INSULT = 40
#: A longer message is about more than what it mentions.
_LONGEST_WISH = 40
#: Dots and dashes: the owner is still thinking.
_DOTS = frozenset(".…‥・。、,-‐―ー~〜 \u3000")
_PARTING = frozenset({"thanks", "goodbye", "affirm", "deny"})


def says_nothing(text: str) -> bool:
    """Whether there is nothing but dots."""
    return bool(text.strip()) and set(text) <= _DOTS


def is_in_danger(services: Services, text: str) -> bool:
    """Whether the owner speaks of ending their life; for that, a guess of the classifier is not waited for."""
    return mentions(services.questionnaire.words.danger, fold(text))


def plain_wish(services: Services, text: str) -> Parsed | None:
    """「どこまで進んだ?」, "ask my staff too": few words that the knowledge base would take for its own."""
    words, typed = services.questionnaire.words, fold(text)
    if len(typed) > _LONGEST_WISH:
        return None
    if mentions(words.progress, typed):
        return parsed("show_roadmap", text)
    return parsed("show_results", text, part="people") if mentions(words.inviting, typed) else None


def of_manners(found: Parsed, services: Services, text: str, is_asking: bool) -> Parsed | None:
    """Distress comes before anything else; insults, answers for somebody else's firm and partings get an answer of their own."""
    intent, words, typed = found["intent"]["name"], services.questionnaire.words, fold(text)
    if intent == "distress":
        return found
    if _is_rude(typed, words.insults, words.insults_alone, intent):
        return parsed("EXTERNAL_insult", text)
    if is_asking and intent in MAYBE_ANSWERS and mentions(words.elsewhere, typed):
        return parsed("EXTERNAL_other_firm", text)
    if is_asking and (intent == "goodbye" or (intent in _PARTING and mentions(words.resting, typed))):
        return parsed("pause_or_stop", text)
    return None


def _is_rude(typed: str, insults: Collection[str], alone: Collection[str], intent: str) -> bool:
    """Some words are rude wherever they stand; others (ばか, which begins ばかり) only when nothing else is said."""
    if "".join(each for each in typed if each.isalnum()) in {fold(each) for each in alone}:
        return True
    return intent in MAYBE_ANSWERS and len(typed) <= _LONGEST_INSULT and mentions(insults, typed)
