"""What typed words mean while a check-in stands: its answer, the answer to the short question behind it, or something else altogether."""

from __future__ import annotations

from typing import Any

from bot.rollout.figures import is_passed_over
from bot.rollout.replies import ReplyKind, has_number, is_question, read_obstacle, read_reply
from bot.services import Services
from bot.storage.tables import CheckIn

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


def certain_reply(standing: CheckIn, services: Services, text: str, offered: bool) -> str | None:
    """The meaning of words that can be nothing but a reply to the check-in; None when they may be something else.

    `offered`: something was offered since the check-in was asked, so a bare yes or no means that.
    """
    if is_question(text, services.reply_words):
        return None
    reply = read_reply(text, services.reply_words)
    if standing.awaiting is None:
        bare = reply is not None and reply.kind in (ReplyKind.YES, ReplyKind.NO)
        return None if reply is None or (bare and offered) else _INTENTS[reply.kind]
    if standing.awaiting == "obstacle":
        return BLOCKED if read_obstacle(text, services.reply_words) else None
    if reply and reply.kind in (ReplyKind.BLOCKED, ReplyKind.LATER):
        return _INTENTS[reply.kind]
    return NOTE if is_passed_over(text, services.ledgers.words) or has_number(text) else None


def likely_reply(standing: CheckIn, services: Services, text: str, found: dict[str, Any], offered: bool) -> str | None:
    """The meaning when the classifier has had its say; None: what it found is meant."""
    intent, confidence = found["intent"]["name"], found["intent"]["confidence"]
    if standing.awaiting is None:
        meaning = None if offered and intent in ("affirm", "deny") else _VAGUE.get(intent)
        return "checkin_in_progress" if meaning == UNCLEAR and has_number(text) else meaning
    asks = is_question(text, services.reply_words)
    if asks or (intent in _COMMANDS and confidence >= _SURE):
        return None
    return BLOCKED if standing.awaiting == "obstacle" and intent != "skip_question" else NOTE
