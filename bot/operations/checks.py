"""`advisor check`: everything that a content author can get wrong, found at once, with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from bot.assessment.contradictions import load_contradictions
from bot.assessment.prospects import load_prospects
from bot.assessment.questionnaire import load_questionnaire
from bot.operations.demo_report import load_material
from bot.operations.sample_checks import check_duplicates
from bot.reports.examples import load_examples
from bot.rollout.demo_questions import load_demo_questions
from bot.rollout.figures import load_figure_words
from bot.rollout.industries import load_trades
from bot.rollout.phases import load_phases
from bot.rollout.replies import load_reply_words
from bot.rollout.vendors import load_vendor_words
from bot.rollout.wishes.words import load_wish_words
from bot.services import answer_samples, reply_samples
from knowledge.base import INDUSTRIES, Entry, load_knowledge, load_topics
from knowledge.comparing import load_cells, load_comparisons, load_misbeliefs
from knowledge.content import Node
from knowledge.phrases import load_commands, load_phrases
from knowledge.problems import ContentError, Problems
from knowledge.queries import load_query_words
from knowledge.samples import load_samples
from knowledge.yaml_files import read_yaml

LANGUAGES = ("ja", "en")
#: How long an entry is good without somebody reading it again.
REVIEW_EVERY = timedelta(days=400)
_VALUE = re.compile(r"\{(\w+)\}")


def check_project(root: Path) -> list[str]:
    """One line for each problem in content, training messages and dialogues; empty when all is in order."""
    folder = root / "knowledge"
    parts: tuple[Callable[[], object], ...] = (
        lambda: load_knowledge(folder),
        lambda: load_questionnaire(folder),
        lambda: load_prospects(folder, load_questionnaire(folder), load_knowledge(folder).topics),
        lambda: load_contradictions(folder, load_questionnaire(folder)),
        lambda: load_phases(folder),
        lambda: load_wish_words(folder),
        lambda: load_figure_words(folder),
        lambda: load_reply_words(folder),
        lambda: load_trades(folder, INDUSTRIES),
        lambda: load_demo_questions(folder, [each.id for each in load_vendor_words(folder).criteria], load_topics(folder)),
        lambda: load_phrases(folder),
        lambda: load_query_words(folder),
        lambda: load_examples(folder, load_material(root)),
        lambda: load_commands(folder),
        lambda: load_comparisons(folder, load_topics(folder)),
        lambda: load_misbeliefs(folder, load_topics(folder)),
        lambda: load_cells(folder),
        lambda: load_samples(root / "nlu" / "topics"),
        lambda: answer_samples(root, load_questionnaire(folder)),
        lambda: reply_samples(root, load_reply_words(folder)),
        lambda: check_dialogues(root),
        lambda: check_duplicates(root),
    )
    return list(dict.fromkeys(line for part in parts for line in _lines(part)))  # examples read other content too


def overdue_reviews(entries: Iterable[Entry], today: date) -> list[str]:
    """One line for each entry that nobody has reviewed for longer than REVIEW_EVERY."""
    late = [entry for entry in entries if today - entry.reviewed_on > REVIEW_EVERY]
    return [
        f"knowledge/entries/{entry.id}.yml: The last review is of {entry.reviewed_on}, more than {REVIEW_EVERY.days} days ago. "
        "Read both languages again and write today's date at 'reviewed_on'."
        for entry in late
    ]


def _lines(part: Callable[[], object]) -> list[str]:
    try:
        part()
    except ContentError as error:
        return str(error).splitlines()
    return []


def check_dialogues(root: Path) -> None:
    """Domain, rules and intents: readable, both languages for every response, no rule about an unknown intent. Raises ContentError."""
    problems = Problems()
    domains = [read_yaml(path, root, problems) for path in sorted((root / "dialogues" / "domain").glob("*.yml"))]
    intents = {node.word() for page in domains if page.has("intents") for node in page.items("intents")}
    actions = {node.word() for page in domains if page.has("actions") for node in page.items("actions")}
    responses = {name for page in domains if page.has("responses") for name in page.section("responses")}
    for page in domains:
        if page.has("responses"):
            _check_responses(page.section("responses"))
    for path in sorted((root / "dialogues" / "rules").glob("*.yml")):
        _check_rules(read_yaml(path, root, problems), intents | {"nlu_fallback"}, actions | responses)
    for path in sorted((root / "nlu" / "intents").glob("*.yml")):
        _check_messages(read_yaml(path, root, problems), intents)
    problems.raise_if_any()


def _check_responses(responses: Node) -> None:
    for name in responses:
        variations = responses.items(name)
        english = [each for each in variations if each.has("condition")]
        if len(variations) != len(LANGUAGES) or len(english) != 1:
            what = f"Response '{name}' does not have one Japanese and one English text"
            responses.problem(what, "Write both, English with its condition", name)
        elif _parts_of(variations[0]) != _parts_of(variations[1]):
            what = f"Response '{name}' does not use the same values and buttons in both languages"
            responses.problem(what, "Compare the {values} of the texts, and the payloads of the buttons", name)


def _parts_of(variation: Node) -> tuple[set[str], list[str]]:
    """What a response must have alike in both languages: the values it is filled with, and what its buttons mean."""
    text = variation.text("text", one_line=False) if variation.has("text") else ""
    buttons = variation.items("buttons") if variation.has("buttons") else ()
    return set(_VALUE.findall(text)), [each.text("payload") for each in buttons]


def _check_rules(page: Node, intents: set[str], actions: set[str]) -> None:
    for rule in page.items("rules"):
        for step in rule.items("steps"):
            _check_step(step, "intent", intents)
            _check_step(step, "action", actions | {"assessment_form"})


def _check_step(step: Node, key: str, known: set[str]) -> None:
    if step.has(key) and step.text(key) not in known:
        step.problem(f"Unknown {key} '{step.text(key)}'", "Name it in dialogues/domain, or correct the spelling", key)


def _check_messages(page: Node, intents: set[str]) -> None:
    for block in page.items("nlu"):
        _check_step(block, "intent", intents)
        if not block.text("examples", one_line=False).strip():
            block.problem("There are no examples", "Write one message a line, each after '- '", "examples")
