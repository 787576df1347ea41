"""Train Rasa's model only when something that it learns from has changed, and say what is happening meanwhile."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import portalocker

from bot.assistant import quiet, stand_ins
from bot.fingerprints import fingerprint

#: The parts of knowledge/ that the search learns from, or that decide how it does.
LEARNED = tuple(
    f"knowledge/{name}" for name in ("entries", "topics.yml", "text.py", "tfidf.py", "search.py", "index.py", "keeping.py", "base.py")
)
#: What a model is made from, relative to the project's root; code counts too, since components live in it.
SOURCES = ("config.yml", "nlu", "dialogues/domain", "dialogues/rules", "dialogues/stories", *LEARNED)
#: Longer than any training takes.
_LONGEST_TRAINING_SECONDS = 1_800.0
_LIBRARIES = ("rasa", "scikit-learn", "numpy", "sudachipy", "sudachidict-small")
#: Steps of Rasa's training graph whose beginning is worth showing.
Progress = Callable[[str], None]


class TrainingError(Exception):
    """The training data or the configuration is wrong; the message names what to mend."""


def model_path(root: Path, models: Path) -> Path:
    """Where the model of the present sources is, or will be."""
    return models / f"advisor-{fingerprint(root, SOURCES, _LIBRARIES)}.tar.gz"


def ensure_model(root: Path, models: Path, progress: Progress, force: bool = False) -> Path:
    """The path of a model made from the present sources, trained now when there is none (or `force`). Raises TrainingError.

    Written beside its final name and moved there, so that an interrupted training leaves nothing that looks finished. Of several
    processes that share the folder, one trains and the others wait for it.
    """
    path = model_path(root, models)
    if path.is_file() and not force:
        return path
    with _alone_in(models):
        if path.is_file() and not force:  # another process has made it meanwhile
            return path
        with tempfile.TemporaryDirectory(dir=models, prefix="training-") as folder:
            shutil.move(_train(root, Path(folder), progress), path)
        _remove_old(models, keep=path)
    return path


@contextmanager
def _alone_in(models: Path) -> Iterator[None]:
    """The only process that trains for this folder; the lock ends with its holder, however that ends."""
    try:
        models.mkdir(parents=True, exist_ok=True)
        lock = portalocker.Lock(models / "training.lock", timeout=_LONGEST_TRAINING_SECONDS)
        lock.acquire()
    except portalocker.LockException as error:
        message = f"another process has been training in {models} for too long; stop it, or choose another ADVISOR_DATA_DIR"
        raise TrainingError(message) from error
    except OSError as error:
        raise TrainingError(f"cannot write to {models} ({error.strerror}); run `advisor train` where it may be written") from error
    try:
        yield
    finally:
        lock.release()


def _remove_old(models: Path, keep: Path) -> None:
    """Only the newest other model stays: a replica that still starts with it must find it."""
    others = sorted((path for path in models.glob("advisor-*.tar.gz") if path != keep), key=lambda path: path.stat().st_mtime)
    for path in others[:-1]:
        path.unlink(missing_ok=True)


@contextmanager
def _inside(root: Path, cache: Path) -> Iterator[None]:
    """Rasa resolves component modules and its cache from the working folder and the environment."""
    before, cache_before = Path.cwd(), os.environ.get("RASA_CACHE_DIRECTORY")
    os.chdir(root)
    os.environ["RASA_CACHE_DIRECTORY"] = str(cache)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.pop("RASA_CACHE_DIRECTORY", None)
        if cache_before is not None:
            os.environ["RASA_CACHE_DIRECTORY"] = cache_before


def _train(root: Path, output: Path, progress: Progress) -> Path:
    quiet.hush()
    stand_ins.install()
    with quiet.old_libraries_may_warn():  # imported here: a start with a fresh model does not train
        import rasa.model_training  # noqa: PLC0415
        from rasa.engine.exceptions import GraphRunError  # noqa: PLC0415
        from rasa.shared.exceptions import RasaException  # noqa: PLC0415

    data = [str(root / folder) for folder in ("nlu", "dialogues/rules", "dialogues/stories")]
    said = StringIO()
    started = time.monotonic()
    try:
        with (
            _inside(root, output / "cache"),
            redirect_stdout(said),
            _reporting(progress),
            _hashing_cheaply(),
            quiet.old_libraries_may_warn(),
        ):
            result = rasa.model_training.train(
                domain=str(root / "dialogues/domain"),
                config=str(root / "config.yml"),
                training_files=data,
                output=str(output),
                fixed_model_name="model",
                force_training=True,
            )
    except (RasaException, GraphRunError, ValueError, SystemExit) as error:
        raise TrainingError(f"training failed: {error or said.getvalue().strip()}; run `advisor check` for file and line") from error
    if result.code or not result.model:
        raise TrainingError(f"training failed: {said.getvalue().strip() or 'no model was made'}; run `advisor check` for file and line")
    progress(f"done {time.monotonic() - started:.0f}")
    return Path(result.model)


@contextmanager
def _hashing_cheaply() -> Iterator[None]:
    """Rasa drops doubled messages by a digest over all of a message's data, made anew for every copy: half of a training's time.

    Equal messages have equal texts, so their texts will do as hashes; whether two are equal is still decided by all their data.
    """
    from rasa.shared.nlu.training_data.message import Message  # noqa: PLC0415

    original = Message.__hash__
    Message.__hash__ = lambda message: hash((message.get("text"), message.get("intent"), message.get("response")))
    try:
        yield
    finally:
        Message.__hash__ = original


@contextmanager
def _reporting(progress: Progress) -> Iterator[None]:
    """Tell `progress` the name of each training step as it begins, by way of Rasa's own training hook."""
    from rasa.engine.training import hooks  # noqa: PLC0415

    original = hooks.LoggingHook.on_before_node

    def on_before_node(self: object, node_name: str, *args: object, **kwargs: object) -> object:
        progress(node_name)
        return original(self, node_name, *args, **kwargs)

    hooks.LoggingHook.on_before_node = on_before_node
    try:
        yield
    finally:
        hooks.LoggingHook.on_before_node = original
