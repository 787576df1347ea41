"""Tables as a terminal gets them."""

from __future__ import annotations

import io

from rich.console import Console

from bot.assessment.questionnaire import load_questionnaire
from bot.insights.reading import Sources
from bot.insights.tables import Table
from bot.insights.terminal import Form, show
from bot.operations.questions import TopicsOf
from bot.services import ROOT


def sources(topics_of: TopicsOf | None = None) -> Sources:
    """What tables are made from beside the database."""
    return Sources("Asia/Tokyo", load_questionnaire(ROOT / "knowledge"), "advisor-of-the-tests", topics_of)


def printed(table: Table, form: Form) -> str:
    """What is printed on a wide terminal."""
    output = io.StringIO()
    show(table, form, Console(file=output, width=200))
    return output.getvalue()
