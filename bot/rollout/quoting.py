"""What an owner's message says about quotes: one has come, a score, another name, which firm was chosen. Pure; the words are content.

Only what is certain is read here: a message names a supplier and says plainly what is to happen. Anything else is None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from bot.assessment.reading import plain
from bot.rollout.prices import read_price
from bot.rollout.vendors import HIGHEST, Criterion, VendorWords
from knowledge.patterns import compiled

#: A longer message tells a story.
LONGEST_MESSAGE = 120
LONGEST_ASKING = 60
LONGEST_NAME = 40
_MOST_NAME_WORDS = 5
_QUESTION = re.compile(
    r"[?？]|ですか|ますか|でしょうか|かな$|^(?:what|how|why|which|should|can|could|is|are|do|does|did|when)\b", re.IGNORECASE
)
_NOT_YET = re.compile(r"ない|ません|なかった|たら|れば|not |n't|if |when ", re.IGNORECASE)
_BUT = re.compile(r"けど|けれど|のに|が、|しかし|\bbut\b|\bthough\b")
_HONORIFIC = re.compile(r"(?:さん|様|さま)$")
#: Within how many characters behind a criterion its score stands.
_NEAR = 12


class Said(StrEnum):
    """What is to happen."""

    ADD = "add"
    PRICE = "price"
    SCORE = "score"
    BEGIN = "begin"
    REMOVE = "remove"
    RENAME = "rename"
    CHOOSE = "choose"
    ASK = "ask"


@dataclass(frozen=True)
class Heard:
    """What was read: the supplier that is known (its id), or the new name; scores by criterion, None for "not known yet"."""

    said: Said
    vendor: int | None = None
    name: str = ""
    scores: Mapping[str, int | None] = field(default_factory=dict)


def hear_quote(text: str, known: Mapping[int, str], words: VendorWords, language: str) -> Heard | None:
    """What `text` says; `known` are the names of the suppliers so far, by id, the ones of the plan that is meant first."""
    typed = _normal(text)
    if not typed or len(typed) > LONGEST_MESSAGE:
        return None
    if asks_for_questions(typed, words):
        return Heard(Said.ASK)
    if _QUESTION.search(typed):
        return None
    vendor = named_vendor(typed, known)
    return (_about(typed, vendor, known[vendor], words, language) if vendor is not None else None) or _come(typed, known, words)


def asks_for_questions(text: str, words: VendorWords) -> bool:
    """Whether the owner wants to know what to ask a supplier."""
    typed = _normal(text).casefold()
    found = _has(typed, words.lists["demo"]) and _has(typed, words.lists["asking"])
    return found and len(typed) <= LONGEST_ASKING


def named_vendor(text: str, known: Mapping[int, str]) -> int | None:
    """The supplier that a message names: the longest of the names in it, of equals the first."""
    typed = _normal(text).casefold()
    found = [each for each, name in known.items() if _stands(_normal(name).casefold(), typed)]
    return max(found, key=lambda each: len(known[each]), default=None)


def read_score(text: str, words: VendorWords) -> tuple[bool, int | None]:
    """Whether `text` is nothing but a score, and its number from 1 to 5; (True, None) for "not known yet"."""
    typed = plain(text).strip(" 。.!、")
    number = re.fullmatch(r"(?:★+|(\d+))\s*(?:点|/\s*5|out of 5|points?|番|つ星|stars?)?(?:です|かな|くらい|ぐらい|で)?", typed)
    if number and number[1]:
        value = int(number[1])
        return (True, value) if 1 <= value <= HIGHEST else (False, None)
    for value, level in enumerate(words.levels, 1):
        if typed.removesuffix("です").removesuffix("でした") in {plain(word) for word in level}:
            return True, value
    return is_unknown(text, words), None


def is_unknown(text: str, words: VendorWords) -> bool:
    """Whether the owner does not know yet."""
    typed = plain(text).strip(" 。.!、")
    ends = ("です", "ました", "でした")
    shown = {typed, *(typed.removesuffix(end) for end in ends)}
    return bool(shown & {plain(word) for word in words.lists["unknown"]})


def read_scores(text: str, words: VendorWords) -> dict[str, int | None]:
    """Every criterion that a message names with a score behind it."""
    typed = plain(text)
    found: dict[str, int | None] = {}
    for start, end, criterion in sorted(_criteria_in(typed, words)):
        following = min((place for place, _, _ in _criteria_in(typed, words) if place > start), default=len(typed))
        rest = typed[end : min(end + _NEAR + 8, following)]
        number = re.search(r"\d+", rest[:_NEAR])
        if number and 1 <= int(number[0]) <= HIGHEST:
            found[criterion.id] = int(number[0])
        elif not number and _has(rest, words.lists["unknown"]):
            found[criterion.id] = None
    return found


def _criteria_in(typed: str, words: VendorWords) -> list[tuple[int, int, Criterion]]:
    """Where criteria are named; a longer name covers a shorter one within it."""
    found: list[tuple[int, int, Criterion]] = []
    named = [(plain(word), each) for each in words.criteria for word in each.words]
    for word, criterion in sorted(named, key=lambda each: -len(each[0])):
        for match in re.finditer(_bounded(word), typed):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), criterion))
    return found


def as_name(text: str, words: VendorWords) -> str | None:
    """A supplier's name in an answer to "which firm?"; None when it cannot be one."""
    return _name(_normal(text), words)


# --- a supplier that is known ---------------------------------------------------------------------------------------------------


def _about(typed: str, vendor: int, name: str, words: VendorWords, language: str) -> Heard | None:
    folded = typed.casefold()
    rest = re.sub(re.escape(_normal(name)), " ", typed, flags=re.IGNORECASE)
    scores = read_scores(rest, words)
    if scores or (_criteria_in(plain(rest), words) and re.search(r"\d", plain(rest)) and not read_price(rest, language)):
        return Heard(Said.SCORE, vendor, scores=scores)
    if _NOT_YET.search(folded):
        return None
    if new := _renamed(typed, name, words):
        return Heard(Said.RENAME, vendor, new)
    for said in (Said.REMOVE, Said.CHOOSE):
        if _has(folded, words.lists["remove" if said is Said.REMOVE else "chosen"]):
            return Heard(said, vendor)
    if read_price(rest, language):
        return Heard(Said.PRICE, vendor)
    return Heard(Said.BEGIN, vendor) if _has(folded, words.lists["score"]) else None


def _renamed(typed: str, name: str, words: VendorWords) -> str | None:
    own = re.escape(_normal(name))
    verbs = "|".join(map(re.escape, words.lists["rename"]))
    japanese = re.search(rf"{own}(?:さん)?(?:の(?:名前|社名))?(?:を|は)(?P<new>.+?)(?:に|へ)(?:名前を)?(?:{verbs})", typed, re.IGNORECASE)
    english = re.search(
        rf"(?:rename {own}(?:'s name)? (?:to|as|into)|change (?:the name of )?{own}(?:'s name)? to|call {own}) (?P<new>.+)$"
        rf"|{own} is (?:actually|really|now) (?:called|named) (?P<other>.+)$",
        typed,
        re.IGNORECASE,
    )
    match = japanese or english
    new = next((value for value in match.groupdict().values() if value), None) if match else None
    return _name(new, words) if new else None


# --- a new one ------------------------------------------------------------------------------------------------------------------


def _come(typed: str, known: Mapping[int, str], words: VendorWords) -> Heard | None:
    """A quote that has come: of a new supplier, or of one that is known, which can then be scored."""
    if _NOT_YET.search(typed.casefold()) or _BUT.search(typed.casefold()):
        return None
    names = (_name(match["name"], words) for pattern in _patterns(words) if (match := pattern.search(typed)))
    name = next((each for each in names if each), None)
    if name is None:
        return None
    vendor = next((each for each, other in known.items() if _normal(other).casefold() == name.casefold()), None)
    return Heard(Said.ADD, name=name) if vendor is None else Heard(Said.BEGIN, vendor)


@lru_cache(maxsize=4)
def _compiled(quote: tuple[str, ...], arrived: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    quotes = "|".join(re.escape(each) for each in sorted(quote, key=len, reverse=True))
    came = "|".join(re.escape(each) for each in sorted(arrived, key=len, reverse=True))
    end = r"(?=\s*(?:[,.:;!、。]|$|\s(?:for|at|of|it|they|with|today|yesterday|this|-|–|—|\d|[$€£¥])))"
    sources = (
        rf"^(?P<name>.{{1,30}}?)(?:から|より)(?:は|も|の|、)?.{{0,24}}?(?:{quotes})(?:書)?(?:が|を|も|は|、)?\s*(?:{came})",
        rf"^(?P<name>.{{1,30}}?)の(?:{quotes})(?:書)?(?:が|を|も|は|、)?\s*(?:{came}|月|年|初期|総額|合計|[¥\d])",
        rf"^(?:(?:{quotes})(?:書)?(?:が|を|は)?(?:{came})[。、\s]*)(?P<name>[^。、\d]{{1,30}}?)(?:です|から|さん|、|。|$)",
        r"^(?P<name>.{1,30}?)(?:さん)?(?:を|も)(?:候補|比較|一覧|見積もり先|業者)(?:の表)?に?(?:追加|入れ|加え|登録)",
        rf"\b(?:{came})\s+(?:(?:a|an|another|the|our|my|new|first|second|third|written)\s+)*(?:{quotes})\s+(?:from|by)\s+(?P<name>.+?){end}",
        rf"^(?:(?:a|an|the|another|new)\s+)*(?:{quotes})\s+from\s+(?P<name>.+?){end}",
        r"^(?P<name>[^,.;]{1,40}?)\s+(?:has |have |just |finally )*(?:quoted|wants|asks|charges)\s+(?:us |me )?(?=[$€£¥\d])",
        r"^(?P<name>[^,.;]{1,40}?)\s+(?:has |have |just |finally )*(?:sent|gave|emailed|made)\s+"
        rf"(?:us |me |over )?(?:a |an |their |the )?(?:{quotes})\b",
        r"\badd\s+(?:(?:the )?(?:vendor|supplier|firm|company)\s+)?(?P<name>.+?)\s+(?:to|as)\s+(?:the |my |our |a )?"
        r"(?:list|comparison|table|quotes|vendors?|suppliers?|shortlist)",
        rf"\badd\s+(?:a |the )?(?:vendor|supplier|(?:{quotes})\s+from)\s+(?P<name>.+?){end}",
    )
    return tuple(re.compile(each, re.IGNORECASE) for each in sources)


def _patterns(words: VendorWords) -> Sequence[re.Pattern[str]]:
    return _compiled(words.lists["quote"], words.lists["arrived"])


def _name(text: str, words: VendorWords) -> str | None:
    """A name without what stands around it; None for a word that stands in the place of one."""
    name = text.strip(" 、。,.:;!「」『』\"'“”・-–—")
    for before in sorted(words.lists["before_name"], key=len, reverse=True):
        if name.casefold().startswith(before.casefold()) and not (before.isascii() and name[len(before) : len(before) + 1].isalnum()):
            name = name[len(before) :].strip(" 、。,.:;「」『』は")
    name = _HONORIFIC.sub("", re.sub(r"(?:です|でした|だよ|といいます|という会社)$", "", name)).strip(" 「」『』\"'“”")
    is_word = name.casefold() in {each.casefold() for each in words.lists["no_name"]}
    price = read_price(name, "ja")
    is_price = price is not None and _letters(price.words) == _letters(name)  # 「月3万円の見積もりが来た」
    is_long = len(name) > LONGEST_NAME or len(name.split()) > _MOST_NAME_WORDS
    return None if is_word or is_price or is_long or not any(map(str.isalpha, name)) else name


# --- words ----------------------------------------------------------------------------------------------------------------------


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").split())


def _letters(text: str) -> str:
    return "".join(character for character in plain(text) if character.isalnum())


def _bounded(word: str) -> str:
    before = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return f"{before}{re.escape(word)}{after}"


def _stands(word: str, typed: str) -> bool:
    return bool(word) and compiled(_bounded(word)).search(typed) is not None


def _has(typed: str, words: Iterable[str]) -> bool:
    return any(_stands(word.casefold(), typed) for word in words)


# --- the question that stands -----------------------------------------------------------------------------------------------------

#: The slot that holds it.
ASKED = "vendor_asked"


@dataclass(frozen=True)
class Asked:
    """The question about a quote that stands in a conversation: `what` is name, price, score, rename or choose.

    `about` is the criterion that is scored; while the name is asked for, it is what was told already.
    """

    what: str
    vendor: int = 0
    about: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.vendor} {self.about}".strip()


def is_fleeting(kept: str | None) -> bool:
    """Whether the question is over when the owner turns to something else: any words could be a name. A score may come at any time."""
    asked = asked_in(kept)
    return asked is not None and asked.what != "score"


def asked_in(kept: str | None) -> Asked | None:
    """The question as it was kept."""
    what, vendor, about = [*(kept or "").split(maxsplit=2), "", "", ""][:3]
    return Asked(what, int(vendor) if vendor.isdecimal() else 0, about) if what else None
