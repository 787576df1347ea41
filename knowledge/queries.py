"""What a question wants beside its subject: one side of it, a comparison, ideas. Pure; the words are content (queries.yml)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.content import LANGUAGES, Node, Texts
from knowledge.problems import Problems
from knowledge.text import MOST_CHARACTERS, language_of
from knowledge.yaml_files import read_yaml

#: The sides of a subject that can be asked for. Where two are named, the first of these counts.
PARTS = ("cost", "fit", "next", "pitfalls", "benefit", "sources", "steps", "related", "why")
_SECTIONS = ("fillers", "compare", "joints", "anything", "quick", "denied")
#: A side of a comparison is a name, not a story (characters).
LONGEST_SIDE = 40
_SENTENCE_END = re.compile(
    r"(?<=[。!?！？\n])\s*|(?<=[.?!])\s+"
    r"|(?:、|。|,)?(?:それと|あと、|それから|ついでに)|\b(?:and also|also,|another thing:?|on top of that)\b"
)
_BLANK = "\x00"


@dataclass(frozen=True)
class QueryWords:
    """The words of queries.yml: those of each part, those that count only where there is no subject, and the other groups by name."""

    parts: Mapping[str, Texts]
    leaning: Mapping[str, Texts]
    groups: Mapping[str, Texts]


@dataclass(frozen=True)
class Query:
    """A question taken apart.

    `subject` is what is looked up ("" when the question leans on the answer before). `part` is one of PARTS or None. `sides` are the two
    things to compare; `others` the subjects of further sentences of the same message.
    """

    subject: str
    part: str | None = None
    sides: tuple[str, str] | None = None
    wants_anything: bool = False
    wants_quick: bool = False
    others: tuple[str, ...] = ()

    @property
    def leans_on_context(self) -> bool:
        """True when it names no subject of its own."""
        return not self.subject and self.part is not None


def load_query_words(root: Path) -> QueryWords:
    """Read `queries.yml` in the folder `root`. Raises ContentError."""
    problems = Problems()
    page = read_yaml(root / "queries.yml", root.parent, problems)
    page.only("parts", "leaning", *_SECTIONS)
    parts, leaning = page.section("parts"), page.section("leaning")
    parts.only(*PARTS)
    leaning.only(*PARTS)
    words = QueryWords(
        {part: _lists(parts, part) for part in PARTS},
        {part: _lists(leaning, part) for part in leaning},
        {name: _lists(page, name) for name in _SECTIONS},
    )
    problems.raise_if_any()
    return words


def _lists(page: Node, name: str) -> Texts:
    group = page.section(name)
    group.only(*LANGUAGES)
    return Texts(tuple(group.texts("ja", least=1)), tuple(group.texts("en", least=1)))


def read_query(text: str, words: QueryWords) -> Query:
    """Take a question apart. Never raises; an ordinary question is its own subject."""
    plain = _plain(text)
    language = language_of(plain) or "en"
    meant = _without_denied(plain, words, language)
    leaning = _leaning_part(meant, words, language)
    first, *rest = _sentences(meant)
    return Query(
        subject="" if leaning else meant,
        part=leaning or next((each for each in PARTS if _mentions(words.parts[each].get(language), meant, language)), None),
        sides=_sides(meant, words, language),
        wants_anything=_mentions(words.groups["anything"].get(language), meant, language),
        wants_quick=_mentions(words.groups["quick"].get(language), meant, language),
        others=(first, *rest) if rest else (),
    )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower().split())


def _mentions(phrases: Iterable[str], text: str, language: str) -> bool:
    return _pattern(phrases, language).search(text) is not None


def _pattern(phrases: Iterable[str], language: str) -> re.Pattern[str]:
    """Any of the phrases, the longest first; English ones as whole words."""
    return _compiled(tuple(phrases), language)


@lru_cache(maxsize=256)
def _compiled(phrases: tuple[str, ...], language: str) -> re.Pattern[str]:
    longest_first = sorted((_plain(each) for each in phrases), key=len, reverse=True)
    either = "|".join(map(re.escape, longest_first))
    return re.compile(rf"\b(?:{either})\b" if language == "en" else f"(?:{either})")


def _leaning_part(text: str, words: QueryWords, language: str) -> str | None:
    """The part that a message asks for when it says nothing else: nothing is left without the words for parts and the fillers."""
    by_part = {part: (*words.parts[part].get(language), *_extra(words, part, language)) for part in PARTS}
    part = next((each for each in PARTS if _mentions(by_part[each], text, language)), None)
    if part is None:
        return None
    left = _pattern(by_part[part], language).sub(_BLANK, text)
    for phrases in ((phrase for each in by_part.values() for phrase in each), words.groups["fillers"].get(language)):
        left = _pattern(phrases, language).sub(_BLANK, left)
    return None if any(character.isalnum() for character in left) else part


def _extra(words: QueryWords, part: str, language: str) -> tuple[str, ...]:
    return words.leaning[part].get(language) if part in words.leaning else ()


def _without_denied(text: str, words: QueryWords, language: str) -> str:
    """ "Not X but Y" without X."""
    pattern = words.groups["denied"].get(language)[0]
    if language == "ja":
        kept = re.split(pattern, text)[-1].lstrip("、, ")
        return kept or text
    return next((re.sub(each, " ", text) for each in words.groups["denied"].en if re.search(each, text)), text).strip()


def _sentences(text: str) -> tuple[str, ...]:
    found = [each.strip(" 、,") for each in _SENTENCE_END.split(text) if each]
    return tuple(each for each in found if sum(character.isalnum() for character in each) > 2) or (text,)


def _sides(text: str, words: QueryWords, language: str) -> tuple[str, str] | None:
    """The two things that a comparison names: the texts before and after a joint, without the words of comparing."""
    if not _mentions(words.groups["compare"].get(language), text, language):
        return None
    compare, joints = (_pattern(words.groups[name].get(language), language) for name in ("compare", "joints"))
    for match in joints.finditer(text):
        sides = [_side(compare.sub(" ", each)) for each in (text[: match.start()], text[match.end() :])]
        if all(sides) and max(map(len, sides)) <= LONGEST_SIDE:
            return sides[0], sides[1]
    return None


def _side(text: str) -> str:
    return text.strip(" 、。,.?!？！「」『』のがはをって")
