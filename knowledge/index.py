"""The two ways of scoring topics against a question: BM25 over all words of a topic, and a linear classifier over single texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from knowledge.tfidf import Tfidf, count

Scores = npt.NDArray[np.float32]

#: BM25's usual values; on our data they hardly matter.
K1 = 1.2
B = 0.75
#: How closely the classifier follows its training texts, and when its training is near enough to the end.
SVM_C = 0.3
SVM_TOLERANCE = 0.05
#: Terms of fewer texts teach the classifier little and are most of its memory.
IN_HOW_MANY = 3


class Bm25:
    """BM25 (Robertson and Zaragoza 2009, with Lucene's never negative idf) of every document for a bag of terms."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        vocabulary, counts = count(documents)
        self.vocabulary: Mapping[str, int] = vocabulary
        idf = _bm25_idf(counts)
        #: The most that one term can add to a score, about: the idf of a term that a single document holds.
        self.rarest = float(idf.max(initial=1.0))
        self._weights = _bm25_weights(counts, idf)

    def scores(self, terms: Iterable[str]) -> Scores:
        """One score for each document, 0 when it shares no term with `terms`; a repeated term counts once."""
        return _summed(self._weights, sorted({self.vocabulary[term] for term in terms if term in self.vocabulary}))

    def known_share(self, terms: Iterable[str]) -> float:
        """How much of the different `terms` any document holds, 0 to 1."""
        different = set(terms)
        return sum(term in self.vocabulary for term in different) / max(1, len(different))


class Classifier:
    """One linear support vector machine per label over TF-IDF, trained on the texts given."""

    def __init__(self, texts: Sequence[Sequence[str]], labels: Sequence[int], label_count: int) -> None:
        """`labels[i]` (0 to `label_count` - 1) is what `texts[i]` is about. With fewer than three labels in use all scores are 0."""
        self._tfidf = Tfidf(texts, IN_HOW_MANY)
        self._weights = np.zeros((len(self._tfidf), label_count), np.float16)
        self._bias = np.zeros(label_count, np.float32)
        if len(set(labels)) > 2:
            self._train(texts, labels)

    def _train(self, texts: Sequence[Sequence[str]], labels: Sequence[int]) -> None:
        from sklearn.svm import LinearSVC  # noqa: PLC0415 - only training needs it (see knowledge/tfidf.py)

        machine = LinearSVC(C=SVM_C, tol=SVM_TOLERANCE, random_state=0).fit(self._tfidf.rows(texts), np.asarray(labels))
        self._weights[:, machine.classes_] = machine.coef_.T
        self._bias[machine.classes_] = machine.intercept_

    def scores(self, terms: Iterable[str]) -> Scores:
        """One decision value for each label: about +1 when it is surely meant, about -1 when it is surely not."""
        return self._tfidf.row(terms).times(self._weights) + self._bias


def _bm25_idf(counts: csr_matrix) -> Scores:
    in_how_many = np.bincount(counts.indices, minlength=counts.shape[1])
    idf: Scores = np.log(1 + (counts.shape[0] - in_how_many + 0.5) / (in_how_many + 0.5)).astype(np.float32)
    return idf


def _bm25_weights(counts: csr_matrix, idf: Scores) -> Scores:
    """Terms in rows, documents in columns: dense, because a few dozen topics make it small and a question then costs one sum."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.bincount(rows, counts.data, minlength=counts.shape[0])
    longer = lengths / max(1.0, float(lengths.mean())) if lengths.size else lengths
    weights = np.zeros((counts.shape[1], counts.shape[0]), np.float32)
    saturated = counts.data * (K1 + 1) / (counts.data + K1 * (1 - B + B * longer[rows]))
    weights[counts.indices, rows] = idf[counts.indices] * saturated
    return weights


def _summed(weights: Scores, rows: list[int]) -> Scores:
    summed: Scores = weights[rows].sum(axis=0) if rows else np.zeros(weights.shape[1], np.float32)
    return summed
