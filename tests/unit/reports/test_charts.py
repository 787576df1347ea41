"""Pictures: the right size for a phone, sharp, with a font that knows every character, and light to start."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from bot.reports import charts
from bot.reports.figures import Figure
from bot.reports.fonts import font_file
from bot.reports.picturing import Measured, matrix, progress, radar, roadmap
from bot.services import ROOT
from tests.unit.reports.builders import TODAY, make_facts, make_plan_from, material, whole_facts


def figures(language: str) -> Iterator[Figure]:
    """One of each kind."""
    yield radar(make_facts(), language)
    yield radar(whole_facts(), language)
    found = matrix(make_facts(), language), progress(material(), [Measured("売上", "円", 120_000, 150_000)], language)
    yield from (each for each in found if each is not None)
    yield roadmap(material(), make_plan_from(date(2026, 10, 5), frozenset({1})), TODAY, language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_picture_is_as_wide_as_a_phone_three_times_as_fine_and_of_the_promised_height(language: str) -> None:
    drawn = list(figures(language))
    assert len(drawn) == 5
    for figure in drawn:
        picture = charts.draw(figure)
        image = Image.open(io.BytesIO(picture.data))
        assert image.format == "PNG"
        assert (picture.width, picture.height) == charts.size_of(figure)
        assert picture.width == charts.WIDTH
        assert abs(image.width - 3 * picture.width) <= 1
        assert abs(image.height - 3 * picture.height) <= 1


def test_the_same_figure_gives_the_same_bytes() -> None:
    figure = radar(make_facts(), "ja")
    first = charts.draw(figure).data
    charts.pixels.cache_clear()
    assert charts.draw(figure).data == first


def test_another_level_gives_another_picture() -> None:
    figure = radar(make_facts(), "ja")
    other = replace(figure, spokes=(replace(figure.spokes[0], level=4), *figure.spokes[1:]))
    assert charts.draw(figure).data != charts.draw(other).data


def test_the_font_has_every_character_of_the_content() -> None:
    with TTFont(font_file()) as font:
        known = set(font.getBestCmap())
    # Replies are owners' words, to learn from; nothing of them is ever drawn.
    files = sorted(path for path in (ROOT / "knowledge").rglob("*.yml") if path.name != "reply_samples.yml")
    assert files
    used = {character for path in files for character in path.read_text(encoding="utf-8")} | set("✓▶")
    assert {character for character in used if character > " " and ord(character) not in known} == set()


def test_starting_the_advisor_does_not_import_the_drawing_libraries() -> None:
    code = (
        "from bot import app; import sys; "
        "print([name for name in ('matplotlib', 'reportlab', 'icalendar', 'PIL') if name in sys.modules], 'rasa.core.agent' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"


def test_the_real_matplotlib_draws_beside_rasa() -> None:
    code = (
        "from bot import app; from bot.reports import charts; from tests.unit.reports.builders import make_facts; "
        "from bot.reports.picturing import radar; print(charts.draw(radar(make_facts(), 'ja')).data[:4])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(b"\x89PNG")
