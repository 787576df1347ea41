"""What stands beside a result: why each line of advice, what would change it, the trade's way, challenges, peers, trend, payback."""

from __future__ import annotations

from collections.abc import Mapping

from bot.assessment.advice import Advice, advise, next_rungs
from bot.assessment.journey import Journey, Result
from bot.assessment.outlook import LEAST_PEERS, WhatIf, distribution, likely_challenges, what_ifs
from bot.assessment.payback import read_figures
from bot.assessment.questionnaire import Answer, AnswerKind, implied
from bot.assessment.scoring import rounded
from bot.people import colleagues
from bot.people.linking import addresses
from bot.services import Services
from bot.turn import Turn
from dialogues.actions.assessment_questions import MARKS, option_label
from dialogues.actions.base import Meaning, Speaker, button
from knowledge.base import Entry

#: The survey has four stages; the last two levels fall into its last.
STAGES = 4
#: The entries that show one trade at work.
USE_CASES = "use-case/"
#: The sizes for which the survey has figures of their own, approximately.
PUBLISHED_SIZES = {"6-20": "utter_peers_small", "101+": "utter_peers_large"}
#: Levels so far apart are worth a talk.
FAR_APART = 2


class Outlook:
    """One owner's result, looked at from one side at a time."""

    def __init__(self, services: Services, turn: Turn, speaker: Speaker, journey: Journey, result: Result) -> None:
        self._services, self._turn, self._speaker = services, turn, speaker
        self._journey, self._result = journey, result
        self._words = services.knowledge.vocabulary

    async def show(self, part: str, meaning: Meaning) -> bool:
        """Show one part by its name; False when there is none of that name."""
        views = {"why": self._why, "journey": self._way, "challenges": self._challenges, "estimates": self._estimates}
        if part == "peers":
            await self._peers()
        elif part == "people":
            await self._people()
        elif part == "payback":
            self._payback()
        elif part in views:
            views[part](meaning)
        else:
            return False
        return True

    async def round_off(self) -> None:
        """What follows every result: the change since last time, single steps that lift a level, and the other views."""
        await self._trend()
        steps = what_ifs(self._journey.answers, self._journey.profile, self._services.questionnaire)
        lines = [self._speaker.phrase("what_if", **self._what_if(each)) for each in steps]
        views = ["challenges", "peers", "payback", "people"]
        views += ["journey"] if self._journey.person.industry in self._services.prospects.ways else []
        views += ["estimates"] if self._implied() else []
        buttons = [button(self._speaker.phrase(f"view_{each}"), "show_results", part=each) for each in views]
        response = "utter_assessment_what_if" if lines else "utter_assessment_views"
        self._speaker.say(response, buttons, rests_on=[each.question.id for each in steps], steps="\n".join(lines))

    def _what_if(self, step: WhatIf) -> Mapping[str, object]:
        language = self._speaker.language
        return {
            "name": step.question.name.get(language),
            "option": step.question.options[step.value].get(language),
            "dimension": self._words["dimension"][step.question.dimension].get(language),
            "before": step.before,
            "after": step.after,
        }

    # --- one line of advice -----------------------------------------------------------------------------------------------

    def _why(self, meaning: Meaning) -> None:
        wanted = meaning.get("action", "")
        answers, profile, questionnaire = self._journey.answers, self._journey.profile, self._services.questionnaire
        every = advise(answers, profile, self._result.score, questionnaire, limit=len(questionnaire.actions))
        found = next((each for each in every if each.action.id == wanted), None)
        if found is None:
            self._speaker.say("utter_advice_gone")
            return
        entries = [entry for each in found.action.entries if (entry := self._services.knowledge.get(each))]
        buttons = [button(entry.title.get(self._speaker.language), "ask_knowledge", topic=entry.id) for entry in entries]
        cited = [*(each.question for each in found.rests_on), *found.action.entries]
        self._speaker.say("utter_assessment_why_advice", buttons, cited, **self._reasons(found))

    def _reasons(self, advice: Advice) -> dict[str, object]:
        speaker, action = self._speaker, advice.action
        question = self._services.questionnaire.question(action.question)
        given = [
            speaker.phrase("named_answer", name=each_question.name.get(speaker.language), answer=self._label(each.question))
            for each in advice.rests_on
            if (each_question := self._services.questionnaire.question(each.question))
        ]
        return {
            "title": action.title.get(speaker.language),
            "why": action.why.get(speaker.language),
            "given": "\n".join(given),
            "impact": action.impact,
            "effort": action.effort,
            "cost": self._words["cost"][action.cost].get(speaker.language),
            "pain": speaker.phrase("helps_pain" if advice.pain_weighted else "helps_no_pain"),
            "prerequisite": action.prerequisite.get(speaker.language),
            "name": question.name.get(speaker.language),
            "mark": MARKS[action.up_to],
        }

    def _label(self, question_id: str) -> str:
        question = self._services.questionnaire.question(question_id)
        answer = self._journey.answer_to(question_id) or self._implied().get(question_id)
        if answer is None:
            return self._speaker.phrase("none")
        label = option_label(self._speaker, question, AnswerKind.VALUE if answer.value else answer.kind, answer.value)
        return self._speaker.phrase("estimated", answer=label) if answer.kind is AnswerKind.IMPUTED else label

    # --- other views ------------------------------------------------------------------------------------------------------

    def _way(self, meaning: Meaning) -> None:
        industry = self._journey.person.industry or ""
        steps = self._services.prospects.ways.get(industry)
        if steps is None:
            self._speaker.say("utter_no_way_for_trade")
            return
        name = self._words_of_industry(industry)
        told = self._speaker.numbered(each.get(self._speaker.language) for each in steps)
        cases = [each for each in self._services.knowledge.entries.values() if _is_case_of(each, industry)]
        buttons = [button(each.title.get(self._speaker.language), "ask_knowledge", topic=each.id) for each in cases]
        self._speaker.say("utter_trade_way", buttons, [each.id for each in cases], industry=name, steps=told)

    def _words_of_industry(self, industry: str) -> str:
        options = {each.id: each.label for each in self._services.questionnaire.profile[0].options}
        return options[industry].get(self._speaker.language)

    def _challenges(self, meaning: Meaning) -> None:
        likely = likely_challenges(self._services.prospects.challenges, self._journey.answers, self._journey.profile)
        entries, language = self._services.knowledge.entries, self._speaker.language
        lines = [
            self._speaker.phrase(
                "challenge_line",
                challenge=entries[each.challenge].title.get(language),
                practice=entries[each.practice].title.get(language),
                tomorrow=entries[each.practice].tomorrow.get(language),
            )
            for each in likely
        ]
        buttons = [button(entries[each.challenge].title.get(language), "ask_knowledge", topic=each.challenge) for each in likely]
        cited = [id for each in likely for id in (each.challenge, each.practice)]
        self._speaker.say("utter_challenges" if lines else "utter_challenges_none", buttons, cited, lines="\n".join(lines))

    def _implied(self) -> dict[str, Answer]:
        found = implied(self._journey.answers, self._journey.profile)
        return {question: answer for question, answer in found.items() if answer.kind is AnswerKind.IMPUTED}

    def _estimates(self, meaning: Meaning) -> None:
        """What follows from other answers, and can be answered after all."""
        found, language = list(self._implied()), self._speaker.language
        questions = [self._services.questionnaire.question(each) for each in found]
        lines = [self._speaker.phrase("named_answer", name=each.name.get(language), answer=self._label(each.id)) for each in questions]
        buttons = [button(each.name.get(language), "go_back_previous_question", question=each.id) for each in questions]
        self._speaker.say("utter_estimates" if lines else "utter_estimates_none", buttons, found, lines="\n".join(lines))

    async def _peers(self) -> None:
        level = self._result.score.level or 1
        shares = distribution(await self._services.journeys.peer_levels(self._turn.session, self._journey.profile))
        self._speaker.say("utter_peers_published", stage=min(level, STAGES), level=level)
        if (size := self._journey.profile.size) in PUBLISHED_SIZES:
            self._speaker.say(PUBLISHED_SIZES[size])
        if shares is None:
            self._speaker.say("utter_peers_too_few", least=LEAST_PEERS)
        else:
            lines = [self._speaker.phrase("peer_line", level=place, percent=share) for place, share in enumerate(shares, 1)]
            self._speaker.say("utter_peers_own", lines="\n".join(lines))

    async def _people(self) -> None:
        """The links for colleagues, and where those who answered see things differently."""
        session, person = self._turn.session, self._turn.person
        code = await colleagues.code_of(session, person, self._turn.now)
        seen = await colleagues.core_levels(session, person, self._services.questionnaire)
        links = colleagues.links(await addresses(session), code)
        lines = [self._speaker.phrase(f"join_link_{channel}", link=link) for channel, link in links.items()]
        on_page = not links and self._turn.conversation.channel == "web"
        response = "utter_join_links" if links else "utter_join_on_page" if on_page else "utter_join_code"
        self._speaker.say(response, code=code, links="\n".join(lines))
        lines = [self._people_line(question, levels) for question, levels in seen.items() if question in self._journey.answers]
        if lines:
            self._speaker.say("utter_people_compared", rests_on=list(seen), lines="\n".join(lines))

    def _people_line(self, question_id: str, levels: list[int]) -> str:
        mine = self._journey.answers[question_id].value
        name = self._services.questionnaire.question(question_id).name.get(self._speaker.language)
        others = "".join(_mark(level) for level in sorted(set(levels)))
        line = self._speaker.phrase("people_line", name=name, mine=_mark(mine), count=len(levels), others=others)
        apart = mine is not None and max(abs(level - mine) for level in levels) >= FAR_APART
        return self._speaker.phrase("people_apart", line=line) if apart else line

    def _payback(self) -> None:
        figures = read_figures(self._turn.incoming.text)
        if figures is None:
            self._speaker.say("utter_payback_ask")
        elif figures.months is None:
            self._speaker.say("utter_payback_never", gain=rounded(figures.gain))
        else:
            months = f"{float(figures.months):.1f}"
            self._speaker.say("utter_payback", months=months, gain=rounded(figures.gain), cost=rounded(figures.cost))

    async def _trend(self) -> None:
        """The levels of last time beside those of today, and the answers that made the difference."""
        before = await self._services.journeys.previous(self._turn.session, self._journey)
        earlier = before.result() if before else None
        if before is None or earlier is None or before.assessment.finished_at is None:
            return
        then = {each.dimension: each.level for each in earlier.score.dimensions}
        names = {each: word.get(self._speaker.language) for each, word in self._words["dimension"].items()}
        lines = [
            self._speaker.phrase("trend_line", name=names[each.dimension], before=then[each.dimension], after=each.level)
            for each in self._result.score.dimensions
            if each.level is not None and then[each.dimension] is not None
        ]
        day = self._services.phrases.day(before.assessment.finished_at.date(), self._speaker.language)
        self._speaker.say("utter_assessment_trend", day=day, lines="\n".join(lines), changes=self._changes(before))

    def _changes(self, before: Journey) -> str:
        now, language = self._journey.answers, self._speaker.language
        changed = [
            (question, before.answers[question.id].value, now[question.id].value)
            for question in self._services.questionnaire.questions
            if question.id in now and question.id in before.answers and now[question.id] != before.answers[question.id]
        ]
        lines = [
            self._speaker.phrase("change_line", name=question.name.get(language), before=_mark(then), after=_mark(later))
            for question, then, later in changed
        ]
        return "\n".join(lines) or self._speaker.phrase("no_changes")


def _is_case_of(entry: Entry, industry: str) -> bool:
    """Whether an entry is the example of a trade; the shop's stock is one for others too, behind their own."""
    return entry.id.startswith(USE_CASES) and industry in entry.fits.industries


def _mark(value: int | None) -> str:
    return MARKS[value - 1] if value else "-"


def show_next_rungs(services: Services, speaker: Speaker, journey: Journey) -> None:
    """For a firm that is past every action: the next option of its lowest answers."""
    rungs, language = next_rungs(journey.answers, journey.profile, services.questionnaire), speaker.language
    lines = [
        speaker.phrase("rung_line", name=each.question.name.get(language), option=each.question.options[each.value].get(language))
        for each in rungs
    ]
    response = "utter_assessment_next_rungs" if lines else "utter_assessment_no_actions"
    speaker.say(response, rests_on=[each.question.id for each in rungs], rungs="\n".join(lines))
