"""Figures as pictures (PNG). Every picture is 360 CSS pixels wide, the width of a phone, and drawn three times as fine.

matplotlib is imported when something is drawn: it costs a second and 60 MB that a start should not pay. Nothing here uses pyplot, whose
state is one for the whole process.
"""

from __future__ import annotations

import io
import math
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.reports.figures import Bar, Change, Figure, Matrix, Progress, Radar, Roadmap, Spoke, Spot
from bot.reports.fonts import font_file
from bot.reports.lines import broken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL.Image import Image as PixelImage

WIDTH = 360
#: CSS pixels in an inch of the drawing; drawn three times as fine.
_PIXELS, _FINE = 100, 3
LEVELS = 5
INK, SOFT, LINE, PAPER = "#1f2b29", "#56625f", "#dcd8cd", "#ffffff"
NOW, TARGET, BEFORE, LATER, TODAY = "#14635a", "#b35309", "#6b7471", "#e4efec", "#a3231b"
#: Text sizes in points of the drawing: 9 points are 12.5 CSS pixels.
_TEXT, _SMALL, _LARGE = 9.0, 8.0, 10.0


@dataclass(frozen=True)
class Picture:
    """A drawn figure; width and height in CSS pixels."""

    data: bytes
    width: int
    height: int


def size_of(figure: Figure) -> tuple[int, int]:
    """Width and height (CSS pixels) that a figure will have, known before it is drawn."""
    return WIDTH, _LAYOUTS[type(figure)][0](figure)


def draw(figure: Figure) -> Picture:
    """The picture of a figure, as a PNG file."""
    kept = io.BytesIO()
    # Few colours in long runs: run lengths alone pack them in half the time, into about as many bytes.
    pixels(figure).save(kept, "PNG", compress_type=zlib.Z_RLE)
    return Picture(kept.getvalue(), *size_of(figure))


@lru_cache(maxsize=3)
def pixels(figure: Figure) -> PixelImage:
    """The picture of a figure, for a page of paper. The last are remembered: a report shows what the conversation has just shown."""
    from PIL import Image  # noqa: PLC0415 - only when something is drawn

    axes, canvas = _canvas(*size_of(figure))
    _LAYOUTS[type(figure)][1](axes, figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")  # type: ignore[no-untyped-call]


# --- the drawing surface ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _font() -> Any:
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - only when something is drawn

    return FontProperties(fname=str(font_file()))


def _canvas(width: int, height: int) -> tuple[Axes, FigureCanvasAgg]:
    """Axes in CSS pixels, the origin at the top left, and what draws them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - only when something is drawn
    from matplotlib.figure import Figure as Sheet  # noqa: PLC0415

    sheet = Sheet(figsize=(width / _PIXELS, height / _PIXELS), dpi=_PIXELS * _FINE, facecolor=PAPER)
    canvas = FigureCanvasAgg(sheet)
    axes = sheet.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return axes, canvas


def _write(axes: Axes, x: float, y: float, text: str, size: float = _TEXT, colour: str = INK, **how: Any) -> None:
    axes.text(x, y, text, fontproperties=_font(), fontsize=size, color=colour, va="center", **how)


def _width(size: float) -> Callable[[str], float]:
    """Measures text in CSS pixels, a little generously."""
    em = size * _PIXELS / 72

    def measure(text: str) -> float:
        return em * sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.56 for each in text)

    return measure


def _wrapped(text: str, width: float, size: float = _TEXT) -> list[str]:
    return broken(text, width, _width(size))


def _line_height(size: float = _TEXT) -> float:
    return size * _PIXELS / 72 * 1.45


# --- radar --------------------------------------------------------------------------------------------------------------------

_RADIUS, _MIDDLE, _RADAR_HEIGHT = 92, (180, 172), 380


def _radar_height(radar: Radar) -> int:
    return _RADAR_HEIGHT


def _radar(axes: Axes, radar: Radar) -> None:
    angles = [math.tau * index / len(radar.spokes) for index in range(len(radar.spokes))]
    _web(axes, angles)
    before = [spoke.before for spoke in radar.spokes]
    if radar.before:
        _shape(axes, angles, before, BEFORE, linestyle=(0, (1, 1.6)), linewidth=1.6, marker="s", markersize=3)
    _shape(axes, angles, [spoke.target for spoke in radar.spokes], TARGET, linestyle=(0, (4, 2)), linewidth=1.4, marker="^", markersize=3.5)
    _shape(axes, angles, [spoke.level for spoke in radar.spokes], NOW, fill=True, linewidth=2, marker="o", markersize=4)
    for angle, spoke in zip(angles, radar.spokes, strict=True):
        _spoke_name(axes, angle, spoke)
    _radar_legend(axes, radar)


def _at(angle: float, level: float) -> tuple[float, float]:
    distance = _RADIUS * level / LEVELS
    return _MIDDLE[0] + distance * math.sin(angle), _MIDDLE[1] - distance * math.cos(angle)


def _web(axes: Axes, angles: Sequence[float]) -> None:
    for level in range(1, LEVELS + 1):
        corners = [_at(angle, level) for angle in [*angles, angles[0]]]
        axes.plot(*zip(*corners, strict=True), color=LINE, linewidth=1.2 if level == LEVELS else 0.8)
    for angle in angles:
        axes.plot(*zip(_MIDDLE, _at(angle, LEVELS), strict=True), color=LINE, linewidth=0.8)
    for level in range(1, LEVELS + 1):
        x, y = _at(0, level)
        _write(axes, x + 4, y - 1, str(level), 7, SOFT, ha="left")


def _shape(axes: Axes, angles: Sequence[float], levels: Sequence[int | None], colour: str, fill: bool = False, **line: Any) -> None:
    """The polygon of one set of levels; a dimension without a level is left out."""
    corners = [_at(angle, level) for angle, level in zip(angles, levels, strict=True) if level is not None]
    if not corners:
        return
    closed = [*corners, corners[0]]
    axes.plot(*zip(*closed, strict=True), color=colour, **line)
    if fill:
        axes.fill(*zip(*corners, strict=True), color=colour, alpha=0.18, linewidth=0)


def _spoke_name(axes: Axes, angle: float, spoke: Spoke) -> None:
    x, y = _at(angle, LEVELS * 1.1)
    side = math.sin(angle)
    align = "center" if abs(side) < 0.1 else "left" if side > 0 else "right"
    room = 200 if align == "center" else (WIDTH - x if side > 0 else x) - 3
    name = _wrapped(spoke.name, max(room, 78))
    x = min(x, WIDTH - 3 - max(map(_width(_TEXT), name))) if align == "left" else x
    x = max(x, 3 + max(map(_width(_TEXT), name))) if align == "right" else x
    height = _line_height() * (len(name) + 1)
    top = y - height if math.cos(angle) > 0.9 else y if math.cos(angle) < -0.5 else y - height / 2
    for index, line in enumerate([*name, spoke.note]):
        _write(axes, x, top + (index + 0.5) * _line_height(), line, colour=INK if index < len(name) else NOW, ha=align)


def _radar_legend(axes: Axes, radar: Radar) -> None:
    lines: list[tuple[str, str, dict[str, Any]]] = [
        (radar.now, NOW, {"marker": "o", "linewidth": 2}),
        (radar.target, TARGET, {"marker": "^", "linestyle": (0, (4, 2))}),
    ]
    if radar.before:
        lines.append((radar.before, BEFORE, {"marker": "s", "linestyle": (0, (1, 1.6))}))
    top = _RADAR_HEIGHT - 18 * len(lines) - 6
    for index, (text, colour, how) in enumerate(lines):
        y = top + 18 * index + 9
        axes.plot((24, 54), (y, y), color=colour, markersize=4, **how)
        _write(axes, 62, y, text, _SMALL, ha="left")


# --- impact and effort --------------------------------------------------------------------------------------------------------

_GRID_LEFT, _GRID_TOP, _CELL = 52, 14, 56
_GRID = _CELL * LEVELS


def _matrix_height(matrix: Matrix) -> int:
    return round(_GRID_TOP + _GRID + 48 + sum(_line_height() * len(lines) + 5 for lines in _spot_lines(matrix)) + 6)


def _spot_lines(matrix: Matrix) -> list[list[str]]:
    return [_wrapped(spot.title, WIDTH - 44 - 12) for spot in matrix.spots]


def _matrix(axes: Axes, matrix: Matrix) -> None:
    _cells(axes, matrix)
    places: dict[tuple[int, int], int] = {}
    for spot in matrix.spots:
        place = (spot.effort, spot.impact)
        _spot(axes, spot, places.setdefault(place, 0), sum((each.effort, each.impact) == place for each in matrix.spots))
        places[place] += 1
    y: float = _GRID_TOP + _GRID + 48
    for spot, lines in zip(matrix.spots, _spot_lines(matrix), strict=True):
        _badge(axes, 24, y + _line_height() / 2, spot)
        for line in lines:
            _write(axes, 44, y + _line_height() / 2, line, ha="left")
            y += _line_height()
        y += 5


def _cells(axes: Axes, matrix: Matrix) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - only when something is drawn

    axes.add_patch(Rectangle((_GRID_LEFT, _GRID_TOP), _CELL * 2, _CELL * 3, facecolor=LATER, linewidth=0))
    for index in range(LEVELS + 1):
        x, y = _GRID_LEFT + _CELL * index, _GRID_TOP + _CELL * index
        axes.plot((x, x), (_GRID_TOP, _GRID_TOP + _GRID), color=LINE, linewidth=0.8)
        axes.plot((_GRID_LEFT, _GRID_LEFT + _GRID), (y, y), color=LINE, linewidth=0.8)
    for index in range(1, LEVELS + 1):
        _write(axes, _GRID_LEFT + _CELL * (index - 0.5), _GRID_TOP + _GRID + 12, str(index), _SMALL, SOFT, ha="center")
        _write(axes, _GRID_LEFT - 10, _GRID_TOP + _CELL * (LEVELS - index + 0.5), str(index), _SMALL, SOFT, ha="center")
    _write(axes, _GRID_LEFT + 6, _GRID_TOP + _CELL * 3 - 10, matrix.quick, _SMALL, NOW, ha="left")
    _write(axes, _GRID_LEFT + _GRID / 2, _GRID_TOP + _GRID + 29, matrix.effort, ha="center")
    _write(axes, 20, _GRID_TOP + _GRID / 2, matrix.impact, ha="center", rotation=90)


def _spot(axes: Axes, spot: Spot, place: int, companions: int) -> None:
    """One action; several in one cell stand side by side."""
    x = _GRID_LEFT + _CELL * (spot.effort - 0.5) + 21 * (place - (companions - 1) / 2)
    _badge(axes, x, _GRID_TOP + _CELL * (LEVELS - spot.impact + 0.5), spot)


def _badge(axes: Axes, x: float, y: float, spot: Spot) -> None:
    axes.plot([x], [y], marker="o", markersize=13.5, color=NOW if spot.quick else TARGET, markeredgecolor=PAPER)
    _write(axes, x, y + 0.5, str(spot.number), _TEXT, PAPER, ha="center")


# --- roadmap ------------------------------------------------------------------------------------------------------------------

_ROAD_LEFT, _ROAD_RIGHT, _ROAD_TOP, _ROW = 14, 346, 14, 44
_COLOURS = {"done": BEFORE, "now": NOW, "later": "#9cc9bf"}
_MARKS = {"done": "✓ ", "now": "▶  ", "later": ""}


def _road_heading(roadmap: Roadmap) -> list[str]:
    return _wrapped(roadmap.heading, WIDTH - 28, _LARGE)


def _roadmap_height(roadmap: Roadmap) -> int:
    return round(_ROAD_TOP + _line_height(_LARGE) * len(_road_heading(roadmap)) + 10 + _ROW * len(roadmap.bars) + 46)


def _roadmap(axes: Axes, roadmap: Roadmap) -> None:
    y = float(_ROAD_TOP)
    for line in _road_heading(roadmap):
        _write(axes, _ROAD_LEFT, y + _line_height(_LARGE) / 2, line, _LARGE, ha="left")
        y += _line_height(_LARGE)
    top = y + 10
    _today(axes, roadmap, top)
    for index, bar in enumerate(roadmap.bars):
        _bar(axes, roadmap, bar, top + _ROW * index)
    _road_legend(axes, roadmap, top + _ROW * len(roadmap.bars) + 28)


def _day(roadmap: Roadmap, day: float) -> float:
    """Where a day (as an ordinal number) lies across the picture."""
    first, last = roadmap.bars[0].starts_on.toordinal(), max(bar.ends_on for bar in roadmap.bars).toordinal() + 1
    return _ROAD_LEFT + (_ROAD_RIGHT - _ROAD_LEFT) * (day - first) / (last - first)


def _today(axes: Axes, roadmap: Roadmap, top: float) -> None:
    x = _day(roadmap, roadmap.today.toordinal() + 0.5)
    bottom = top + _ROW * len(roadmap.bars)
    if _ROAD_LEFT <= x <= _ROAD_RIGHT:
        axes.plot((x, x), (top + 16, bottom + 2), color=TODAY, linewidth=1, linestyle=(0, (2, 2)), zorder=0.5)
        half = _width(_SMALL)(roadmap.today_word) / 2
        _write(axes, min(max(x, _ROAD_LEFT + half), _ROAD_RIGHT - half), bottom + 9, roadmap.today_word, _SMALL, TODAY, ha="center")


def _bar(axes: Axes, roadmap: Roadmap, bar: Bar, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 - only when something is drawn

    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2}
    _write(axes, _ROAD_LEFT, y + 8, f"{_MARKS[bar.state]}{bar.number}. {bar.name}", ha="left", bbox=box)
    _write(axes, _ROAD_RIGHT, y + 8, bar.dates, _SMALL, SOFT, ha="right", bbox=box)
    left, right = _day(roadmap, bar.starts_on.toordinal()), _day(roadmap, bar.ends_on.toordinal() + 1)
    axes.plot((_ROAD_LEFT, _ROAD_RIGHT), (y + 27, y + 27), color=LINE, linewidth=0.8, zorder=0.4)
    shape = FancyBboxPatch((left + 1.5, y + 22), max(right - left - 3, 3), 10, boxstyle="round,pad=0,rounding_size=3")
    shape.set(facecolor=_COLOURS[bar.state], edgecolor=NOW if bar.state == "now" else "none")
    axes.add_patch(shape)


def _road_legend(axes: Axes, roadmap: Roadmap, y: float) -> None:
    x = float(_ROAD_LEFT)
    for state, word in zip(_COLOURS, roadmap.states, strict=True):
        axes.plot([x + 6], [y], marker="s", markersize=7, color=_COLOURS[state])
        _write(axes, x + 17, y, word, _SMALL, ha="left")
        x += 34 + _width(_SMALL)(word)


# --- progress -----------------------------------------------------------------------------------------------------------------

_CHANGE_ROW, _BAR_ROOM = 26, 190


def _change_names(change: Change) -> list[str]:
    return _wrapped(change.name, WIDTH - 28)


def _progress_height(progress: Progress) -> int:
    return round(16 + sum(_line_height() * (len(_change_names(each)) + 1) + 2 * _CHANGE_ROW + 14 for each in progress.changes))


def _progress(axes: Axes, progress: Progress) -> None:
    y = 12.0
    for change in progress.changes:
        for line in _change_names(change):
            _write(axes, 14, y + _line_height() / 2, line, ha="left")
            y += _line_height()
        y = _change_bars(axes, progress, change, y + 2)
        _write(axes, 14, y + _line_height() / 2, change.note, colour=NOW, ha="left")
        y += _line_height() + 12


def _change_bars(axes: Axes, progress: Progress, change: Change, y: float) -> float:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - only when something is drawn

    longest = max(abs(change.before), abs(change.after)) or 1.0
    rows = ((progress.before, change.before, change.before_text, BEFORE), (progress.after, change.after, change.after_text, NOW))
    label = 22 + max(_width(_SMALL)(progress.before), _width(_SMALL)(progress.after))
    for word, value, text, colour in rows:
        length = max(_BAR_ROOM * abs(value) / longest, 2)
        _write(axes, 14, y + _CHANGE_ROW / 2, word, _SMALL, SOFT, ha="left")
        axes.add_patch(Rectangle((label, y + 4), length, _CHANGE_ROW - 8, facecolor=colour))
        _write(axes, label + length + 6, y + _CHANGE_ROW / 2, text, ha="left")
        y += _CHANGE_ROW
    return y


#: How high each kind of figure is, and how it is drawn.
_LAYOUTS: dict[type[Any], tuple[Callable[[Any], int], Callable[[Axes, Any], None]]] = {
    Radar: (_radar_height, _radar),
    Matrix: (_matrix_height, _matrix),
    Roadmap: (_roadmap_height, _roadmap),
    Progress: (_progress_height, _progress),
}
