"""TF-IDF (sublinear, cosine) of texts given as terms, and the counts that it begins with.

scikit-learn trains our models, but is not needed to use them: a trained model is a table of weights, read with NumPy alone. So
only training imports scikit-learn (two seconds and 60 MB of a start), and only inside the functions that train.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """One text: the columns of its terms, and their weights, whose squares add up to 1 (empty when it has no known term)."""

    columns: npt.NDArray[np.intp]
    weights: Floats

    def times(self, table: npt.NDArray[np.float16]) -> Floats:
        """The sum of the rows of `table` that belong to the terms, each by its weight; a table of half precision stays so in memory."""
        product: Floats = self.weights @ table[self.columns].astype(np.float32)
        return product


_NOTHING = Row(np.zeros(0, np.intp), np.zeros(0, np.float32))


class Tfidf:
    """The terms that are worth knowing, and how rare each is."""

    def __init__(self, texts: Sequence[Sequence[str]], in_how_many: int = 1, most: int | None = None) -> None:
        """Terms of fewer than `in_how_many` texts are left out (unless no term has as many), then all but the `most` commonest."""
        vocabulary, counts = count(texts)
        kept = _worth_knowing(counts, in_how_many, most)
        terms = list(vocabulary)
        self._columns: Mapping[str, int] = {terms[column]: place for place, column in enumerate(kept)}
        in_texts = np.bincount(counts.indices, minlength=counts.shape[1])[kept]
        self._idf = (np.log((1 + counts.shape[0]) / (1 + in_texts)) + 1).astype(np.float32)

    def __len__(self) -> int:
        """How many terms are known: the columns of every row."""
        return len(self._columns)

    def row(self, terms: Iterable[str]) -> Row:
        """One text."""
        found = Counter(self._columns[term] for term in terms if term in self._columns)
        if not found:
            return _NOTHING
        columns = np.fromiter(found.keys(), np.intp)
        weights = (1 + np.log(np.fromiter(found.values(), np.float32))) * self._idf[columns]
        return Row(columns, weights / np.linalg.norm(weights))

    def rows(self, texts: Sequence[Sequence[str]]) -> csr_matrix:
        """Many texts, as training wants them."""
        each = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(row.columns) for row in each)])
        data = (np.concatenate([row.weights for row in each]), np.concatenate([row.columns for row in each]), starts)
        return csr_matrix(data, shape=(len(texts), len(self)), dtype=np.float32)


def count(texts: Sequence[Sequence[str]]) -> tuple[dict[str, int], csr_matrix]:
    """Every term with its column, and how often it is in each text (a row each)."""
    vocabulary: dict[str, int] = {}
    starts, columns, values = [0], [], []
    for text in texts:
        for term, often in Counter(text).items():
            columns.append(vocabulary.setdefault(term, len(vocabulary)))
            values.append(often)
        starts.append(len(columns))
    shape = (len(texts), len(vocabulary))
    return vocabulary, csr_matrix((np.array(values, np.float32), np.array(columns, np.int32), np.array(starts, np.int32)), shape=shape)


def _worth_knowing(counts: csr_matrix, in_how_many: int, most: int | None) -> npt.NDArray[np.intp]:
    """The columns to keep, in their order."""
    in_texts = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(in_texts >= min(in_how_many, in_texts.max(initial=1)))
    if most is None or len(kept) <= most:
        return kept
    often = np.asarray(counts.sum(axis=0)).ravel()[kept]
    return np.sort(kept[np.argsort(-often, kind="stable")[:most]])
