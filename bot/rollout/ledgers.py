"""The ledger of an initiative in the database: the figures that an owner has told, as they told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rollout.checkins import Rollout
from bot.rollout.figures import Figure, FigureWords
from bot.rollout.ledger import Ledger, Summary, ledger_of, summarise
from bot.rollout.phases import Phase
from bot.storage.tables import FigureRow

_LONGEST_WORDS = 80
_LONGEST_UNIT = 24


class Ledgers:
    """Reads and writes ledgers."""

    def __init__(self, words: FigureWords, phases: Sequence[Phase]) -> None:
        self.words = words
        reading = [phase.number for phase in phases if phase.keeps == "reading"]
        #: The phase at whose start the figure before is asked for, and the one at whose end the result is told; 0 for none.
        self.pilot, self.review = (min(reading), max(reading)) if reading else (0, 0)

    async def load(self, session: AsyncSession, rollout: Rollout) -> Ledger:
        """The figures of a rollout so far."""
        rows = select(FigureRow).where(FigureRow.initiative_id == rollout.initiative.id).order_by(FigureRow.id)
        return ledger_of([(row.kind, _figure(row)) for row in await session.scalars(rows)])

    async def summary(self, session: AsyncSession, rollout: Rollout) -> Summary:
        """What it comes to so far."""
        return summarise(await self.load(session, rollout), self.words)

    def note(self, session: AsyncSession, rollout: Rollout, kind: str, phase: int, figure: Figure | None, now: datetime) -> None:
        """Keep a figure; None: the owner was asked and did not tell."""
        row = FigureRow(initiative_id=rollout.initiative.id, kind=kind, phase=phase, noted_at=now, unit="", period="", words="")
        if figure is not None:
            row.value, row.unit, row.period = figure.value, figure.unit[:_LONGEST_UNIT], figure.period
            row.words, row.more_is_better = figure.words[:_LONGEST_WORDS], figure.more_is_better
        session.add(row)


def _figure(row: FigureRow) -> Figure | None:
    return None if row.value is None else Figure(row.value, row.unit, row.period, row.words, row.more_is_better)
