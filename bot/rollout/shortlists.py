"""The suppliers that an owner compares, in the database: told of, scored, renamed, dropped, chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.rollout.checkins import Rollout, Rollouts
from bot.rollout.phases import Phase
from bot.rollout.prices import Price
from bot.rollout.vendors import VENDOR_PHASE, Criterion, Quote, VendorWords, is_scored
from bot.storage.tables import CheckIn, Person, Vendor, VendorScore

#: More than these nobody compares, and no page holds them.
MOST_VENDORS = 5
#: From so many scored quotes on, the phase has what it needs.
ENOUGH_QUOTES = 2
# Built once, since it runs for every message that is typed.
_VENDORS = select(Vendor).where(Vendor.person_id == bindparam("person")).order_by(Vendor.id)


class Shortlists:
    """Reads and writes the suppliers of a plan."""

    def __init__(self, words: VendorWords, phases: Sequence[Phase], rollouts: Rollouts) -> None:
        self.words = words
        self._rollouts = rollouts
        #: The phase of choosing a supplier; 0 for none.
        self.phase = next((phase.number for phase in phases if phase.entry == VENDOR_PHASE), 0)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The seven points, in the order in which they are asked."""
        return self.words.criteria

    # --- which plan ---------------------------------------------------------------------------------------------------------

    async def plans(self, session: AsyncSession, person: Person) -> list[Rollout]:
        """The plans that a message about quotes may mean: those that are choosing a supplier, else all under way."""
        running = await self._rollouts.active(session, person)
        choosing = [each for each in running if each.is_current(self.phase)]
        return choosing or running

    # --- reading ------------------------------------------------------------------------------------------------------------

    async def vendors(self, session: AsyncSession, person: Person, initiative: int | None = None) -> list[Vendor]:
        """The suppliers of a plan, those told without one included, in the order told; without `initiative`, all of the person's.

        A plan that is over keeps its own.
        """
        rows = (await session.scalars(_VENDORS, {"person": person.id})).all()
        if not rows:
            return []
        running = {each.initiative.id for each in await self._rollouts.active(session, person)}
        wanted = running if initiative is None else {initiative}
        return [row for row in rows if row.initiative_id is None or row.initiative_id in wanted]

    async def vendor(self, session: AsyncSession, person: Person, vendor_id: int | None) -> Vendor | None:
        """The person's supplier of this id; None when it is not theirs, or gone."""
        row = await session.get(Vendor, vendor_id) if vendor_id is not None else None
        return row if row is not None and row.person_id == person.id else None

    async def names(self, session: AsyncSession, person: Person) -> dict[int, str]:
        """The names of all suppliers under comparison, newest first."""
        return {row.id: row.name for row in reversed(await self.vendors(session, person))}

    async def quotes(self, session: AsyncSession, person: Person, initiative: int | None) -> list[Quote]:
        """The quotes of a plan."""
        return [quote_of(row) for row in await self.vendors(session, person, initiative)]

    async def scored(self, session: AsyncSession, person: Person, initiative: int | None) -> list[Quote]:
        """The quotes of a plan that have been scored on every point."""
        return [each for each in await self.quotes(session, person, initiative) if is_scored(each, self.criteria)]

    async def chosen(self, session: AsyncSession, person: Person, initiative: int | None) -> Vendor | None:
        """The supplier that the owner decided for, the last one if they changed their mind."""
        rows = [each for each in await self.vendors(session, person, initiative) if each.chosen_at is not None]
        return max(rows, key=lambda row: row.chosen_at or row.created_at, default=None)

    # --- writing ------------------------------------------------------------------------------------------------------------

    async def add(
        self, session: AsyncSession, person: Person, initiative: int | None, name: str, price: Price | None, now: datetime
    ) -> Vendor:
        """A supplier of this name; the same one when it is already there, with the price that was told now."""
        known = next((each for each in await self.vendors(session, person, initiative) if each.name.casefold() == name.casefold()), None)
        row = known or Vendor(person_id=person.id, initiative_id=initiative, name=name, scores=[], created_at=now, touched_at=now)
        session.add(row)
        if price is not None:
            keep_price(row, price)
        row.touched_at = now
        await session.flush()
        return row

    async def note(self, session: AsyncSession, vendor: Vendor, scores: Mapping[str, int | None], now: datetime) -> None:
        """Keep scores by criterion (None: not known yet) in place of what was there."""
        known = {each.criterion: each for each in vendor.scores}
        for criterion, value in scores.items():
            if criterion in known:
                known[criterion].value = value
            else:
                vendor.scores.append(VendorScore(criterion=criterion, value=value))
        vendor.touched_at = now
        await session.flush()

    async def forget(self, session: AsyncSession, vendor: Vendor, criteria: Sequence[str]) -> None:
        """Take scores back, so that they are asked again."""
        vendor.scores = [each for each in vendor.scores if each.criterion not in criteria]
        await session.flush()

    async def choose(self, session: AsyncSession, person: Person, vendor: Vendor, now: datetime) -> None:
        """The owner decided for this supplier; an earlier choice for the same plan is taken back."""
        for row in await self.vendors(session, person, vendor.initiative_id):
            row.chosen_at = None
        vendor.chosen_at = vendor.touched_at = now

    async def remove(self, session: AsyncSession, vendor: Vendor) -> None:
        """Forget a supplier with its scores."""
        await session.delete(vendor)
        await session.flush()

    # --- the check-in of the phase --------------------------------------------------------------------------------------------

    async def of_checkin(self, session: AsyncSession, person: Person, checkin: CheckIn) -> list[Quote]:
        """The quotes that answer what the phase's check-in asks; none for the check-ins of other phases."""
        return await self.quotes(session, person, checkin.initiative_id) if checkin.phase == self.phase else []


def keep_price(vendor: Vendor, price: Price) -> None:
    """Write down what a quote costs; one without a figure: the owner does not know."""
    vendor.price = {name: value for name, value in asdict(price).items() if value not in (None, "")}


def quote_of(vendor: Vendor) -> Quote:
    """A row as the pure rules read it."""
    price = None if vendor.price is None else Price(**vendor.price)
    return Quote(vendor.id, vendor.name, {each.criterion: each.value for each in vendor.scores}, price)
