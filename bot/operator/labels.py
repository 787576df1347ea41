"""What stands in a cell, for a reader: names instead of ids, the zone's time, and words where a count hides somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.assessment.questionnaire import Questionnaire
from bot.insights.rows import NOT_TOLD
from bot.insights.tables import FEW, as_words
from bot.insights.words import Words
from bot.rollout.calendar import local_time
from knowledge.content import Text

#: Columns whose numbers are no figures to be set flush right.
NAMES = frozenset({"question", "industry", "phase", "state", "language", "sign", "value", "channel", "nearest", "number", "day"})


@dataclass(frozen=True)
class Labels:
    """`names` has, by column, what its ids are called."""

    words: Words
    names: Mapping[str, Mapping[str, Text]]
    zone: str

    def cell(self, column: str, value: object, language: str) -> str:
        """The text of one cell."""
        name = self.names.get(column, {}).get(str(value))
        if name is not None:
            return f"{value}. {name.get(language)}" if column == "phase" else name.get(language)
        if value is None:
            return "–"
        if value in (FEW, NOT_TOLD):
            return self.words.value("few" if value == FEW else "not_told", language)
        if isinstance(value, bool):
            return self.words.value("yes" if value else "no", language)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return f"{value:%m/%d}"
        return self.words.value(value, language) if isinstance(value, str) else as_words(value) or "–"

    def moment(self, at: datetime) -> str:
        """A moment by the operator's clock, which is the one of ADVISOR_TIME_ZONE."""
        return f"{local_time(at, self.zone):%Y-%m-%d %H:%M}"


def names_of(questionnaire: Questionnaire, phases: Mapping[int, Text], topics: Mapping[str, Text]) -> Mapping[str, Mapping[str, Text]]:
    """The names of trades, questions, phases and topics, as the content has them."""
    (trades,) = (each.options for each in questionnaire.profile if each.id == "industry")
    firm = {each.id: each.name for each in questionnaire.profile}
    return {
        "industry": {each.id: each.label for each in trades},
        "question": firm | {each.id: each.name for each in questionnaire.questions},
        "phase": {str(number): name for number, name in phases.items()},
        "nearest": topics,
    }
