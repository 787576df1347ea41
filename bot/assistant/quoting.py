"""What typed words mean about quotes: the answer to the question about one that stands, or news of one by its name."""

from __future__ import annotations

from typing import Any

from bot.rollout.prices import read_price
from bot.rollout.quoting import Asked, Said, as_name, hear_quote, is_unknown, named_vendor, read_score, read_scores
from bot.rollout.replies import ReplyKind, is_question, read_reply
from bot.services import Services
from bot.turn import Turn

#: An intent with values, as a button means it.
Meaning = tuple[str, dict[str, object]]

SCORE, PRICE, CHOOSE, UNCLEAR = "EXTERNAL_vendor_score", "EXTERNAL_vendor_price", "EXTERNAL_vendor_choose", "EXTERNAL_vendor_unclear"
#: Words in answer to the name of a firm are that name unless they are surely something else.
_SURE = 0.6
#: What the classifier says when it does not know.
_VAGUE = frozenset({"affirm", "deny", "nlu_fallback", "answer_assessment", "out_of_scope", "checkin_done", "checkin_in_progress"})
_WAITING = frozenset({"pause_or_stop", "snooze_checkin", "pause_reminders"})
#: Choosing a firm by name in answer to "which one?" takes no more than this.
_LONGEST_CHOICE = 30
#: More than this is no attempt at a score or a price.
_LONGEST_ANSWER = 24
_MEANS = {
    Said.ADD: "add_vendor",
    Said.PRICE: PRICE,
    Said.SCORE: SCORE,
    Said.BEGIN: "score_vendor",
    Said.REMOVE: "EXTERNAL_vendor_remove",
    Said.RENAME: "EXTERNAL_vendor_rename",
    Said.CHOOSE: CHOOSE,
    Said.ASK: "get_demo_questions",
}


async def certain_quote(turn: Turn, services: Services, text: str, asked: Asked | None, is_asking: bool) -> Meaning | None:
    """What can be nothing but news of a quote, or the answer to the question that stands; `is_asking`: the assessment is open."""
    known = await services.shortlists.names(turn.session, turn.person)
    if asked is not None and not is_asking and (answer := _answer(text, asked, known, services, turn.language)):
        return answer
    heard = hear_quote(text, known, services.shortlists.words, turn.language)
    if heard is None or (is_asking and heard.said not in (Said.ADD, Said.ASK)):
        return None
    reply = read_reply(text, services.reply_words)
    if reply is not None and reply.kind is ReplyKind.BLOCKED and heard.said in (Said.ADD, Said.BEGIN):
        return None  # the quote came, and that is what has brought things to a halt
    values: dict[str, object] = {"vendor": heard.vendor, "name": heard.name or None, "told": text}
    return _MEANS[heard.said], {name: value for name, value in values.items() if value is not None}


def _answer(text: str, asked: Asked, known: dict[int, str], services: Services, language: str) -> Meaning | None:
    """The answer to the question that stands, as far as it is certain."""
    words = services.shortlists.words
    if is_question(text, services.reply_words):
        return None
    if asked.what == "score" and asked.vendor in known:
        is_score, value = read_score(text, words)
        if is_score:
            return SCORE, {"vendor": asked.vendor, "criterion": asked.about, "value": "unknown" if value is None else value}
        if read_scores(text, words) and named_vendor(text, known) is None:
            return SCORE, {"vendor": asked.vendor, "told": text}
    is_price = asked.what == "price" and asked.vendor in known and named_vendor(text, known) in (None, asked.vendor)
    if is_price and (read_price(text, language) or is_unknown(text, words)):
        return PRICE, {"vendor": asked.vendor, "told": text}
    if asked.what == "choose" and len(text) <= _LONGEST_CHOICE and (vendor := named_vendor(text, known)) is not None:
        return CHOOSE, {"vendor": vendor}
    return None


def likely_quote(asked: Asked, services: Services, text: str, found: dict[str, Any]) -> Meaning | None:
    """The answer to the question that stands when the classifier has had its say; None: what it found is meant."""
    intent, confidence = found["intent"]["name"], found["intent"]["confidence"]
    if is_question(text, services.reply_words):
        return None
    if intent in _WAITING:
        return "EXTERNAL_vendor_pause", {}
    if asked.what in ("name", "rename"):
        return _named(asked, services, text, intent not in _VAGUE and intent != "ask_knowledge" and confidence >= _SURE)
    if intent == "skip_question" and asked.what == "score":
        return SCORE, {"vendor": asked.vendor, "criterion": asked.about, "value": "unknown"}
    if intent == "skip_question" and asked.what == "price":
        return PRICE, {"vendor": asked.vendor, "skip": 1}
    if intent == "go_back_previous_question" and asked.what == "score":
        return "EXTERNAL_vendor_back", {}
    is_nothing = (intent in _VAGUE or confidence < _SURE) and len(text) <= _LONGEST_ANSWER and not services.answers.is_sure(text)
    return (UNCLEAR, {}) if asked.what in ("score", "price") and is_nothing else None


def _named(asked: Asked, services: Services, text: str, is_something_else: bool) -> Meaning | None:
    name = as_name(text, services.shortlists.words)
    if is_something_else:
        return None
    if name is None or is_unknown(text, services.shortlists.words):
        return UNCLEAR, {}
    return ("add_vendor", {"name": name}) if asked.what == "name" else ("EXTERNAL_vendor_rename", {"vendor": asked.vendor, "name": name})
