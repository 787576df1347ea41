"""Import Rasa without the libraries that it imports but that we do not run.

Rasa 3.6 imports TensorFlow for DIET and the SDK of every chat service for its built-in channels at start, whether or not they are
used: two thirds of the memory and most of the start-up time. :func:`install` puts a finder *behind* all others on
``sys.meta_path``, so a library that is really installed (the extra ``advisor[diet]``) always wins; a missing one is replaced by an
empty module whose every attribute is an empty class. Code that is only imported keeps working; code that tries to *run* such a
class gets an object that can do nothing and fails at its first real use.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType

import packaging.version
import websockets.protocol

#: Top-level packages that may be missing. Everything else still raises ImportError, as it should.
REPLACEABLE = frozenset(
    {
        "aio_pika",
        "aiogram",
        "aiormq",
        "boto3",
        "botocore",
        "confluent_kafka",
        "fbmessenger",
        "google",
        "keras",
        "mattermostwrapper",
        "pymongo",
        "redis",
        "rocketchat_API",
        "sentry_sdk",
        "skops",
        "sklearn_crfsuite",
        "slack_sdk",
        "socketio",
        "structlog_sentry",
        "tensorflow",
        "tensorflow_hub",
        "tensorflow_text",
        "twilio",
        "webexteamssdk",
    }
)


#: matplotlib asks `tensorflow.is_tensor` of everything it draws; an empty class would answer yes.
_ASKED_BY_OTHERS = frozenset({"is_tensor"})


class _EmptyMeta(type):
    """Class-level attribute access (``tf.keras.layers.Layer``) yields one more empty class."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _empty_class(name)

    def __call__(cls, *args: object, **kwargs: object) -> object:
        # A decorator (``@tf.function``) hands the function back, so that methods under it stay ordinary functions.
        if len(args) == 1 and callable(args[0]) and not kwargs and cls.__module__ == __name__ and not isinstance(args[0], type):
            return args[0]
        return super().__call__()


def _empty_class(name: str) -> type:
    return _EmptyMeta(name, (), {"__module__": __name__, "__init_subclass__": classmethod(lambda cls, **kwargs: None)})


class _EmptyModule(ModuleType):
    """A package in which every name exists and means nothing."""

    __path__ = []  # noqa: RUF012 - what makes a module a package

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") or name in _ASKED_BY_OTHERS:
            raise AttributeError(name)
        return _empty_class(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in REPLACEABLE:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _EmptyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the module is complete as created."""


def install() -> None:
    """Stand in for every missing package of :data:`REPLACEABLE`. Safe to call more than once."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
    _restore_removed_names()
    _leave_out_of_rasa()


def _restore_removed_names() -> None:
    """Names that Rasa imports from current libraries and that those have removed since; docs/rasa.md lists them."""

    if not hasattr(packaging.version, "LegacyVersion"):
        # Rasa asks whether a parsed version is one of these; packaging >= 22 raises InvalidVersion instead of making one.
        packaging.version.LegacyVersion = type("LegacyVersion", (), {})  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the module says that it is old; Sanic 21.12 imports it all the same
        connection = importlib.import_module("websockets.connection")
    for state in websockets.protocol.State:
        if not hasattr(connection, state.name):
            setattr(connection, state.name, state)
    for name in ("sanic.server.websockets.impl", "sanic.server.websockets.frame"):  # written for websockets 10, never used by us
        sys.modules.setdefault(name, _EmptyModule(name))


def _leave_out_of_rasa() -> None:
    """Parts of Rasa that nothing of ours runs, and that bring large libraries into every start."""
    unused = ["rasa.utils.plotting"]  # matplotlib, which we want only when something is drawn
    if isinstance(getattr(importlib.util.find_spec("tensorflow"), "loader", None), _Finder):
        # What DIET reads its data with: scikit-learn and SciPy's statistics, 55 MB and two seconds.
        unused += ["rasa.utils.tensorflow.model_data", "rasa.utils.tensorflow.data_generator"]
    for name in unused:
        sys.modules.setdefault(name, _EmptyModule(name))
