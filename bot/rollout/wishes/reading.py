"""From an owner's words to a wish: find dates and times, see what is said about them, decide what kind of wish that makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.rollout.wishes.clauses import Clause, clauses_of
from bot.rollout.wishes.deciding import About, Said, decide
from bot.rollout.wishes.english import ENGLISH
from bot.rollout.wishes.folding import folded
from bot.rollout.wishes.japanese import JAPANESE, LATE_JAPANESE
from bot.rollout.wishes.patterns import compiled, scan
from bot.rollout.wishes.wish import Problem, Wish
from bot.rollout.wishes.words import WishWords


class WishReader:
    """Reads wishes with the words of the content; built once."""

    def __init__(self, words: WishWords) -> None:
        self.words = words
        self._patterns = compiled((*JAPANESE, *ENGLISH, *LATE_JAPANESE), words)

    def read(self, text: str, now: datetime, about: About | None = None) -> Wish:
        """What `text` wishes, seen from `now` on the owner's wall (no zone). Never raises; what is not understood is UNCLEAR.

        `about`: what the message was understood to be about; it decides where the words leave two ways.
        """
        plain = folded(text)
        return decide(Said(plain, self.clauses(plain, now), now, self.words, about))

    def names_no_day(self, text: str, now: datetime) -> bool:
        """Whether `text` names a day that no calendar has, such as 2月30日."""
        plain = folded(text)
        if not any(character.isdigit() for character in plain):
            return False  # without a number there is no date, and most messages have none
        return decide(Said(plain, self.clauses(plain, now), now, self.words, None)).problem is Problem.IMPOSSIBLE_DATE

    def clauses(self, plain: str, now: datetime) -> Sequence[Clause]:
        """The dates and times of a folded text, with what is said about each."""
        return clauses_of(plain, scan(plain, self._patterns, self.words, now), self.words)
