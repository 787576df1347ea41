"""The page on which others read a plan: small, without scripts, the picture and the list of its phases. Pure."""

from __future__ import annotations

import hashlib
import html
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from string import Template

from bot.reports.facts import Material, Plan
from bot.reports.figures import Bar, Roadmap
from bot.reports.picturing import Say, roadmap, say_in
from bot.rollout.plan import current_phase

_FOLDER = Path(__file__).parent / "pages"
_STYLE = (_FOLDER / "plan.css").read_text(encoding="utf-8")
_PAGES = {name: Template((_FOLDER / f"{name}.html").read_text(encoding="utf-8")) for name in ("plan", "phase", "gone", "step", "fact")}
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
#: Nothing but its own sheet: no script, no picture from anywhere, no form, no frame around it.
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
LANGUAGES = ("ja", "en")
_MARKS = {"done": "✓", "now": "▶", "later": "○"}
#: The picture's units: its width, the height of a row, and of its bar.
_WIDTH, _ROW, _BAR = 320.0, 18, 12
#: So that a phase of one day can be seen.
_THINNEST = 3.0


class Standing(Enum):
    """How a rollout stands."""

    ACTIVE = "active"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Shown:
    """What is on a page. `today` and `next_on` are days of the owner's calendar; `figures`: before and now, where the owner agreed."""

    language: str
    plan: Plan
    standing: Standing
    today: date
    next_on: date | None
    figures: tuple[str, str] | None


def write_page(material: Material, shown: Shown) -> str:
    """The page of a plan."""
    say = say_in(material, shown.language)
    figure = roadmap(material, shown.plan, shown.today, shown.language)
    values = {
        "lang": shown.language,
        "title": _title(material, say, shown),
        "as_of": say("shared_as_of", date=say.date(shown.today)),
        "picture": say("shared_picture"),
        "phases_title": say("shared_phases"),
        "about": say("shared_about"),
    }
    parts = {
        "style": _STYLE,
        "now": _now(material, say, shown),
        "drawing": _drawing(figure),
        "height": str(len(figure.bars) * _ROW),
        "phases": "".join(_phase(say, bar) for bar in figure.bars),
    }
    return _filled("plan", values, **parts)


def write_gone(material: Material) -> str:
    """What whoever has an address that opens nothing sees, in both languages: we do not know whose it was."""
    says = {language: say_in(material, language) for language in LANGUAGES}
    values = {f"{name}_{language}": say(f"shared_gone_{name}") for language, say in says.items() for name in ("title", "text")}
    return _filled("gone", values, style=_STYLE)


def _title(material: Material, say: Say, shown: Shown) -> str:
    action = material.action(shown.plan.action)
    return say("roadmap_under_way", action=action.title.get(say.language) if action else shown.plan.action)


def _now(material: Material, say: Say, shown: Shown) -> str:
    """The current step, or that there is none any more; and the figures."""
    here = current_phase(shown.plan.phases, shown.plan.done)
    if shown.standing is not Standing.ACTIVE or here is None:
        stands = _filled("step", {"label": "", "text": say(f"shared_{'stopped' if shown.standing is Standing.STOPPED else 'done'}")})
        return stands + _figures(say, shown)
    phase = material.phases[here.number - 1]
    step = {"label": say("shared_now"), "text": say("shared_phase", number=here.number, name=phase.name.get(say.language))}
    facts = [
        (say("shared_until"), say.date(here.ends_on)),
        (say("shared_goal"), phase.goal.get(say.language)),
        (say("shared_done_when"), phase.done_when.get(say.language)),
        *([(say("shared_next"), say.date(shown.next_on))] if shown.next_on else []),
    ]
    lines = "".join(_fact(label, text) for label, text in facts)
    return f"{_filled('step', step)}<dl>{lines}</dl>{_figures(say, shown)}"


def _figures(say: Say, shown: Shown) -> str:
    if shown.figures is None:
        return ""
    before, now = shown.figures
    return f"<dl>{_fact(say('shared_figures'), say('shared_figures_line', before=before, now=now))}</dl>"


def _fact(label: str, text: str) -> str:
    return _filled("fact", {"label": label, "text": text})


def _phase(say: Say, bar: Bar) -> str:
    current = ' aria-current="step"' if bar.state == "now" else ""
    values = {"state": bar.state, "mark": _MARKS[bar.state], "state_word": say(f"state_{bar.state}"), "dates": bar.dates}
    return _filled("phase", {**values, "name": say("shared_phase", number=bar.number, name=bar.name)}, current=current)


def _drawing(figure: Roadmap) -> str:
    """The bars of the phases from the first day to the last, and today."""
    first, last = figure.bars[0].starts_on, figure.bars[-1].ends_on
    scale = _WIDTH / max(1, (last - first).days + 1)
    height = len(figure.bars) * _ROW
    bars = [_bar(bar, index, (bar.starts_on - first).days * scale, scale) for index, bar in enumerate(figure.bars)]
    today = (figure.today - first).days * scale
    line = f'<line class="today" x1="{today:.1f}" x2="{today:.1f}" y1="0" y2="{height}"/>' if 0 <= today <= _WIDTH else ""
    return "".join(bars) + line


def _bar(bar: Bar, index: int, start: float, scale: float) -> str:
    width = max(_THINNEST, ((bar.ends_on - bar.starts_on).days + 1) * scale)
    top = index * _ROW + (_ROW - _BAR) / 2
    return f'<rect class="{bar.state}" x="{start:.1f}" y="{top:.0f}" width="{width:.1f}" height="{_BAR}" rx="3"/>'


def _filled(name: str, values: dict[str, str], **parts: str) -> str:
    """A piece of the page: words are escaped, `parts` are pieces themselves."""
    return _PAGES[name].substitute({key: html.escape(text) for key, text in values.items()} | parts)
