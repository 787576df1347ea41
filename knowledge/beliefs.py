"""Does a message rest on something that is not so? Nearest neighbour over the sentences by which owners say it (misbeliefs.yml)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log, sqrt

from knowledge.comparing import Misbelief
from knowledge.content import LANGUAGES
from knowledge.text import features_of

#: Cosine from which a message is taken to say the same as a known sentence: a false alarm would correct somebody who is right.
ALIKE_FROM = 0.45

Vector = Mapping[str, float]


class Beliefs:
    """All known misbeliefs, ready to be recognised."""

    def __init__(self, misbeliefs: Sequence[Misbelief]) -> None:
        said = [(each, features_of(sentence).all) for each in misbeliefs for language in LANGUAGES for sentence in each.says.get(language)]
        in_how_many = Counter(term for _, terms in said for term in set(terms))
        self._idf = {term: log((1 + len(said)) / (1 + count)) + 1 for term, count in in_how_many.items()}
        self._rare = log(1 + len(said)) + 1
        self._said = [each for each, _ in said]
        #: By term, the sentences that hold it, and how much it weighs in each.
        self._where: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, (_, terms) in enumerate(said):
            for term, weight in self._vector(terms).items():
                self._where[term].append((place, weight))

    def _vector(self, terms: Sequence[str]) -> Vector:
        weights = {term: (1 + log(count)) * self._idf.get(term, self._rare) for term, count in Counter(terms).items()}
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}

    def find(self, text: str) -> Misbelief | None:
        """The misbelief that `text` expresses, or None."""
        alike: dict[int, float] = defaultdict(float)  # cosines, as the vectors have length 1
        for term, weight in self._vector(features_of(text).all).items():
            for place, known in self._where.get(term, ()):
                alike[place] += weight * known
        best, place = max(((cosine, place) for place, cosine in alike.items()), default=(0.0, 0))
        return self._said[place] if best >= ALIKE_FROM else None
