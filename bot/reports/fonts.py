"""The font of every picture and page: IPAex Gothic from a package, so that Japanese looks alike on any machine."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "matplotlib_fontja"


def font_file() -> Path:
    """The font's file. The package is found, not imported: importing it would change matplotlib for the whole process."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{_PACKAGE} is not installed; run `uv sync`")
    return Path(spec.origin).parent / "fonts" / "ipaexg.ttf"
