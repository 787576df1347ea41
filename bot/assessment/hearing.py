"""From an owner's own words to what is recorded: which questions a message answers, and whether it answers any. Pure.

A message is an answer to the open question as far as the models of `own_words.py` say so, minus a mark of asking; its sentences may
answer other questions too. What is neither surely an answer nor surely something else is for the owner to decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import exp, log

from bot.assessment.own_words import TINY, Heard, OwnWords, Proposal
from bot.assessment.questionnaire import Questionnaire, ScoredQuestion
from bot.assessment.reading import names_in

#: Logistic regression of "this answers the open question", fitted on held-out answers, questions to us and wishes.
INTERCEPT = 1.1
OF_ANSWERING = 1.03
OF_SUBJECT = 0.88
OF_LEVEL = 2.3
OF_ASKING = -2.4
#: From here on a message is taken as an answer; from the second on even where the classifier heard a wish.
ANSWER_FROM = 0.5
SURELY_FROM = 0.85
#: A sentence about another question than the open one is taken from this chance of the subject on.
CLAIM_FROM = 0.5
#: Sentences of a message that are looked at: a page of text is not an answer.
MOST_SENTENCES = 8
_SENTENCE_END = re.compile(r"[。.!！;；\n、,]+|(?<=けど)|(?<=ですし)|\s(?:and|but|while)\s")
_ASKING = re.compile(r"[?？]")


@dataclass(frozen=True)
class Hearing:
    """What a message says: `chance` that it answers the open question (0 to 1), the level `proposal` for it (None: nothing said
    about it), and the levels that are sure for `others`."""

    chance: float
    proposal: Proposal | None
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_answer(self) -> bool:
        """Whether the message answers anything."""
        return bool(self.others) or self.chance >= ANSWER_FROM


def hear(text: str, question: ScoredQuestion, unanswered: Collection[str], own_words: OwnWords, questionnaire: Questionnaire) -> Hearing:
    """Reads `text` while `question` is open; only questions in `unanswered` are answered beside it."""
    sentences = [each.strip() for each in _SENTENCE_END.split(text) if each.strip()][:MOST_SENTENCES]
    subjects = [_claimed(each, own_words, questionnaire) for each in sentences] if len(sentences) > 1 else []
    claims = [(subject, heard) for subject, heard in subjects if subject in unanswered and subject != question.id]
    others = {subject: level for subject, heard in claims if subject and (level := _sure_level(subject, heard))}
    rest = "。".join(each for each, (subject, _) in zip(sentences, subjects, strict=False) if subject not in others) if others else text
    if not rest:
        return Hearing(0.0, None, others)
    heard = own_words.hear(rest)
    chance = answer_chance(heard, question.id, text)
    return Hearing(chance, heard.proposal(question.id) if not others or chance >= ANSWER_FROM else None, others)


def answer_chance(heard: Heard, question: str, text: str) -> float:
    """How likely a text answers `question` rather than being a question to us or a wish, 0 to 1."""
    answering = log((heard.answering + TINY) / (1 - heard.answering + TINY))
    subject = log(heard.subjects[question] + 1e-4)
    level = max(heard.proposal(question).chances)
    asks = bool(_ASKING.search(text))
    return 1 / (1 + exp(-(INTERCEPT + OF_ANSWERING * answering + OF_SUBJECT * subject + OF_LEVEL * level + OF_ASKING * asks)))


def _claimed(sentence: str, own_words: OwnWords, questionnaire: Questionnaire) -> tuple[str | None, Heard]:
    """The one question that a sentence names, or else surely speaks of."""
    heard = own_words.hear(sentence)
    named = [each for each in names_in(sentence, questionnaire) if each in heard.subjects]
    likeliest = max(heard.subjects, key=lambda each: heard.subjects[each])
    if len(named) == 1:
        return named[0], heard
    return (likeliest if heard.subjects[likeliest] >= CLAIM_FROM else None), heard


def _sure_level(subject: str, heard: Heard) -> int | None:
    proposal = heard.proposal(subject)
    return proposal.level if proposal.is_sure and heard.answering >= ANSWER_FROM else None
