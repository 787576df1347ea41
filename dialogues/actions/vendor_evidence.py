"""What quotes say about the phase of choosing a supplier: its check-in asks for nothing that the owner has told already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.rollout.checkins import Rollout
from bot.rollout.figures import Figure
from bot.rollout.phases import Phase
from bot.rollout.quote_lines import QuoteLines
from bot.rollout.shortlists import ENOUGH_QUOTES, quote_of
from bot.rollout.vendors import Quote, is_scored
from bot.services import Services
from bot.storage.tables import Vendor
from bot.turn import Turn
from dialogues.actions.base import Speaker, button


def question_of(services: Services, speaker: Speaker, phase: Phase, quotes: Sequence[Quote]) -> str:
    """What the phase's check-in asks, knowing the quotes."""
    if not quotes:
        return phase.question.get(speaker.language)
    scored = [each for each in quotes if is_scored(each, services.shortlists.criteria)]
    is_enough = len(scored) >= ENOUGH_QUOTES
    phrase = "quotes_scored" if is_enough else "quotes_unscored" if len(quotes) >= ENOUGH_QUOTES else "quotes_known"
    lines = QuoteLines(services.phrases, speaker.language, services.shortlists.criteria)
    return speaker.phrase(phrase, names=lines.names(each.name for each in (scored if is_enough else quotes)))


def help_of(services: Services, speaker: Speaker, phase: Phase, quotes: Sequence[Quote]) -> list[dict[str, str]]:
    """A button for what helps most in the phase of choosing; none in others."""
    if phase.number != services.shortlists.phase:
        return []
    if len(quotes) >= ENOUGH_QUOTES:
        return [button(speaker.phrase("see_comparison"), "compare_vendors")]
    return [button(speaker.phrase("demo_sheet"), "get_demo_questions")]


def choices(rows: Iterable[Vendor]) -> list[dict[str, str]]:
    """The suppliers as buttons: which one did you choose?"""
    return [button(each.name, "EXTERNAL_vendor_choose", vendor=each.id) for each in rows]


def keep_cost(services: Services, turn: Turn, speaker: Speaker, rollout: Rollout, phase: int, vendor: Vendor) -> bool:
    """Write the first year's cost of the chosen quote into the ledger; False when it is not known."""
    price = quote_of(vendor).price
    if price is None or price.first_year is None:
        return False
    words = QuoteLines(services.phrases, speaker.language, services.shortlists.criteria).first_year(price)
    services.ledgers.note(turn.session, rollout, "cost", phase, Figure(price.first_year, price.currency, "", words), turn.now)
    return True
