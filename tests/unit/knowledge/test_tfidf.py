"""TF-IDF rows are those of scikit-learn, which trains on them and is not needed to read them."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.tfidf import Tfidf

TEXTS = [["stock", "count", "stock"], ["count", "till"], ["till", "till", "card"], ["booking"], ["count", "booking", "card", "stock"]]


def test_rows_are_those_of_scikit_learn() -> None:
    ours = Tfidf(TEXTS)
    theirs = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    rows = theirs.fit_transform(TEXTS).toarray()
    order = list(dict.fromkeys(term for text in TEXTS for term in text))  # ours come in order of appearance
    assert np.allclose(ours.rows(TEXTS).toarray(), rows[:, [theirs.vocabulary_[term] for term in order]], atol=1e-6)


def test_one_row_is_the_same_as_among_many() -> None:
    ours = Tfidf(TEXTS)
    table = np.eye(len(ours), dtype=np.float16)
    assert np.allclose(ours.row(TEXTS[0]).times(table), ours.rows(TEXTS).toarray()[0], atol=1e-3)


def test_rare_terms_are_left_out_and_then_all_but_the_commonest() -> None:
    assert len(Tfidf(TEXTS, in_how_many=2)) == 5
    assert len(Tfidf(TEXTS, in_how_many=3)) == 1
    assert len(Tfidf(TEXTS, in_how_many=2, most=2)) == 2
    assert len(Tfidf(TEXTS, in_how_many=9)) == 1


def test_a_text_without_any_known_term_has_an_empty_row() -> None:
    table = np.ones((5, 3), np.float16)
    assert Tfidf(TEXTS).row(["never heard"]).times(table).tolist() == [0, 0, 0]
