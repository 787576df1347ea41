"""Hand-offs on the operator's page: open one, read it (which is written down), answer, close. One transaction per act."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.messaging.bell import INBOX, Bell
from bot.messaging.message import clean
from bot.operator import acts
from bot.operator.acts import Said
from bot.operator.sessions import Visit
from bot.operator.site import Site, redirect
from bot.people import handoffs
from bot.people.handoffs import OPEN, HandoffOver
from bot.storage.tables import Handoff

#: What a form's own key looks like: sending it twice does it once.
_KEY = re.compile(r"[0-9a-f]{16}")
#: What may be said behind an act.
_NOTES = ("answered", "closed", "over", "empty")
#: More digits than these no row's number has.
_MOST_DIGITS = 18


def _number(request: Request) -> int:
    """The number in the address; 0, which no hand-off has, for anything else."""
    text = request.path_params["number"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


class Counter:
    """The pages of hand-offs."""

    def __init__(self, site: Site, bell: Bell) -> None:
        self._site = site
        self._bell = bell

    async def handoff(self, request: Request, visit: Visit) -> Response:
        """One hand-off without anybody's words."""
        async with self._site.database.reading() as session:
            found = await acts.handoff_of(session, _number(request))
        note = request.query_params.get("note")
        return self._page(request, visit, found, note=f"note_{note}" if note in _NOTES else None)

    async def show(self, request: Request, visit: Visit) -> Response:
        """The same with the summary and the messages; that they were read is committed before they are shown."""
        await self._site.door.form(request, visit)
        number = _number(request)
        async with self._site.database.transaction() as session:
            found = await acts.handoff_of(session, number)
            said = await acts.said_in(session, number)
            if found:
                acts.note(session, visit, "shown", self._site.clock(), number)
        return self._page(request, visit, found, said=said)

    async def answer(self, request: Request, visit: Visit) -> Response:
        """Say something to the owner."""
        fields = await self._site.door.form(request, visit)
        number, text = _number(request), clean(fields.get("text", "").replace("\r\n", "\n"))
        key = fields.get("key", "")
        if not text or not _KEY.fullmatch(key):
            return redirect(f"/handoffs/{number}?note=empty")
        now = self._site.clock()
        try:
            async with self._site.database.transaction() as session:
                await handoffs.answer(self._site.database, session, number, text, key, now)
                acts.note(session, visit, "answered", now, number)
        except HandoffOver:
            return redirect(f"/handoffs/{number}?note=over")
        self._bell.ring(INBOX)
        return redirect(f"/handoffs/{number}?note=answered")

    async def close(self, request: Request, visit: Visit) -> Response:
        """End it."""
        await self._site.door.form(request, visit)
        number, now = _number(request), self._site.clock()
        try:
            async with self._site.database.transaction() as session:
                await handoffs.close(self._site.database, session, number, now)
                acts.note(session, visit, "closed", now, number)
        except HandoffOver:
            return redirect(f"/handoffs/{number}?note=over")
        self._bell.ring(INBOX)
        return redirect(f"/handoffs/{number}?note=closed")

    def _page(
        self,
        request: Request,
        visit: Visit,
        found: tuple[Handoff, str | None] | None,
        said: Sequence[Said] | None = None,
        note: str | None = None,
    ) -> Response:
        if found is None:
            return self._site.problem(request, "not_found", 404)
        row, trade = found
        language, labels = self._site.language(request), self._site.pages.labels
        values: Mapping[str, Any] = {
            "number": row.id,
            "note": note,
            "facts": self._facts(row, trade, language),
            "is_open": row.state in OPEN,
            "owner_language": labels.cell("language", row.language, language),
            "key": secrets.token_hex(8),
            "said": None if said is None else [{"is_operators": s.is_operators, "at": labels.moment(s.at), "text": s.text} for s in said],
            "summary": None if said is None else row.summary,
        }
        return self._site.page(request, visit, "handoff", **values)

    def _facts(self, row: Handoff, trade: str | None, language: str) -> list[tuple[str, str]]:
        labels, say = self._site.pages.labels, self._site.pages.say
        return [
            ("fact_state", say(f"state_{row.state}", language)),
            ("fact_asked", labels.moment(row.asked_at)),
            ("fact_trade", labels.cell("industry", trade, language)),
            ("fact_language", labels.cell("language", row.language, language)),
        ]
