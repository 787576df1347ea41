"""How a phase goes, in an owner's own words: under way, done, stuck and on what, later. Pure; trained on many sample replies.

It is asked only while a check-in stands. Words that everybody uses (replies.py) were tried first: they fit 15 % of the replies, and are
right in two of three ("not finished, and nobody wants to" is no progress), so they only help where the model has nothing to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rollout.replies import ReplyKind
from knowledge.regressions import Regressions
from knowledge.samples import ReplySample
from knowledge.text import utterance_features
from knowledge.tfidf import Tfidf

#: The kinds that there are samples of; a yes and a no need none.
KINDS = (ReplyKind.DONE, ReplyKind.IN_PROGRESS, ReplyKind.LATER, ReplyKind.BLOCKED)
_IS_REPLY, _KIND, _OBSTACLE = "is reply", "kind", "obstacle"
#: From this chance on, a message is a reply and nothing else.
SURELY_REPLY = 0.5
#: From this chance on, it is one unless something else explains it better: by cross-validation 93 / 90 % (ja / en) of the replies
#: lie above it, and a quarter of the questions to the knowledge base.
MAYBE_REPLY = 0.2
#: From this chance on, what stands in the way is not asked for. A wrong guess is said back at once and can be changed.
SURE_OBSTACLE = 0.5


@dataclass(frozen=True, slots=True)
class ReplyGuess:
    """How likely a message is a reply at all (0 to 1), its likeliest kind, and the obstacle where one is likely enough."""

    chance: float
    kind: ReplyKind
    obstacle: str | None


class ReplyModel:
    """The trained model; safe to use from several threads."""

    def __init__(self, samples: Sequence[ReplySample], elsewhere: Sequence[str]) -> None:
        """`elsewhere` are messages that are no replies."""
        texts = [utterance_features(text) for text in (*(each.text for each in samples), *elsewhere)]
        self._tfidf = Tfidf(texts, in_how_many=2)
        self._regressions = Regressions(len(self._tfidf))
        rows = self._tfidf.rows(texts)
        self._regressions.add(_IS_REPLY, rows, [place < len(samples) for place in range(len(texts))], balanced=True)
        kinds = [each.kind for each in samples]
        self._kinds = tuple(ReplyKind(kind) for kind in sorted(set(kinds)))
        self._regressions.add(_KIND, rows[: len(samples)], kinds, balanced=True)
        stuck = [place for place, each in enumerate(samples) if each.obstacle]
        obstacles = [samples[place].obstacle or "" for place in stuck]
        self._obstacles = tuple(sorted(set(obstacles)))
        self._regressions.add(_OBSTACLE, rows[stuck], obstacles)

    def guess(self, text: str) -> ReplyGuess:
        """What `text` most likely says."""
        chances = self._regressions.chances(self._tfidf.row(utterance_features(text)))
        kind = self._kinds[int(chances[_KIND].argmax())]
        obstacle = int(chances[_OBSTACLE].argmax())
        is_told = kind is ReplyKind.BLOCKED and chances[_OBSTACLE][obstacle] >= SURE_OBSTACLE
        return ReplyGuess(float(chances[_IS_REPLY][1]), kind, self._obstacles[obstacle] if is_told else None)
