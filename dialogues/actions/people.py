"""What belongs to the owner: a copy of it, its deletion, and the channels that reach them."""

from __future__ import annotations

from collections.abc import Mapping

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, FollowupAction, SlotSet

from bot.people.data import Kept, erase, kept_about
from bot.people.linking import CODE_LIFE, address_of, channels_of, join, new_code, use_code
from bot.rollout.calendar import local_time
from bot.rollout.checkins import zone_of
from bot.rollout.quote_lines import QuoteLines
from bot.storage.tables import Person
from bot.turn import Turn
from dialogues.actions.base import AdvisorAction, Events, Meaning, Speaker, button

TELEGRAM, WEB = "telegram", "web"


#: What a receipt counts, and in which tables that lies; rows that only belong to one of these go uncounted.
COUNTED = {
    "answers": ("answer",),
    "plans": ("initiative",),
    "checkins": ("checkin",),
    "figures": ("figure",),
    "quotes": ("vendor",),
    "papers": ("document",),
    "links": ("shared_plan", "calendar_feed", "digest", "push_subscription", "join_code", "link_code"),
    "questions": ("question",),
    "handoffs": ("handoff",),
    "messages": ("inbox", "outbox"),
}


class Export(AdvisorAction):
    """Everything that is kept: in short in the conversation, and in full as a paper and as data."""

    action_name = "action_people_export"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        kept = await kept_about(turn.session, turn.person)
        paper, data = await self.services.reports.copy(turn.session, turn.person, turn.now)
        speaker.say("utter_export", data="\n".join(self._lines(turn, speaker, kept)))
        speaker.hand_over("utter_export_paper", paper)
        speaker.hand_over("utter_export_data", data)
        return []

    def _lines(self, turn: Turn, speaker: Speaker, kept: Kept) -> list[str]:
        language, phrases, none = speaker.language, self.services.phrases, speaker.phrase("none")
        plans = [action.title.get(language) if (action := self.services.reports.material.action(each)) else each for each in kept.plans]
        return [
            speaker.phrase("kept_profile", values=phrases.listed(self._told(turn.person, language), language) or none),
            speaker.phrase("kept_answers", count=len(kept.answers)),
            speaker.phrase("kept_plans", values=phrases.listed(plans, language) or none),
            speaker.phrase("kept_quotes", values=phrases.listed(self._quotes(speaker, kept), speaker.language) or none),
            speaker.phrase("kept_messages", count=kept.messages),
        ]

    def _told(self, person: Person, language: str) -> list[str]:
        """What is known of the firm, in the words of the options."""
        profile = self.services.questionnaire.profile
        return [each.label.get(language) for question in profile for each in question.options if each.id == getattr(person, question.id)]

    def _quotes(self, speaker: Speaker, kept: Kept) -> list[str]:
        """Each supplier with its scores."""
        lines = QuoteLines(self.services.phrases, speaker.language, self.services.shortlists.criteria)
        shown = {name: [f"{lines.label(each)} {value or '?'}" for each, value in scores.items()] for name, scores in kept.quotes.items()}
        return [speaker.phrase("kept_quote", name=name, scores=lines.names(scores) or "-") for name, scores in shown.items()]


class Delete(AdvisorAction):
    """Deletes everything, once the owner has confirmed it."""

    action_name = "action_people_delete"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if meaning.get("confirm") != "yes":
            speaker.say("utter_delete_confirm")
            return []
        language, zone = turn.language, zone_of(turn.person)
        papers = await self.services.reports.documents.forget(turn.session, turn.person)
        receipt = await erase(turn.session, turn.person, turn.conversation, turn.now, papers)
        at = self.services.phrases.moment(local_time(receipt.at, zone), language, "exact_moment")
        lines = "\n".join(self._lines(speaker, receipt.counts))
        speaker.say("utter_deleted", receipt=receipt.number, at=at, data=lines)
        return [AllSlotsReset(), SlotSet("language", language), {"event": "active_loop", "name": None}]

    def _lines(self, speaker: Speaker, counts: Mapping[str, int]) -> list[str]:
        """How much of each went."""
        found = {name: sum(counts.get(table, 0) for table in tables) for name, tables in COUNTED.items()}
        return [speaker.phrase(f"gone_{name}", count=count) for name, count in found.items() if count]


async def telegram_offer(turn: Turn, speaker: Speaker) -> list[dict[str, str]]:
    """A button that offers Telegram, for owners on the web page who could have it and have not yet."""
    if turn.conversation.channel != WEB or await address_of(turn.session, TELEGRAM) is None:
        return []
    linked = TELEGRAM in await channels_of(turn.session, turn.person)
    return [] if linked else [button(speaker.phrase("link_telegram"), "link_channel")]


class LinkChannel(AdvisorAction):
    """Hands out a link that lets the owner go on in Telegram, or asks where check-ins shall arrive when both are joined."""

    action_name = "action_people_link_channel"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        address, channels = await address_of(turn.session, TELEGRAM), await channels_of(turn.session, turn.person)
        if {TELEGRAM, WEB} <= channels:
            speaker.say("utter_link_done_already")
        elif TELEGRAM in channels:
            speaker.say("utter_link_from_web")
        elif address is None:
            speaker.say("utter_link_unavailable")
        else:
            code = await new_code(turn.session, turn.person, turn.now)
            minutes = int(CODE_LIFE.total_seconds() // 60)
            speaker.say("utter_link_offer", link=f"{address}?start={code}", minutes=minutes)
        return []


class Join(AdvisorAction):
    """The owner came through such a link: what was said over there goes on here."""

    action_name = "action_people_join"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        person = await use_code(turn.session, turn.incoming.code or "", turn.now)
        if person is None:
            return [FollowupAction("action_people_code_expired")]
        await join(turn.session, turn.conversation, person)
        turn.person.preferred_channel = turn.conversation.channel
        return [SlotSet("language", turn.language), FollowupAction("action_people_joined")]


class Joined(AdvisorAction):
    """Says so, in the language of the person joined (see `LanguageChanged`), and goes on with the open assessment."""

    action_name = "action_people_joined"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        journey = await self.services.journeys.current(turn.session, turn.person)
        speaker.say("utter_link_done")
        is_under_way = journey is not None and journey.assessment.is_open
        return [FollowupAction("action_assessment_resume" if is_under_way else "action_greet")]


class CodeExpired(AdvisorAction):
    """The link was used or is too old; a newcomer is welcome all the same, and is told how to get another one."""

    action_name = "action_people_code_expired"
    hands_back = False

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        if looks_like_code(turn.incoming.code or ""):
            speaker.say("utter_link_expired")
        return [FollowupAction("action_greet")]


def looks_like_code(text: str) -> bool:
    """Whether a link carried one of our codes, rather than a word such as `group`."""
    return len(text) > 16


class PreferChannel(AdvisorAction):
    """Check-ins arrive where the owner said."""

    action_name = "action_people_prefer_channel"

    async def act(self, turn: Turn, speaker: Speaker, meaning: Meaning, tracker: Tracker) -> Events:
        wanted = meaning.get("channel", "")
        if wanted in (TELEGRAM, WEB):
            turn.person.preferred_channel = wanted
        speaker.say("utter_prefer_telegram" if turn.person.preferred_channel == TELEGRAM else "utter_prefer_web")
        return []
