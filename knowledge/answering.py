"""From a question to what should be shown: pure, and the same in chat, on the command line and in tests.

An answer names ids of content only; the words that lead over to them stand in dialogues/domain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.base import Entry, KnowledgeBase
from knowledge.beliefs import Beliefs
from knowledge.comparing import Comparison, Misbelief, Side
from knowledge.queries import Query, QueryWords, read_query
from knowledge.search import KnowledgeSearch, Ranking, Verdict

#: What an owner's own trade adds to the score of its use case, and takes from those of other trades, when the words leave it open.
OWN_TRADE = 1.0
#: The use case of each trade.
USE_CASES = {
    "retail": "use-case/retail-inventory",
    "restaurant": "use-case/restaurant-ordering",
    "manufacturing": "use-case/manufacturing",
    "construction": "use-case/construction",
    "professional-services": "use-case/professional-services",
    "healthcare": "use-case/medical-practice",
    "real-estate": "use-case/real-estate",
    "education": "use-case/education",
    "logistics": "use-case/logistics",
    "finance": "use-case/financial-services",
}
#: Kinds of entries that are subjects of their own, so that "the cheapest CRM" is a question about CRMs.
SUBJECTS = frozenset({"component", "technology", "use-case", "trend"})
MOST_CHOICES = 3
MOST_IDEAS = 4


@dataclass(frozen=True)
class Owner:
    """What is known of whoever asks; None where it is not."""

    industry: str | None = None
    size: str | None = None
    level: int | None = None


@dataclass(frozen=True)
class Answer:
    """What to show. `kind` is entry, comparison, pair, ideas, quick, choice or nothing; `topics` are its entries, the main one first.

    `part`: the side of the entry that was asked for. `others`: what else the message asked about. `belief`: what to put right first.
    `ranking` is the search behind it, where there was one.
    """

    kind: str
    topics: tuple[str, ...] = ()
    part: str | None = None
    others: tuple[str, ...] = ()
    comparison: Comparison | None = None
    belief: Misbelief | None = None
    ranking: Ranking | None = None


class Answers:
    """Decides what answers a question."""

    def __init__(
        self,
        base: KnowledgeBase,
        search: KnowledgeSearch,
        words: QueryWords,
        comparisons: Sequence[Comparison],
        misbeliefs: Sequence[Misbelief],
        trade_of: Callable[[str], str | None],
    ) -> None:
        """`trade_of` reads a trade (of INDUSTRIES) out of a message."""
        self._base = base
        self._search = search
        self._words = words
        self._comparisons = tuple(comparisons)
        self._beliefs = Beliefs(misbeliefs)
        self._trade_of = trade_of
        # A turn asks several times about one message: is it a question, is the answer sure, what is it?
        self._recent = lru_cache(maxsize=2)(self._answer)

    def answer(self, text: str, owner: Owner, context: str | None = None) -> Answer:
        """What to show for `text`. `context` is the topic of the answer before, on which "how much?" leans."""
        return self._recent(text, owner, context)

    def _answer(self, text: str, owner: Owner, context: str | None) -> Answer:
        query = read_query(text, self._words)
        if query.leans_on_context:
            return self._leaning(query, context)
        if query.sides and (compared := self._compared(query.sides)):
            return compared
        if query.wants_quick and self._is_general(text):
            return Answer("quick")
        if query.wants_anything and (use_case := USE_CASES.get(self._trade_meant(text, owner) or "")):
            return Answer("ideas", (use_case, *self._ideas(use_case)))
        return self._looked_up(text, query, owner)

    def follow_up(self, text: str) -> str | None:
        """The part (of PARTS) that a message asks for which is made of nothing but a question about the answer before."""
        query = read_query(text, self._words)
        return query.part if query.leans_on_context else None

    def may_answer(self, text: str) -> bool:
        """Whether there is an answer, or a choice to offer."""
        return self.answer(text, Owner()).kind != "nothing"

    def is_sure(self, text: str) -> bool:
        """Whether a message is surely a question that has an answer here, whatever else it may sound like."""
        answer = self.answer(text, Owner())
        is_found = answer.kind == "entry" and answer.ranking is not None and answer.ranking.verdict is Verdict.ANSWER
        return is_found or answer.kind in ("comparison", "pair", "ideas", "quick")

    def _leaning(self, query: Query, context: str | None) -> Answer:
        if context is None or context not in self._base.entries:
            return Answer("nothing", part=query.part)
        return Answer("entry", (context,), part=query.part)

    def _trade_meant(self, text: str, owner: Owner) -> str | None:
        """The trade that a wish for ideas names, else the owner's own when the wish is a general one."""
        return self._trade_of(text) or (owner.industry if self._is_general(text) else None)

    def _is_general(self, text: str) -> bool:
        """Whether a message that asks for ideas names no subject which the search is sure of; money and priorities are none."""
        ranking = self._search.search(text)
        return ranking.verdict is not Verdict.ANSWER or ranking.results[0].id.partition("/")[0] not in SUBJECTS

    # --- looking up -------------------------------------------------------------------------------------------------------

    def _looked_up(self, text: str, query: Query, owner: Owner) -> Answer:
        ranking = self._search.search(query.subject, favoured=favoured_by(owner))
        belief = self._beliefs.find(text)
        if belief is not None and (ranking.verdict is not Verdict.NOTHING or len(query.subject) > 3):
            return Answer("entry", (belief.topic,), belief=belief, ranking=ranking)
        topics = tuple(hit.id for hit in ranking.results)
        several = self._several(query, owner)
        if len(several) > 1:
            return Answer("entry", several[:1], others=several[1:MOST_CHOICES], ranking=ranking)
        if ranking.verdict is Verdict.ANSWER:
            return Answer("entry", topics[:1], part=query.part, ranking=ranking)
        if ranking.verdict is Verdict.CHOICE:
            return Answer("choice", topics[:MOST_CHOICES], part=query.part, ranking=ranking)
        return Answer("nothing", ranking=ranking)

    def _several(self, query: Query, owner: Owner) -> tuple[str, ...]:
        """The different topics of a message's sentences, when the search is sure of each; in the order in which they were asked."""
        rankings = [self._search.search(each, favoured=favoured_by(owner)) for each in query.others]
        return tuple(dict.fromkeys(each.results[0].id for each in rankings if each.verdict is Verdict.ANSWER))

    # --- two things -------------------------------------------------------------------------------------------------------

    def _compared(self, sides: tuple[str, str]) -> Answer | None:
        """A written comparison where there is one; else the two entries side by side, when each side is surely one."""
        for comparison in self._comparisons:
            if _fits(comparison, sides):
                return Answer("comparison", tuple(side.topic for side in comparison.sides if side.topic), comparison=comparison)
        found = [self._search.search(side) for side in sides]
        if all(each.verdict is Verdict.ANSWER for each in found):
            first, second = (each.results[0].id for each in found)
            if first != second:
                return Answer("pair", (first, second))
        return None

    # --- ideas ------------------------------------------------------------------------------------------------------------

    def _ideas(self, use_case: str) -> tuple[str, ...]:
        """What the use case of a trade uses and helps with."""
        related = self._base.entries[use_case].related if use_case in self._base.entries else ()
        return tuple(each.id for each in related)[: MOST_IDEAS - 1]


def favoured_by(owner: Owner) -> dict[str, float]:
    """What an owner's trade adds to the score of the use cases."""
    if owner.industry not in USE_CASES:
        return {}
    return {topic: OWN_TRADE if industry == owner.industry else -OWN_TRADE for industry, topic in USE_CASES.items()}


def is_for_size(entry: Entry, owner: Owner) -> bool | None:
    """Whether the entry is for a firm of the owner's size; None when the size is not known."""
    return None if owner.size is None else owner.size in entry.fits.sizes


def after(base: KnowledgeBase, topic: str) -> str | None:
    """What comes after a phase or a maturity level; for other topics what their entry names as next."""
    entry = base.entries.get(topic)
    if entry is None:
        return None
    if entry.kind in ("phase", "maturity"):
        ordered = [each.id for each in base.by_kind(entry.kind)]
        return next(iter(ordered[ordered.index(topic) + 1 :]), None)
    return next((each.id for each in entry.related if each.type == "next"), None)


def _fits(comparison: Comparison, sides: tuple[str, str]) -> bool:
    """Whether the two sides of a question are those of a comparison, in either order."""
    first, second = comparison.sides
    return any(_names(a, sides[0]) and _names(b, sides[1]) for a, b in ((first, second), (second, first)))


def _names(side: Side, text: str) -> bool:
    words = {word.lower() for language_words in (side.words.ja, side.words.en) for word in language_words}
    return any(_holds(text.lower(), word) for word in words)


def _holds(text: str, word: str) -> bool:
    """Whether a text names a word; a Latin word not as a part of another."""
    at = text.find(word)
    if at < 0 or not word.isascii():
        return at >= 0
    around = text[max(0, at - 1) : at] + text[at + len(word) : at + len(word) + 1]
    return not any(character.isascii() and character.isalnum() for character in around)
