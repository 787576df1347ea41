"""From facts to the report: a document that an owner can show to a bank. Pure; the words stand in knowledge/reports/words.yml."""

from __future__ import annotations

from collections.abc import Iterator

from bot.assessment.advice import Advice
from bot.assessment.questionnaire import LEVELS, Answer, AnswerKind, ProfileQuestion, ScoredQuestion
from bot.assessment.scoring import DimensionScore, rounded
from bot.reports.facts import Facts
from bot.reports.paper import Beside, Paper, Section, Table, Together, Words
from bot.reports.picturing import Say, level_before, matrix, radar, roadmap, say_in, target_of


def write_report(facts: Facts, language: str) -> Paper:
    """The report of an assessment with at least one answer."""
    say = say_in(facts.material, language)
    return _paper(facts, say, say("report_title"), _sections(facts, say))


def write_packet(facts: Facts, language: str) -> Paper:
    """The report with the consent and every answer, for an accountant or chamber of the owner's choice."""
    say = say_in(facts.material, language)
    consent = Words(say("packet_consent", date=say.date(facts.today)), "small")
    return _paper(facts, say, say("packet_title"), [*_sections(facts, say, consent), _answers(facts, say)])


def _sections(facts: Facts, say: Say, *notes: Words) -> list[Section]:
    """What report and packet share; `notes` stand at the end of the summary."""
    sections = [_summary(facts, say, notes), _gaps(facts, say), _actions(facts, say)]
    if facts.plan:
        sections.append(_roadmap(facts, say))
    return [*sections, _glossary(facts, say, sections), _method(facts, say)]


def _paper(facts: Facts, say: Say, title: str, sections: list[Section]) -> Paper:
    made_on = say("made_on", date=say.date(facts.today))
    return Paper(say.language, title, made_on, tuple(_details(facts, say)), tuple(sections), f"{title} {say.date(facts.today)}")


def _details(facts: Facts, say: Say) -> Iterator[tuple[str, str]]:
    yield say("firm_name"), ""  # the advisor never asks for the name; the owner writes it here
    for question in facts.material.questionnaire.profile:
        yield say(f"firm_{question.id}"), _told(facts, say, question)
    yield say("assessed_on"), say.date(facts.now.on)


def _told(facts: Facts, say: Say, question: ProfileQuestion) -> str:
    chosen = getattr(facts.profile, question.id)
    return next((each.label.get(say.language) for each in question.options if each.id == chosen), say("not_told"))


# --- summary ------------------------------------------------------------------------------------------------------------------


def _summary(facts: Facts, say: Say, notes: tuple[Words, ...]) -> Section:
    words = (*_summary_words(facts, say), *notes)
    return Section(say("summary"), (Beside(radar(facts, say.language), words), _levels(facts, say)))


def _summary_words(facts: Facts, say: Say) -> Iterator[Words]:
    score = facts.score
    if score.level is not None and score.percent is not None:
        yield Words(say("headline", level=score.level, name=level_name(facts, say, score.level), percent=rounded(score.percent)), "lead")
    if facts.before and facts.score_before and facts.score_before.percent is not None:
        yield Words(say("headline_before", date=say.date(facts.before.on), percent=rounded(facts.score_before.percent)))
    yield Words(_strong_and_weak(facts, say))
    if score.has_ai_without_linked_data:
        yield Words(say("ai_unlinked"))
    label = facts.material.vocabulary["certainty"][score.certainty.label].get(say.language)
    yield Words(say("certainty", label=label, given=score.certainty.given, applicable=score.certainty.applicable))
    if not facts.is_complete:
        yield Words(say("not_complete"))
    if facts.advice:
        yield Words(say("first_thing", title=facts.advice[0].action.title.get(say.language)), "strong")


def _strong_and_weak(facts: Facts, say: Say) -> str:
    names, score = facts.material.vocabulary["dimension"], facts.score
    if not score.strongest:
        return say("all_alike")
    strongest, weakest = (
        facts.material.words.phrases.listed((names[each].get(say.language) for each in found), say.language)
        for found in (score.strongest, score.weakest)
    )
    return say("strong_weak", strongest=strongest, weakest=weakest)


def level_name(facts: Facts, say: Say, level: int) -> str:
    """The name of a level (1-5)."""
    return facts.material.vocabulary["level"][str(level)].get(say.language)


def _level_cell(facts: Facts, say: Say, level: int | None) -> str:
    return say("spoke_none") if level is None else say("level_cell", level=level, name=level_name(facts, say, level))


def _levels(facts: Facts, say: Say) -> Table:
    header = [say("column_dimension"), say("column_level"), say("column_percent"), say("column_target")]
    if facts.before:
        header.insert(3, say("column_before"))
    rows = tuple(tuple(_level_cells(facts, say, each)) for each in facts.score.dimensions)
    return Table(tuple(header), rows, (30, 24, 16, 24, 24)[: len(header)])


def _level_cells(facts: Facts, say: Say, each: DimensionScore) -> Iterator[str]:
    yield facts.material.vocabulary["dimension"][each.dimension].get(say.language)
    yield _level_cell(facts, say, each.level)
    yield say("percent_cell", percent=rounded(each.percent)) if each.percent is not None else ""
    if facts.before:
        yield _level_cell(facts, say, level_before(facts.score_before, each.dimension))
    yield _level_cell(facts, say, target_of(each.level))


# --- gaps ---------------------------------------------------------------------------------------------------------------------


def _gaps(facts: Facts, say: Say) -> Section:
    core = [each for each in facts.material.questionnaire.questions if each.core]
    rows = tuple(_gap(facts, say, each) for each in core if each.id in facts.known)
    header = (say("column_dimension"), say("column_now"), say("column_next"))
    return Section(say("gaps"), (Words(say("gaps_note"), "small"), Table(header, rows, (24, 46, 46))))


def _gap(facts: Facts, say: Say, question: ScoredQuestion) -> tuple[str, str, str]:
    """A dimension, the answer to its core question, and the option above it."""
    answer = facts.known[question.id]
    name = facts.material.vocabulary["dimension"][question.dimension].get(say.language)
    if answer.counted is None:
        return name, answered(say, question, answer), ""
    is_top = answer.counted == LEVELS
    return name, answered(say, question, answer), say("at_the_top") if is_top else question.options[answer.counted].get(say.language)


def answered(say: Say, question: ScoredQuestion, answer: Answer) -> str:
    """An answer in the words of its option."""
    if answer.value is None:
        return say(answer.kind.value)
    phrase = "answer_imputed" if answer.kind is AnswerKind.IMPUTED else "answer_cell"
    return say(phrase, value=answer.value, option=question.options[answer.value - 1].get(say.language))


# --- first actions ------------------------------------------------------------------------------------------------------------


def _actions(facts: Facts, say: Say) -> Section:
    picture = matrix(facts, say.language)
    if picture is None:
        return Section(say("actions"), (Words(say("no_actions")),))
    note = (Words(say("actions_note"), "small"),)
    first, *others = [Together(tuple(_action(facts, say, number, each))) for number, each in enumerate(facts.advice, 1)]
    return Section(say("actions"), (Beside(picture, (*note, *first.words)), *others), new_page=True)


def _action(facts: Facts, say: Say, number: int, advice: Advice) -> Iterator[Words]:
    action, words, language = advice.action, facts.material.vocabulary, say.language
    yield Words(say("action_heading", number=number, title=action.title.get(language)), "strong")
    weight = say(
        "action_facts",
        impact=action.impact,
        impact_word=words["scale"][str(action.impact)].get(language),
        effort=action.effort,
        effort_word=words["scale"][str(action.effort)].get(language),
    )
    yield Words(f"{weight}\n{say('action_cost', cost=words['cost'][action.cost].get(language))}")
    quick = [say("action_quick")] if advice.quick_win else []
    yield Words(say.run_on([action.why.get(language), *quick]))
    needs = "action_needs_not_met" if advice.unmet else "action_needs"
    yield Words(say(needs, prerequisite=action.prerequisite.get(language)))
    yield Words(say("action_start", first_step=action.first_step.get(language)))
    yield Words(_rests_on(facts, say, advice), "small")


def _rests_on(facts: Facts, say: Say, advice: Advice) -> str:
    """The answer that brought an action up."""
    question = facts.material.questionnaire.question(advice.action.question)
    if not isinstance(question, ScoredQuestion):
        raise TypeError(f"the action {advice.action.id} rests on {question.id}, which is not scored")
    return say("action_answer", question=question.text.get(say.language), answer=answered(say, question, facts.known[question.id]))


# --- roadmap ------------------------------------------------------------------------------------------------------------------


def _roadmap(facts: Facts, say: Say) -> Section:
    if facts.plan is None:
        raise ValueError("there is no plan to show")
    picture = roadmap(facts.material, facts.plan, facts.today, say.language)
    words = [Words(say("roadmap_note"), "small")]
    for bar in picture.bars:
        phase = facts.material.phases[bar.number - 1]
        words.append(Words(say("action_heading", number=bar.number, title=bar.name), "strong"))
        words.append(Words(f"{say('column_done_when')}: {phase.done_when.get(say.language)}", "small"))
    return Section(say("roadmap"), (Beside(picture, tuple(words)),), new_page=True)


# --- glossary, method, answers ------------------------------------------------------------------------------------------------


def _glossary(facts: Facts, say: Say, sections: list[Section]) -> Section:
    """The terms that the report uses."""
    used = "\n".join(_texts(sections)).casefold()
    terms = [(each.term.get(say.language), each.meaning.get(say.language)) for each in facts.material.words.glossary]
    rows = tuple((term, meaning) for term, meaning in terms if term.casefold() in used)
    return Section(say("glossary"), (Table((), rows, (24, 92)),))


def _texts(sections: list[Section]) -> Iterator[str]:
    for block in (block for section in sections for block in section.blocks):
        if isinstance(block, Table):
            yield from (cell for row in block.rows for cell in row)
        elif isinstance(block, Words):
            yield block.text
        else:
            yield from (words.text for words in block.words)


def _method(facts: Facts, say: Say) -> Section:
    header = (say("column_dimension"), say("column_answers"), say("column_mean"), say("column_level"))
    rows = tuple(_working(facts, say, each) for each in facts.score.dimensions if each.mean is not None)
    blocks = (Words(say("method_lines")), Table(header, rows, (30, 40, 14, 32)), Words(say("method_note"), "small"))
    return Section(say("method"), blocks)


def _working(facts: Facts, say: Say, each: DimensionScore) -> tuple[str, ...]:
    counted = [say("counted_twice", value=part.counted) if part.weight == 2 else str(part.counted) for part in each.parts]
    level = say(f"cap_{each.cap.value}", level=each.level) if each.cap else _level_cell(facts, say, each.level)
    name = facts.material.vocabulary["dimension"][each.dimension].get(say.language)
    return name, ", ".join(counted), f"{float(each.mean or 0):.2f}", level


def _answers(facts: Facts, say: Say) -> Section:
    questions = facts.material.questionnaire.questions
    rows = tuple((each.text.get(say.language), _given(facts, say, each)) for each in questions)
    return Section(say("answers"), (Table((say("column_question"), say("column_answer")), rows, (58, 58)),), new_page=True)


def _given(facts: Facts, say: Say, question: ScoredQuestion) -> str:
    return answered(say, question, facts.known[question.id]) if question.id in facts.known else say("skipped")
