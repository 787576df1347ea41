"""The search index on disk: made in training, kept inside the trained model, and in memory only once however often it is read."""

from __future__ import annotations

import hashlib
import pickle
import tarfile
from pathlib import Path

from knowledge.search import KnowledgeSearch

INDEX_FILE = "topic_ranker.pickle"
#: By the digest of the file: the pipeline and the actions of one process share one index.
_loaded: dict[str, KnowledgeSearch] = {}


def keep_search(search: KnowledgeSearch, path: Path) -> None:
    """Write an index; made and read by this installation only."""
    path.write_bytes(pickle.dumps(search, pickle.HIGHEST_PROTOCOL))


def kept_search(data: bytes) -> KnowledgeSearch:
    """The index from the content of its file."""
    digest = hashlib.sha256(data).hexdigest()
    if digest not in _loaded:
        _loaded.clear()  # a newer model replaces the one before
        _loaded[digest] = pickle.loads(data)  # noqa: S301 - made by this installation, as Rasa's own parts of the archive
    return _loaded[digest]


def search_of_model(model: Path) -> KnowledgeSearch:
    """The index inside a trained model's archive. Raises OSError when there is none."""
    try:
        with tarfile.open(model) as archive:
            member = next((each for each in archive if each.name.endswith("/" + INDEX_FILE)), None)
            file = archive.extractfile(member) if member else None
            if file is None:
                raise OSError(f"{model.name} holds no search index")
            return kept_search(file.read())
    except tarfile.TarError as error:
        raise OSError(f"{model.name} is no model ({error})") from error
