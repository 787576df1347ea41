"""One form of writing for words about time: width, case, katakana, numerals and number words do not matter afterwards."""

from __future__ import annotations

import re
import unicodedata

from knowledge.patterns import compiled

#: Nobody says when in more characters; time must not grow with what is pasted.
MOST_CHARACTERS = 400

_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KANJI_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_KANJI_NUMERAL = re.compile("[〇一二三四五六七八九十]+")
#: 「十分」 is "enough" unless minutes are counted; 「一緒」「一旦」「万一」 count nothing, and 「まとめて」 stops nothing.
_NO_NUMERAL = (
    ("まとめて", "あわせて"),
    ("十分(?![後前おごほ])", "じゅうぶん"),
    ("一緒", "いっしょ"),
    ("一旦", "いったん"),
    ("万一", "まんいち"),
    ("一応", "いちおう"),
    ("一時(?=停止|的|休)", "いちじ"),
    ("五十日", "ごとおび"),
)
_JAPANESE_COUNTS = (
    ("ひと月", "1か月"),
    ("ふた月", "2か月"),
    ("半年", "6か月"),
    ("半月", "15日"),
    ("数(?=日|週|か月)", "3"),
    ("[箇ゖけヶ]月", "か月"),
    ("(?<=[月週])いち", "1"),
    ("丸(?=[0-9])", ""),
)
_ONES = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth"),
    *("fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_UNITS_AHEAD = r"(?=\s+(?:weeks?|days?|months?|hours?|minutes?|mins?|fortnights?)\b)"
_ENGLISH_COUNTS = (
    (r"\bhalf an hour\b", "30 minutes"),
    (r"\b(?:no|not a) (?:problem|worries|matter)\b|\bdon't mind\b", "fine"),
    # "ashita no asa": the particle, not a refusal.
    (r"\bno (?=asa|hiru|gogo|yuugata|yoru|ban\b|[a-z']+youbi|[a-z']+yobi)", ""),
    (r"\bhalf (?:past|after) (\d{1,2})\b", r"\1:30"),
    (r"\b(?:a )?quarter past (\d{1,2})\b", r"\1:15"),
    (r"\bhalf (\d{1,2})\b", r"\1:30"),
    (r"\b(?:a )?couple(?: of)?\b", "2"),
    (r"\b(?:a )?few\b" + _UNITS_AHEAD, "3"),
    (r"\b(?:an?)\b(?=\s+(?:week|day|month|hour|minute|fortnight)\b)", "1"),
    (r"\b(?:2 )?fortnights\b", "4 weeks"),
    (r"\b1 fortnight\b", "2 weeks"),
)


def folded(text: str) -> str:
    """The first MOST_CHARACTERS of a text in one form of writing."""
    plain = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])[:MOST_CHARACTERS].casefold().replace("’", "'")
    plain = plain.translate(_KATAKANA).replace("〜", "~").replace("–", "-").replace("—", "-")
    return _english_numbers(_japanese_numbers(" ".join(plain.split())))


def _japanese_numbers(text: str) -> str:
    for pattern, replacement in _NO_NUMERAL:
        text = compiled(pattern).sub(replacement, text)
    text = _KANJI_NUMERAL.sub(lambda found: str(kanji_number(found.group())), text)
    for pattern, replacement in _JAPANESE_COUNTS:
        text = compiled(pattern).sub(replacement, text)
    return text


def kanji_number(numeral: str) -> int:
    """The value of a numeral below 100 such as 二十三, or of digits in a row such as 二〇二七."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return int("".join(str(_KANJI_DIGITS[each]) for each in numeral)[:6])
    return 10 * (kanji_number(tens) if tens else 1) + (kanji_number(ones) if ones else 0)


def _english_numbers(text: str) -> str:
    text = _NUMBER_WORD.sub(lambda found: _value(found.group()), text)
    for pattern, replacement in _ENGLISH_COUNTS:
        text = compiled(pattern).sub(replacement, text)
    return text


def _value(words: str) -> str:
    tens, _, ones = words.replace("-", " ").partition(" ")
    total = _TENS.get(tens, 0)
    rest = ones if total else tens
    if rest in _ORDINALS:
        return _ordinal(total + _ORDINALS.index(rest) + 1)
    if words == "thirtieth":
        return _ordinal(30)
    return str(total + (_ONES.index(rest) + 1 if rest in _ONES else 0))


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 != 1 else 0, "th")
    return f"{number}{ending}"


_SINGLE = "|".join(sorted((*_ONES, *_ORDINALS), key=len, reverse=True))
_NUMBER_WORD = re.compile(rf"\b(?:(?:{'|'.join(_TENS)})(?:[ -](?:{_SINGLE}))?|thirtieth|{_SINGLE})\b")
