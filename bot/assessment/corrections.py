"""Which earlier answer does an owner take back, and what should it be? By name, by position, or the last one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.assessment.questionnaire import Questionnaire, ReadingWords
from bot.assessment.reading import LONGEST_CHOICE, Reading, ReadingKind, fold, guarded, mentions, name_spans, read_answer, without

#: 「3問目」, "question 3", "the second question": positions among the questions answered.
_NUMBERED = re.compile(r"(\d+)\s*(?:問目|番目の質問|番目の問|つ目の質問|問め|(?:st|nd|rd|th) question)|(?:question|no\.?|number) (\d+)")
#: "the last two", 「さっきの2つ」 (folded: small kana are large).
_LAST_SEVERAL = re.compile(r"(?:last|previous|最後の|さつきの|直前の|前の)\s*(\d+)\s*(?:つ|問|個|answers|questions|ones|were|$)")
_NOT_THAT = re.compile(r"\bnot (?:a )?\w+")


@dataclass(frozen=True)
class Correction:
    """The questions meant (in the order of their names or answers), and the new answer when the owner said it."""

    questions: tuple[str, ...]
    answer: Reading | None = None


def read_correction(text: str, questionnaire: Questionnaire, trail: Sequence[str], language: str) -> Correction | None:
    """None when no answered question is meant, by name or position; `trail` are the answered ones, the newest last.

    Several are meant only by position ("the last two"); then no new answer is read.
    """
    typed, words = fold(text), questionnaire.words
    if several := _LAST_SEVERAL.search(_with_digits(typed, words)):
        count = int(several.group(1) or several.group(2))
        return Correction(tuple(trail[-count:])) if 1 < count <= len(trail) else None
    spans = [span for span in name_spans(text, questionnaire) if span[2] in trail]
    named = list(dict.fromkeys(span[2] for span in spans))
    if len(named) == 1:
        rest = without(typed, [(start, end) for start, end, _ in spans])
        return _corrected(named[0], rest, questionnaire, language)
    if numbered := _NUMBERED.search(typed):
        place = int(numbered.group(1) or numbered.group(2))
        rest = without(typed, [numbered.span()])
        return _corrected(trail[place - 1], rest, questionnaire, language) if 1 <= place <= len(trail) else None
    if trail and mentions(words.previous, typed):
        return _previous(typed, questionnaire, trail, language)
    return None


def _previous(typed: str, questionnaire: Questionnaire, trail: Sequence[str], language: str) -> Correction:
    """The last answer, unless the new one is no answer to it and names an option of an earlier question about the firm."""
    last = _corrected(trail[-1], typed, questionnaire, language)
    profile = [each.id for each in questionnaire.profile if each.id in trail]
    earlier = [_corrected(each, typed, questionnaire, language) for each in profile]
    told = [each for each in earlier if _is_told(each)]
    return told[0] if len(told) == 1 and not _is_told(last) else last


def _is_told(correction: Correction) -> bool:
    return correction.answer is not None and correction.answer.kind is ReadingKind.VALUE


def is_correction(text: str, questionnaire: Questionnaire, trail: Sequence[str], language: str) -> bool:
    """Whether the owner says that an answer is to change, and which. A long text that holds such words is about something else."""
    if len(text) > LONGEST_CHOICE or not mentions(questionnaire.words.changes, fold(text)):
        return False
    return read_correction(text, questionnaire, trail, language) is not None


def says_new_answer(text: str, questionnaire: Questionnaire, trail: Sequence[str], language: str) -> bool:
    """Whether the owner says that an answer is to change, which, and to what."""
    found = read_correction(text, questionnaire, trail, language) if is_correction(text, questionnaire, trail, language) else None
    return found is not None and _is_told(found)


def _with_digits(typed: str, words: ReadingWords) -> str:
    """Number words between others as digits: "the last two" has a 2."""
    numbers = {fold(word): str(number) for word, number in words.numbers if number <= 5 and word.isascii() and word.isalpha()}
    return re.sub(r"[a-z]+", lambda match: numbers.get(match.group(), match.group()), typed)


def _corrected(question_id: str, rest: str, questionnaire: Questionnaire, language: str) -> Correction:
    """The new answer stands in what is left when the words of changing, and those before them, are taken away."""
    words, question = questionnaire.words, questionnaire.question(question_id)
    pieces = [each for each in re.split("|".join(map(re.escape, map(fold, words.corrections))), rest) if each.strip()]
    left = _NOT_THAT.sub(" ", pieces[-1] if pieces else "")
    for word in sorted({fold(each) for each in (*words.previous, *words.changes, *words.pointers)}, key=len, reverse=True):
        left = re.sub(guarded(word), " ", left)
    answer = read_answer(question, left, language, words)
    if answer is None and (number := re.search(r"(?<!\d)([1-5])(?!\d)\D*$", left)):
        answer = read_answer(question, number.group(1), language, words)
    return Correction((question_id,), answer)
