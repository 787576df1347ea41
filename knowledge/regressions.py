"""Logistic regressions over the same terms, side by side in one table of weights: how likely each label of each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.tfidf import Row

Numbers = npt.NDArray[Any]
#: How closely they follow their training texts.
CLOSENESS = 10.0


class Regressions:
    """Named logistic regressions (one against the rest), trained by scikit-learn and read with NumPy."""

    def __init__(self, features: int) -> None:
        """`features`: how many terms there are."""
        self._places: dict[str, slice] = {}
        self._weights = np.zeros((features, 0), np.float16)
        self._bias = np.zeros(0)

    def add(self, name: str, rows: Any, labels: Sequence[Any] | Numbers, balanced: bool = False) -> None:
        """Train one on `labels`; its chances come in the order of the sorted labels. `balanced`: a rare label weighs as much as others."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only training needs it (see knowledge/tfidf.py)

        weight = "balanced" if balanced else None
        model = LogisticRegression(C=CLOSENESS, solver="liblinear", dual=True, tol=0.01, class_weight=weight, random_state=0)
        model.fit(rows, labels)
        self._places[name] = slice(len(self._bias), len(self._bias) + len(model.intercept_))
        self._weights = np.hstack([self._weights, model.coef_.T.astype(np.float16)])
        self._bias = np.concatenate([self._bias, model.intercept_])

    def chances(self, row: Row) -> dict[str, Numbers]:
        """The chances of every label, for each of the regressions."""
        each = 1 / (1 + np.exp(-(row.times(self._weights) + self._bias)))
        return {name: _shared(each[place]) for name, place in self._places.items()}


def _shared(each: Numbers) -> Numbers:
    """One against the rest, as chances that add up to 1; a model of two labels has only the second."""
    return np.array([1 - each[0], each[0]]) if len(each) == 1 else each / each.sum()
