"""What a quote costs, in an owner's words: 「月3万円、初期10万円」, "30,000 a month plus 100,000 set-up". Pure.

The sum of the first year is worked out only from what was said; nothing is assumed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bot.assessment.reading import plain

_LARGE = {"": 1, "百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "m": 1_000_000}
_CURRENCIES = {
    "yen": ("円", "yen", "jpy", "¥", "万円"),
    "usd": ("$", "dollars", "dollar", "usd"),
    "eur": ("€", "euros", "euro", "eur"),
    "gbp": ("£", "pounds", "pound", "gbp"),
}
_CURRENCY_OF = {word: currency for currency, words in _CURRENCIES.items() for word in words}
_UNIT = "|".join(re.escape(word) for word in sorted(_CURRENCY_OF, key=len, reverse=True))
_AMOUNT = re.compile(rf"(?P<before>[¥$€£])?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<large>[百千万]|k(?![a-z])|m(?![a-z]))?\s*(?P<unit>{_UNIT})?")
#: A number before one of these counts something else.
_NO_MONEY = re.compile(
    r"\s*(?:年|か月|ヶ月|カ月|月|人|名|社|店|点|台|件|回|日|時|分|%|/|years?|months?|users?|people|days?|shops?|st\b|nd\b|rd\b|th\b)"
)
#: Without a currency or 万, a smaller number may be anything.
_LEAST_BARE = 100
#: What the words around an amount say about it; the first that fits counts.
_KINDS = (
    ("other", re.compile(r"[2-9]\s*年|(?:two|three|four|five|[2-9])[ -]years?|per user|a user|each user|/user|1人|一人|1台|一台")),
    ("total", re.compile(r"初年度|1年目|一年目|最初の1年|最初の一年|first[- ]year|year one")),
    ("one_off", re.compile(r"初期|導入|設定|最初に|初めに|はじめに|set-?\s?up|up\s?-?front|one[- ]off|installation|onboarding|to start")),
    ("monthly", re.compile(r"月|a month|per month|/\s?month|/\s?mo\b|monthly|each month|every month|p\.?m\.?\b")),
    ("yearly", re.compile(r"年|a year|per year|/\s?year|yearly|annual|each year|every year")),
)
_BREAK = re.compile(r"[、。;,+＋]|と(?=\D)|プラス|\bplus\b|\band\b|\bwith\b|\n")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_COMPOSED = re.compile(r"(\d+)\s*万\s*(\d+)\s*千")
_KANJI_LARGE = re.compile(r"(\d+(?:\.\d+)?)\s*([百千])")
_PER = re.compile(r"/\s?(month|year)\b")
_MONTHS = 12
_LONGEST_WORDS = 100


@dataclass(frozen=True)
class Price:
    """What a quote costs as told; `currency` yen, usd, eur, gbp or "" when none was named; `words` are the owner's."""

    one_off: float | None = None
    monthly: float | None = None
    yearly: float | None = None
    #: A sum for which no period was said, or the first year's.
    total: float | None = None
    currency: str = ""
    words: str = ""

    @property
    def first_year(self) -> float | None:
        """The first year, all in; None when what was told does not say it."""
        if self.total is not None:
            return self.total
        if self.monthly is None and self.yearly is None and self.one_off is None:
            return None
        return (self.one_off or 0) + _MONTHS * (self.monthly or 0) + (self.yearly or 0)


def read_price(text: str, language: str) -> Price | None:
    """The price that a message tells, in the words that tell it; None when it names no amount. In Japanese a bare amount is in yen."""
    found: dict[str, float] = {}
    currency, said = "", []
    for clause, match in _amounts(_without_breaks_in_numbers(text)):
        kind, sign = _kind(clause)
        currency = currency or _CURRENCY_OF.get(match["before"] or match["unit"] or "", "")
        spans = [match, sign] if sign else [match]
        said.append(clause[min(each.start() for each in spans) : max(each.end() for each in spans)].strip())
        if kind != "other":
            found.setdefault(kind, float(match["number"]) * _LARGE[match["large"] or ""])
    if not said:
        return None
    return Price(**found, currency=currency or ("yen" if language == "ja" else ""), words=", ".join(said)[:_LONGEST_WORDS])


def _kind(clause: str) -> tuple[str, re.Match[str] | None]:
    """What is said about the amount in a clause, and the words that say it; a bare amount is a total."""
    signs = ((name, pattern.search(clause)) for name, pattern in _KINDS)
    return next(((name, sign) for name, sign in signs if sign), ("total", None))


def _without_breaks_in_numbers(text: str) -> str:
    """3千円 would become 3 and 1,000 where kanji numbers are read, so these are spelled out before."""
    shown = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text))
    spelled = _COMPOSED.sub(lambda match: f"{float(match[1]) * 10_000 + float(match[2]) * 1_000:g}", shown)
    spelled = _KANJI_LARGE.sub(lambda match: f"{float(match[1]) * _LARGE[match[2]]:g}", spelled)
    return _PER.sub(r" a \1", plain(spelled))


def _amounts(text: str) -> list[tuple[str, re.Match[str]]]:
    """Every part of the text that names an amount of money, with the amount."""
    found = []
    for clause in _BREAK.split(text):
        match = next((each for each in _AMOUNT.finditer(clause) if _is_money(each, clause)), None)
        if match:
            found.append((clause, match))
    return found


def _is_money(match: re.Match[str], clause: str) -> bool:
    if match["before"] or match["unit"] or match["large"]:
        return True
    return float(match["number"]) >= _LEAST_BARE and not _NO_MONEY.match(clause, match.end("number"))

