"""What typed words mean while a check-in stands: its answer, the answer to the short question behind it, or something else altogether."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rollout.figures import is_passed_over
from bot.rollout.replies import ReplyKind, has_number, is_question, read_obstacle, read_reply
from bot.rollout.reply_model import MAYBE_REPLY, SURELY_REPLY
from bot.services import Services

NOTE, UNCLEAR, BLOCKED = "EXTERNAL_checkin_note", "EXTERNAL_checkin_unclear", "checkin_blocked"
_INTENTS = {
    ReplyKind.DONE: "checkin_done",
    ReplyKind.YES: "checkin_done",
    ReplyKind.IN_PROGRESS: "checkin_in_progress",
    ReplyKind.NO: "checkin_in_progress",
    ReplyKind.BLOCKED: BLOCKED,
    ReplyKind.LATER: "snooze_checkin",
}
#: Words behind a short question are its answer unless they are surely one of these.
_COMMANDS = frozenset(
    {
        *("help", "talk_to_human", "start_assessment", "resume_assessment", "pause_or_stop", "show_results", "show_roadmap"),
        *("set_checkin_schedule", "snooze_checkin", "pause_reminders", "resume_reminders", "change_language"),
        *("share_plan", "stop_sharing", "get_calendar", "stop_calendar", "start_digest", "stop_digest"),
        *("export_my_data", "delete_my_data", "goodbye", "bot_challenge", "greet", "start_rollout"),
    }
)
_SURE = 0.6
#: What the classifier says when it does not know; as an answer to the question that stands, a yes is done and a no is not yet.
_VAGUE = {"affirm": "checkin_done", "deny": "checkin_in_progress", "nlu_fallback": UNCLEAR, "answer_assessment": UNCLEAR}


@dataclass(frozen=True, slots=True)
class Meant:
    """The intent of a reply, and what stands in the way where the words tell it."""

    intent: str
    obstacle: str | None = None


def certain_reply(awaiting: str | None, services: Services, text: str, offered: bool) -> Meant | None:
    """The meaning of words that can be nothing but a reply to the check-in; None when they may be something else.

    `awaiting`: the short question behind the check-in that stands, if any. `offered`: something was offered since the check-in was
    asked, so a bare yes or no means that.
    """
    if is_question(text, services.reply_words):
        return None
    reply = read_reply(text, services.reply_words)
    if awaiting is None:
        return Meant(_INTENTS[reply.kind]) if reply and not offered and reply.kind in (ReplyKind.YES, ReplyKind.NO) else None
    if awaiting == "obstacle":
        return Meant(BLOCKED) if read_obstacle(text, services.reply_words) else None
    if reply and reply.kind in (ReplyKind.BLOCKED, ReplyKind.LATER):
        return Meant(_INTENTS[reply.kind])
    return Meant(NOTE) if is_passed_over(text, services.ledgers.words) or has_number(text) else None


def told_reply(awaiting: str | None, services: Services, text: str, found: dict[str, Any]) -> Meant | None:
    """The meaning of words that tell how it goes; None when they are rather a question, a command, or something known by name."""
    if awaiting is not None or is_question(text, services.reply_words):
        return None
    guess = services.replies.guess(text)
    needed = SURELY_REPLY if _is_command(found) or services.answers.is_sure(text) else MAYBE_REPLY
    if guess.chance >= needed:
        return Meant(_INTENTS[guess.kind], guess.obstacle)
    reply = read_reply(text, services.reply_words)
    return Meant(_INTENTS[reply.kind]) if reply and reply.kind not in (ReplyKind.YES, ReplyKind.NO) else None


def likely_reply(awaiting: str | None, services: Services, text: str, found: dict[str, Any], offered: bool) -> Meant | None:
    """The meaning when the classifier has had its say; None: what it found is meant."""
    intent = found["intent"]["name"]
    if awaiting is None:
        meaning = None if offered and intent in ("affirm", "deny") else _VAGUE.get(intent)
        meaning = "checkin_in_progress" if meaning == UNCLEAR and has_number(text) else meaning
        return Meant(meaning) if meaning else None
    if is_question(text, services.reply_words) or _is_command(found):
        return None
    return Meant(BLOCKED if awaiting == "obstacle" and intent != "skip_question" else NOTE)


def _is_command(found: dict[str, Any]) -> bool:
    return found["intent"]["name"] in _COMMANDS and found["intent"]["confidence"] >= _SURE
