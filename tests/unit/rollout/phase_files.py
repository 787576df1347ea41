"""A content file of eight equal phases, to be spoiled by tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

PHASE = """\
  - number: {number}
    entry: phase/pilot
    name: {{ja: 試す, en: Try it}}
    days: {{min: 7, default: 14, max: 21}}
    steps: {{ja: [一, 二, 三], en: [one, two, three]}}
    goal: {{ja: 目標, en: Goal}}
    checkins: {{first_after_days: [2, 7], then_every_days: 7}}
    question: {{ja: "進んでいますか?", en: "Is it going well?"}}
    when_blocked: {{ja: 小さくします。, en: Make it smaller.}}
    taps:
      done: {{ja: できた, en: Done}}
      in_progress: {{ja: 途中, en: Under way}}
      blocked: {{ja: 困った, en: Stuck}}
    evidence: {{ja: "いくつですか?", en: "How many?"}}
    progress: {{ja: "いまは?", en: "So far?"}}
    keeps: null
    watch: [challenge/limited-budget]
    done_when:
      ja: 決めたこと。
      en: It is decided.


"""


def write_phases(folder: Path, change: Callable[[str], str] = str) -> Path:
    """Write `knowledge/rollout/phases.yml` under `folder`, spoiled by `change`; gives the folder `knowledge`."""
    root = folder / "knowledge"
    (root / "rollout").mkdir(parents=True)
    text = "phases:\n" + "".join(PHASE.format(number=number) for number in range(1, 9))
    (root / "rollout" / "phases.yml").write_text(change(text), encoding="utf-8")
    return root
