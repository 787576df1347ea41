"""What a phase means in an owner's trade: a sentence for each phase, filled with the words of the trade. Pure, over content."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.rollout.phases import PHASE_COUNT
from knowledge.content import LANGUAGES, Node, Text
from knowledge.problems import Problems
from knowledge.yaml_files import read_yaml

NOUNS = ("trade", "work", "loss", "tool", "quiet", "place", "number", "people", "old")
#: The trade of an owner who has not told theirs.
OTHER = "other"


@dataclass(frozen=True)
class Trades:
    """The sentence of each phase, and the words of each trade."""

    sentences: tuple[Text, ...]
    words: Mapping[str, Mapping[str, Text]]

    def meaning(self, phase: int, industry: str | None, language: str) -> str:
        """What phase number `phase` means for an owner of `industry` (None: not told); "" for a phase that has no sentence."""
        if not 1 <= phase <= len(self.sentences):
            return ""
        words = self.words.get(industry or OTHER) or self.words[OTHER]
        return self.sentences[phase - 1].get(language).format(**{noun: text.get(language) for noun, text in words.items()})


def load_trades(root: Path, industries: Collection[str] | None = None) -> Trades:
    """Read `rollout/industries.yml` under the folder `root` (`knowledge/`). With `industries`, each must be there. Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "rollout" / "industries.yml", root.parent, problems)
    page.only("sentences", "trades")
    sentences = tuple(_read_sentence(node) for node in page.items("sentences", PHASE_COUNT, PHASE_COUNT))
    trades = {name: _read_trade(node) for name, node in page.section("trades").sections()}
    for missing in sorted({OTHER, *(industries or ())} - set(trades)):
        page.problem(f"The trade '{missing}' is missing", f"Add '{missing}:' with {', '.join(NOUNS)}", "trades")
    problems.raise_if_any()
    return Trades(sentences, trades)


def _read_sentence(node: Node) -> Text:
    text = node.as_text()
    for language in LANGUAGES:
        try:
            text.get(language).format(**dict.fromkeys(NOUNS, ""))
        except (KeyError, ValueError, IndexError):
            node.problem("The sentence uses a word in {} that no trade has", f"Use one of: {', '.join(NOUNS)}", language)
    return text


def _read_trade(node: Node) -> dict[str, Text]:
    node.only(*NOUNS)
    return {noun: node.bilingual(noun) for noun in NOUNS}
