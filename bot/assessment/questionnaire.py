"""The assessment's questions: what they are, how they are loaded, and which one comes next.

Everything but `load_questionnaire` is pure. Answers that follow from others are derived each time and never stored,
so a corrected answer withdraws whatever it had implied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from knowledge import base
from knowledge.content import Node, Text, Texts
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

DIMENSIONS = base.DIMENSIONS
PROFILE_QUESTIONS = ("industry", "size", "pain")
CONFIDENCES = ("high", "medium", "low")
COSTS = ("free", "low", "medium", "high")
LEVELS = 5

#: The dimension that lies nearest to each problem (pain); its questions come first after the core ones.
NEAREST_DIMENSION: Mapping[str, str] = {
    "manual-work": "process-integration",
    "customers": "customer-engagement",
    "people": "process-integration",
    "money": "data-utilization",
    "mistakes": "technology-adoption",  # retyping is where slips arise
    "security": "technology-adoption",
}

_IN_QUESTION = ("id", "dimension", "core", "name", "called", "text", "why", "options")
_IN_ACTION = (
    *("id", "title", "why", "first_step", "question", "up_to", "impact", "effort", "confidence", "cost"),
    *("helps", "requires", "always_first", "entries", "prerequisite"),
)
_WORD_LISTS = ("last", "unknown", "not_applicable", "ordinals", "joiners", "additions", "with_me", "with_couple", "corrections")
_MORE_WORD_LISTS = ("fillers", "people", "at_least", "fewer_than", "no", "negations", "denials", "asking")
#: What is said around the answers.
_LISTS_OF_MANNERS = ("insults_alone", "danger", "resting", "depends", "progress", "inviting")
_LISTS_OF_TALK = ("previous", "changes", "pointers", "relative", "elsewhere", "insults", *_LISTS_OF_MANNERS)
NAMELESS, UNCALLED = Text("", ""), Texts((), ())
_SIZE = re.compile(r"\d+(-\d+|\+)?")


# --- what there is ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProfileOption:
    """One choice about the firm; `words` are other ways in which owners type the `label`."""

    id: str
    label: Text
    words: Texts


@dataclass(frozen=True)
class ProfileQuestion:
    """A question about the firm; not scored. `id` is industry, size or pain; `called`: words by which owners name it."""

    id: str
    text: Text
    why: Text
    options: tuple[ProfileOption, ...]
    name: Text = NAMELESS
    called: Texts = UNCALLED


@dataclass(frozen=True)
class ScoredQuestion:
    """A question with five options, for the levels 1 to 5. The `core` one of a dimension caps the dimension's level.

    `called` are words by which owners name the question.
    """

    id: str
    dimension: str
    core: bool
    name: Text
    text: Text
    why: Text
    options: tuple[Text, ...]
    called: Texts = UNCALLED


@dataclass(frozen=True)
class Requirement:
    """An answer (1-5) that has to be there before an action makes sense."""

    question: str
    at_least: int


@dataclass(frozen=True)
class Action:
    """Something to do, offered when the answer to `question` is `up_to` or lower. `impact` and `effort` go from 1 to 5."""

    id: str
    title: Text
    why: Text
    first_step: Text
    question: str
    up_to: int
    impact: int
    effort: int
    confidence: str
    cost: str
    helps: tuple[str, ...]
    requires: tuple[Requirement, ...]
    always_first: bool
    entries: tuple[str, ...]
    prerequisite: Text


@dataclass(frozen=True, eq=False)  # told apart by identity, so that what is made of them can be kept
class ReadingWords:
    """The words in which owners answer by typing, both languages together; `numbers` pairs a word with its number."""

    numbers: tuple[tuple[str, int], ...] = ()
    last: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    ordinals: tuple[str, ...] = ()
    joiners: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    with_me: tuple[str, ...] = ()
    with_couple: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    fewer_than: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    asking: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    relative: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    insults: tuple[str, ...] = ()
    insults_alone: tuple[str, ...] = ()
    danger: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    inviting: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """All that the assessment asks and advises, in the order of the files."""

    profile: tuple[ProfileQuestion, ...]
    questions: tuple[ScoredQuestion, ...]
    actions: tuple[Action, ...]
    words: ReadingWords = ReadingWords()

    def question(self, question_id: str) -> ProfileQuestion | ScoredQuestion:
        """The question with this id. Raises KeyError when there is none."""
        known: dict[str, ProfileQuestion | ScoredQuestion] = {each.id: each for each in self.questions}
        return (known | {each.id: each for each in self.profile})[question_id]


class AnswerKind(StrEnum):
    """How a question was answered; the values are what is stored (IMPUTED never is)."""

    VALUE = "value"
    UNKNOWN = "unknown"  # わからない: counts as 1 and makes the result less certain
    NOT_APPLICABLE = "not_applicable"  # うちは関係ない: left out
    SKIPPED = "skipped"  # left out of the means, but missing from the certainty
    IMPUTED = "imputed"  # follows from other answers


@dataclass(frozen=True)
class Answer:
    """An answer; `value` counts from 1 (the level, or the number of a profile option). Raises ValueError when it does not fit `kind`."""

    question: str
    kind: AnswerKind
    value: int | None = None

    def __post_init__(self) -> None:
        has_value = self.kind in (AnswerKind.VALUE, AnswerKind.IMPUTED)
        if has_value != (self.value is not None) or (self.value is not None and self.value < 1):
            raise ValueError(f"An answer of kind {self.kind} cannot have the value {self.value}")

    @property
    def counted(self) -> int | None:
        """What it counts in the score (1-5); None when it is left out."""
        return 1 if self.kind is AnswerKind.UNKNOWN else self.value


Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Profile:
    """The option ids chosen for the three questions about the firm; None where not yet answered."""

    industry: str | None = None
    size: str | None = None
    pain: str | None = None

    def answered(self) -> frozenset[str]:
        """The ids of the profile questions that have an answer here."""
        given = zip(PROFILE_QUESTIONS, (self.industry, self.size, self.pain), strict=True)
        return frozenset(question for question, option in given if option is not None)


# --- which question comes next ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Implication:
    answer: Answer
    when: tuple[tuple[str, int], ...] = ()
    size: str | None = None

    def holds(self, answers: Answers, profile: Profile) -> bool:
        # Only a chosen option implies: 「わからない」 says nothing about the other questions.
        chosen = all(answers.get(question) == Answer(question, AnswerKind.VALUE, value) for question, value in self.when)
        return chosen and (self.size is None or self.size == profile.size)


_IMPLICATIONS = (
    _Implication(Answer("TEC2", AnswerKind.IMPUTED, 1), when=(("TEC1", 1),)),
    _Implication(Answer("TEC3", AnswerKind.IMPUTED, 1), when=(("TEC1", 1),)),
    _Implication(Answer("BIZ2", AnswerKind.IMPUTED, 1), when=(("TEC1", 1), ("PRO1", 1), ("BIZ1", 1))),
    _Implication(Answer("BIZ4", AnswerKind.NOT_APPLICABLE), size="1"),
)


@dataclass(frozen=True)
class Progress:
    """Questions answered, questions asked in all (implied ones are not asked), and core questions still to come."""

    answered: int
    total: int
    core_left: int


@lru_cache(maxsize=64)
def order(questionnaire: Questionnaire, pain: str | None) -> tuple[str, ...]:
    """The ids of all questions: the firm, the five core ones, then the rest from the dimension nearest to `pain`."""
    nearest = NEAREST_DIMENSION.get(pain or "")
    dimensions = sorted(DIMENSIONS, key=lambda dimension: dimension != nearest)
    core = (each.id for dimension in DIMENSIONS for each in questionnaire.questions if each.core and each.dimension == dimension)
    rest = (each.id for dimension in dimensions for each in questionnaire.questions if not each.core and each.dimension == dimension)
    return (*(each.id for each in questionnaire.profile), *core, *rest)


def implied(answers: Answers, profile: Profile) -> dict[str, Answer]:
    """The answers that follow from the given ones, by question. What the owner answered is never overruled."""
    following = (each.answer for each in _IMPLICATIONS if each.holds(answers, profile))
    return {answer.question: answer for answer in following if answer.question not in answers}


def with_implied(answers: Answers, profile: Profile) -> dict[str, Answer]:
    """The given answers and those that follow from them: what `score` and `advise` work on."""
    return {**answers, **implied(answers, profile)}


def next_question(questionnaire: Questionnaire, answers: Answers, profile: Profile) -> str | None:
    """The id of the first question that is neither answered (in any kind) nor implied; None when all are done."""
    done = with_implied(answers, profile).keys() | profile.answered()
    return next((each for each in order(questionnaire, profile.pain) if each not in done), None)


def progress(questionnaire: Questionnaire, answers: Answers, profile: Profile) -> Progress:
    """How far the owner has come; `total` shrinks and grows with what the answers imply."""
    following = implied(answers, profile)
    asked = [each for each in order(questionnaire, profile.pain) if each not in following]
    left = [each for each in asked if each not in answers and each not in profile.answered()]
    core = {each.id for each in questionnaire.questions if each.core}
    return Progress(len(asked) - len(left), len(asked), len(core.intersection(left)))


# --- loading ------------------------------------------------------------------------------------------------------------------


def load_questionnaire(root: Path, topics: Collection[str] | None = None) -> Questionnaire:
    """Reads `assessment/*.yml` under `root` (the folder `knowledge/`); `topics` are the known entry ids, None: not checked.

    Raises ContentError with every mistake found: file, line, remedy.
    """
    problems = Problems()
    files = {name: root / "assessment" / f"{name}.yml" for name in ("profile", "questions", "actions", "reading")}
    pages = {name: read_yaml(file, root.parent, problems) for name, file in files.items()}
    profile = _profile(pages["profile"])
    questions = _questions(pages["questions"])
    actions = _actions(pages["actions"], profile, questions, topics)
    words = _words(pages["reading"])
    problems.raise_if_any()
    return Questionnaire(profile, questions, actions, words)


def _profile(page: Node) -> tuple[ProfileQuestion, ...]:
    page.only("questions")
    nodes = page.items("questions", len(PROFILE_QUESTIONS), len(PROFILE_QUESTIONS))
    questions = tuple(_profile_question(node) for node in nodes)
    if questions and tuple(each.id for each in questions) != PROFILE_QUESTIONS:
        remedy = f"Write, in this order: {', '.join(PROFILE_QUESTIONS)}"
        page.problem("The profile questions are not the expected ones", remedy, "questions")
    return questions


def _profile_question(node: Node) -> ProfileQuestion:
    node.only("id", "name", "called", "text", "why", "options")
    question = node.choice("id", PROFILE_QUESTIONS)
    nodes = node.items("options", least=2)
    options = tuple(_profile_option(each, question) for each in nodes)
    _no_twins(nodes, [each.id for each in options])
    called = node.bilingual_list("called", least=1)
    return ProfileQuestion(question, node.bilingual("text"), node.bilingual("why"), options, node.bilingual("name"), called)


def _profile_option(node: Node, question: str) -> ProfileOption:
    node.only("id", "label", "words")
    option = node.text("id")
    if question == "pain" and option and option not in NEAREST_DIMENSION:
        node.problem(f"No dimension lies near to '{option}'", "Add it to NEAREST_DIMENSION in bot/assessment/questionnaire.py", "id")
    if question == "size" and option and not _SIZE.fullmatch(option):
        node.problem(f"'{option}' is not a number of people", 'Write it as "1", "2-5" or "101+"', "id")
    return ProfileOption(option, node.bilingual("label"), node.bilingual_list("words"))


def _questions(page: Node) -> tuple[ScoredQuestion, ...]:
    page.only("questions")
    nodes = page.items("questions", least=1)
    questions = tuple(_scored_question(node) for node in nodes)
    _no_twins(nodes, [each.id for each in questions])
    for dimension in DIMENSIONS:
        core = sum(each.core for each in questions if each.dimension == dimension)
        if not page.is_broken and core != 1:
            page.problem(f"'{dimension}' has {core} core questions, not 1", "Mark exactly one of its questions 'core: true'", "questions")
    return questions


def _scored_question(node: Node) -> ScoredQuestion:
    node.only(*_IN_QUESTION)
    return ScoredQuestion(
        id=node.text("id", limit=16),
        dimension=node.choice("dimension", DIMENSIONS),
        core=node.flag("core"),
        name=node.bilingual("name"),
        text=node.bilingual("text"),
        why=node.bilingual("why"),
        options=tuple(each.as_text() for each in node.items("options", LEVELS, LEVELS)),
        called=node.bilingual_list("called", least=1),
    )


def _actions(
    page: Node, profile: tuple[ProfileQuestion, ...], questions: tuple[ScoredQuestion, ...], topics: Collection[str] | None
) -> tuple[Action, ...]:
    page.only("actions")
    pains = [option.id for question in profile if question.id == "pain" for option in question.options]
    nodes = page.items("actions", least=1)
    actions = tuple(_action(node, pains, [each.id for each in questions], topics) for node in nodes)
    _no_twins(nodes, [each.id for each in actions])
    return actions


def _action(node: Node, pains: Collection[str], questions: Collection[str], topics: Collection[str] | None) -> Action:
    node.only(*_IN_ACTION)
    return Action(
        id=node.text("id", limit=64),
        title=node.bilingual("title"),
        why=node.bilingual("why"),
        first_step=node.bilingual("first_step"),
        question=node.choice("question", questions),
        up_to=node.integer("up_to", 1, LEVELS - 1),
        impact=node.integer("impact", 1, LEVELS),
        effort=node.integer("effort", 1, LEVELS),
        confidence=node.choice("confidence", CONFIDENCES),
        cost=node.choice("cost", COSTS),
        helps=node.choices("helps", pains),
        requires=tuple(_requirement(each, questions) for each in node.items("requires")),
        always_first=node.has("always_first") and node.flag("always_first"),
        entries=node.texts("entries", least=1) if topics is None else node.choices("entries", topics, least=1),
        prerequisite=node.bilingual("prerequisite"),
    )


def _requirement(node: Node, questions: Collection[str]) -> Requirement:
    node.only("question", "at_least")
    return Requirement(node.choice("question", questions), node.integer("at_least", 2, LEVELS))


def _words(page: Node) -> ReadingWords:
    lists = (*_WORD_LISTS, *_MORE_WORD_LISTS, *_LISTS_OF_TALK)
    page.only("numbers", *lists)
    numbers = page.section("numbers")
    written = tuple(numbers.sections())
    for key in (key for key, _ in written if not key.isdecimal()):
        numbers.problem(f"'{key}' is not a number", "Write the number in digits before the colon", key)
    paired = tuple((word, int(key)) for key, node in written if key.isdecimal() for word in (*node.texts("ja"), *node.texts("en")))
    return ReadingWords(numbers=paired, **{name: _both(page, name) for name in lists})


def _both(node: Node, key: str) -> tuple[str, ...]:
    words = node.bilingual_list(key, least=1)
    return (*words.ja, *words.en)


def _no_twins(nodes: tuple[Node, ...], ids: list[str]) -> None:
    for place, node in enumerate(nodes):
        if ids[place] and ids[place] in ids[:place]:
            node.problem(f"The id '{ids[place]}' stands twice", "Give each its own id", "id")
