"""Whatever reads words, numbers, addresses or files of somebody else, called directly: it may refuse, by its own error only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assessment.corrections import read_correction
from bot.assessment.hearing import hear
from bot.assessment.reading import names_in, read_answer
from bot.channels.telegram.formatting import keyboard, pieces_of
from bot.channels.web.frames import BadFrame, known_code, known_language, parse, position
from bot.channels.web.miniapp import BadInitData, read_init_data
from bot.channels.web.pages import _preferences
from bot.channels.web.sessions import BadToken, Sessions
from bot.messaging.message import Button, Reply, clean
from bot.people.colleagues import code_in_link
from bot.people.questions import masked
from bot.reports.documents import Signer
from bot.rollout.figures import is_passed_over, read_figure
from bot.rollout.own_time import OwnTime, followed
from bot.rollout.prices import read_price
from bot.rollout.quoting import as_name, asks_for_questions, hear_quote, named_vendor, read_score, read_scores
from bot.rollout.replies import read_reply
from bot.rollout.vendors import load_vendor_words
from bot.services import Services
from knowledge.problems import ContentError
from knowledge.queries import load_query_words
from knowledge.text import features_of
from tests.fuzz.making import Maker

#: A Wednesday, on the owner's wall.
_NOW = datetime(2026, 11, 25, 10)  # noqa: DTZ001 - as the reader takes it
_VENDORS = {1: "A社", 2: "Acme"}
_KEY = b"a key of the parsers"


@dataclass(frozen=True)
class Parsers:
    """All parsers over the shipped content. `folder`: where broken content may be written."""

    services: Services
    folder: Path

    def all(self) -> dict[str, Callable[[Maker], Any]]:
        """By name: each makes its own input and reads it. Raises nothing, whatever the input."""
        return {name.removeprefix("read_"): getattr(self, name) for name in dir(self) if name.startswith("read_")}

    def warm(self) -> None:
        """Have made what is made at the first use: patterns, models, the holidays of a country."""
        for parser in self.all().values():
            parser(Maker(0))
        hours = self.services.wishes.read("change it to 3", _NOW)
        followed(OwnTime("Asia/Tokyo"), hours, _NOW.date())

    def read_answers(self, maker: Maker) -> None:
        """Answers to the questionnaire, corrections, own words."""
        questionnaire, text = self.services.questionnaire, clean(maker.text())
        question = maker.chance.choice((*questionnaire.profile, *questionnaire.questions))
        read_answer(question, text, maker.chance.choice(("ja", "en")), questionnaire.words)
        trail = [each.id for each in questionnaire.questions[: maker.chance.randint(0, 5)]]
        read_correction(text, questionnaire, trail, "ja")
        names_in(text, questionnaire)
        if maker.often(0.05):
            scored = maker.chance.choice(questionnaire.questions)
            hear(text, scored, trail, self.services.own_words, questionnaire)

    def read_wishes(self, maker: Maker) -> None:
        """Words about time, and what follows from them."""
        wish = self.services.wishes.read(clean(maker.text()), _NOW)
        followed(OwnTime("Asia/Tokyo"), wish, _NOW.date())

    def read_quotes(self, maker: Maker) -> None:
        """Words about suppliers, their prices and scores."""
        words, text = self.services.shortlists.words, clean(maker.text())
        hear_quote(text, _VENDORS, words, "ja")
        asks_for_questions(text, words)
        named_vendor(text, _VENDORS)
        read_score(text, words)
        read_scores(text, words)
        as_name(text, words)
        read_price(text, maker.chance.choice(("ja", "en")))

    def read_figures(self, maker: Maker) -> None:
        """Numbers with units, and replies to check-ins."""
        text = clean(maker.text())
        read_figure(text, self.services.ledgers.words)
        is_passed_over(text, self.services.ledgers.words)
        read_reply(text, self.services.reply_words)

    def read_words(self, maker: Maker) -> None:
        """What the knowledge base makes of a text, what is kept of a question, and links."""
        text = clean(maker.text())
        features_of(text)
        masked(text)
        code_in_link(text)

    def read_frames(self, maker: Maker) -> None:
        """Frames of the socket, and what stands in addresses."""
        with suppress(BadFrame):
            parse(maker.body({"type": "text", "cid": "c1", "text": maker.text()}).decode("utf-8", "replace"))
        position(maker.text())
        known_code(maker.value(1))
        known_language(maker.value(1))

    def read_tokens(self, maker: Maker) -> None:
        """Signed things, with something wrong about them: none may open anything."""
        sessions = Sessions((_KEY,), lambda: datetime(2026, 11, 25, tzinfo=UTC))
        signed = Signer((_KEY,), "file").sign("a-document")
        token = maker.broken(signed.encode()).decode("latin-1") if maker.often(0.5) else maker.text()
        for read in (sessions.read, sessions.read_code):
            try:
                read(token)
            except BadToken:
                continue
            raise AssertionError("a token of another kind was taken")
        found = Signer((_KEY,), "file").read(token)
        assert found in (None, "a-document"), "a forged address was taken"

    def read_init_data(self, maker: Maker) -> None:
        """What a Mini App hands in."""
        text = maker.text() if maker.often(0.5) else maker.spoiled("user=%7B%22id%22%3A1%7D&auth_date=1790000000&hash=ab")
        try:
            read_init_data(text, "123:token", datetime(2026, 11, 25, tzinfo=UTC))
        except BadInitData:
            return
        raise AssertionError("unsigned data was taken")

    def read_languages(self, maker: Maker) -> None:
        """What a browser prefers."""
        preferred = _preferences(maker.header().decode("latin-1"))
        max(preferred, key=preferred.__getitem__)

    def write_telegram(self, maker: Maker) -> None:
        """Named with the readers below: a reply in Telegram's form, whatever words of the owner stand in it."""
        pieces_of(Reply(text=clean(maker.text()) or "x"))
        keyboard([Button(clean(maker.text()) or "x", f"b1.{index}") for index in range(maker.chance.randint(0, 4))])

    def read_telegram_formatting(self, maker: Maker) -> None:
        """The same, under a reader's name."""
        self.write_telegram(maker)

    def read_content(self, maker: Maker) -> None:
        """Content that an author has broken: named with file and line, never a traceback."""
        name, load = maker.chance.choice((("rollout/vendors.yml", load_vendor_words), ("queries.yml", load_query_words)))
        original = Path(__file__).parents[2] / "knowledge" / name
        path = self.folder / "knowledge" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = original.read_bytes()
        start = maker.chance.randint(0, len(text))
        path.write_bytes(text[:start] + maker.broken(text[start : start + 200]) + text[start + 200 :])
        try:
            load(self.folder / "knowledge")
        except ContentError as error:
            said = str(error)
        else:
            return
        assert name.rpartition("/")[2] in said, "the error does not name its file"
