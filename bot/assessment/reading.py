"""What an owner typed, read as an answer to the open question. Pure: the words to look for are content (`reading.yml`).

Three attempts, the surest first: the words of one option; nothing but numbers, 「わからない」 or 「うちは関係ない」 among words that
carry no answer; and the option that covers most of what was typed, if it leads clearly. Anything else is no answer (None).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from bot.assessment.questionnaire import ProfileOption, ProfileQuestion, Questionnaire, ReadingWords, ScoredQuestion
from knowledge.content import LANGUAGES
from knowledge.patterns import compiled

#: Longer texts (Latin letters count half) are a story or a question to us, not a choice.
LONGEST_CHOICE = 60
#: The share of what was typed that an option has to cover, and its lead over the second.
LEAST_SHARE = 0.55
LEAST_LEAD = 0.25
#: No firm has so many people.
MOST_PEOPLE = 10_000_000
#: Hiragana is mostly grammar, so it says little about which option is meant.
GRAMMAR_WEIGHT = 0.1

_DASH = re.compile(r"(?<=\d)\s*[-‐-―−ー~〜、]\s*(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百千]+")
_KANJI_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_KANJI_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(?:\A-)?\d+(?:\.\d+)?"
_RUN = re.compile(r"[a-z0-9']+|[ぁ-ゖ]+|[ァ-ヺー]+|[一-鿿々]+")
_CLAUSE_END = re.compile(r"[、。,;:()・]| or |または")
_DROPPED = str.maketrans({"\ufe0f": None, "\u20e3": None, "’": "'"})
_SMALL_KANA = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ", "ー")
_STEM = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s|e)$")


class ReadingKind(StrEnum):
    """What the typed text turned out to be."""

    VALUE = "value"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Reading:
    """`value` is an option's number from 1 (for VALUE only), `option` its id if the question is about the firm.

    `candidates` are the numbers that an UNCLEAR text may have meant; empty when it named nothing that exists.
    """

    kind: ReadingKind
    value: int | None = None
    option: str | None = None
    candidates: tuple[int, ...] = ()


def read_answer(question: ScoredQuestion | ProfileQuestion, text: str, language: str, words: ReadingWords) -> Reading | None:
    """Reads `text` as an answer to `question`; None when it is something else.

    Both languages are understood; options are compared in `language` ("ja" or "en") first.
    """
    if len(text) > 2 * LONGEST_CHOICE:
        return None
    if isinstance(question, ProfileQuestion):
        return _read_profile(question, text, words)
    return _read_scored(question, text, language, words)


def _read_scored(question: ScoredQuestion, text: str, language: str, words: ReadingWords) -> Reading | None:
    variants = [[part for each in LANGUAGES for part in _with_clauses(option.get(each))] for option in question.options]
    found = _exact(variants, text, words) or _scanned(text, len(variants), words)
    if found or _is_no_choice(text, words):
        return found
    for each in sorted(LANGUAGES, key=lambda other: other != language):
        found = found or _nearest([option.get(each) for option in question.options], text, words)
    return found


def _read_profile(question: ProfileQuestion, text: str, words: ReadingWords) -> Reading | None:
    variants = [[option.id, *_option_words(option)] for option in question.options]
    found = _exact(variants, text, words)
    found = found or (_people(question, text, words) if question.id == "size" else _scanned(text, len(variants), words))
    if not found and not _is_no_choice(text, words):
        offered = [_option_words(option) for option in question.options]
        found = _contained(offered, text) or _part_of_one(offered, _trimmed(text, words))
    if found and found.value:
        return Reading(found.kind, found.value, question.options[found.value - 1].id)
    return found


def named_trade(questionnaire: Questionnaire, text: str) -> str | None:
    """The trade that a message names somewhere (an option's id); None when it names none or several."""
    question = questionnaire.question("industry")
    if not isinstance(question, ProfileQuestion):
        return None
    found = _contained([_option_words(option) for option in question.options], text[: 2 * LONGEST_CHOICE])
    return question.options[found.value - 1].id if found and found.value else None


def _option_words(option: ProfileOption) -> list[str]:
    labels = [part for language in LANGUAGES for part in _with_clauses(option.label.get(language))]
    return [*labels, *option.words.ja, *option.words.en]


def _one_of(candidates: Iterable[int]) -> Reading | None:
    """One candidate is the answer; several are unclear; none is no reading."""
    numbers = tuple(sorted(set(candidates)))
    if len(numbers) == 1:
        return Reading(ReadingKind.VALUE, numbers[0])
    return Reading(ReadingKind.UNCLEAR, candidates=numbers) if numbers else None


def plain(text: str) -> str:
    """One width, lower case, digits for every kind of number (②, 二, 十二), single spaces."""
    digits = "".join(_digit(character) for character in text.translate(_DROPPED))
    wide = _THOUSANDS.sub("", unicodedata.normalize("NFKC", digits).casefold())
    numbered = _KANJI_NUMBER.sub(lambda match: _kanji_number(match.group()), wide)
    return " ".join(_DASH.sub("-", numbered).split())


def fold(text: str) -> str:
    """`plain`, with katakana as hiragana, small kana as large ones and no long-vowel marks."""
    return _fold_kana(plain(text))


def _fold_kana(text: str) -> str:
    hiragana = "".join(chr(ord(character) - 0x60) if "ァ" <= character <= "ヶ" else character for character in text)
    return hiragana.translate(_SMALL_KANA)


def _digit(character: str) -> str:
    if "À" <= character <= "ɏ":
        return unicodedata.normalize("NFD", character)[0]
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _kanji_number(run: str) -> str:
    """十二 -> 12, 二〇 -> 20, and 五六 -> 5-6: two neighbours in a row are a range."""
    if not any(character in _KANJI_UNITS for character in run):
        digits = [_KANJI_DIGITS[character] for character in run]
        is_range = len(digits) == 2 and 0 < digits[0] == digits[1] - 1
        return ("-" if is_range else "").join(map(str, digits))
    total = pending = 0
    for character in run:
        if character in _KANJI_UNITS:
            total, pending = total + (pending or 1) * _KANJI_UNITS[character], 0
        else:
            pending = _KANJI_DIGITS[character]
    return str(total + pending)


def _with_clauses(text: str) -> list[str]:
    return [text, *(clause.strip() for clause in _CLAUSE_END.split(text) if clause.strip())]


def guarded(word: str) -> str:
    """A pattern for the folded `word`: letters and digits must not go on at its ends."""
    before = "(?<![a-z])" if word[0].isascii() and word[0].isalpha() else r"(?<![\d-])" if word[0].isdecimal() else ""
    after = "(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else r"(?!\d)" if word[-1].isdecimal() else ""
    return f"{before}{re.escape(word)}{after}"


def name_spans(text: str, questionnaire: Questionnaire) -> list[tuple[int, int, str]]:
    """Where `text` (folded) names a question, as start, end and id; of overlapping names the longest."""
    typed, taken, found = fold(text), set[int](), list[tuple[int, int, str]]()
    for word, question in _names(questionnaire):
        for match in _pattern_of(word).finditer(typed):
            if taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                found.append((*match.span(), question))
    return sorted(found)


@lru_cache(maxsize=4)
def _names(questionnaire: Questionnaire) -> tuple[tuple[str, str], ...]:
    """What the questions are called, each with the question's id, the longest names first."""
    called = {each.id: each.called for each in questionnaire.profile} | {each.id: each.called for each in questionnaire.questions}
    named = [(word, question) for question, names in called.items() for word in (*names.ja, *names.en)]
    return tuple(sorted(named, key=lambda pair: -len(pair[0])))


def names_in(text: str, questionnaire: Questionnaire) -> tuple[str, ...]:
    """The questions that `text` names, each once."""
    return tuple(dict.fromkeys(question for _, _, question in name_spans(text, questionnaire)))


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with a space in place of each span."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of `words`, the longest first."""
    folded = sorted({fold(word) for word in words} - {""}, key=lambda word: (-len(word), word))
    return "|".join(guarded(word) for word in folded)


@lru_cache(maxsize=4096)
def _pattern_of(word: str) -> re.Pattern[str]:
    """One word of the content; it may fold to nothing, which stands nowhere."""
    return re.compile(_any_of([word]) or "(?!)")


@lru_cache(maxsize=512)
def _one_of_words(words: tuple[str, ...]) -> re.Pattern[str]:
    # A word such as n't stands inside another one.
    return re.compile("|".join(re.escape(word) if word[0] == "n" and "'" in word else _any_of([word]) for word in words) or "(?!)")


def mentions(words: Iterable[str], text: str) -> bool:
    """Whether any of `words` (of the content) stands in the folded `text`."""
    return _one_of_words(tuple(words)).search(text) is not None


def _exact(variants: Sequence[Iterable[str]], text: str, words: ReadingWords) -> Reading | None:
    """The one option that was typed in full, or a clause of it."""
    typed = _trimmed(text, words)
    wanted = _noes(words) if typed in _noes(words) else {typed}
    matches = [number for number, option in enumerate(variants, 1) if any(_trimmed_option(each, words) in wanted for each in option)]
    return _one_of(matches) if typed and len(matches) == 1 else None


@lru_cache(maxsize=4)
def _noes(words: ReadingWords) -> frozenset[str]:
    """Ways to say no, which all mean the one option that says no (ない, 「ありません」)."""
    return frozenset(_trimmed(word, words) for word in words.no)


@lru_cache(maxsize=4)
def _ends(words: ReadingWords) -> tuple[re.Pattern[str], re.Pattern[str]]:
    # A single kana in front is rather the beginning of a word than a filler.
    front = _any_of(word for word in words.fillers if len(word) > 1)
    return re.compile(rf"\A(?:{front or '(?!)'}|[\W_]+)+"), re.compile(rf"(?:{_any_of(words.fillers) or '(?!)'}|[\W_]+)+\Z")


def _trimmed(text: str, words: ReadingWords) -> str:
    front, back = _ends(words)
    return back.sub("", front.sub("", fold(text))).replace(" ", "")


# Only content is kept; what owners type is not.
_trimmed_option = lru_cache(maxsize=2048)(_trimmed)


@dataclass
class _Scan:
    """What was found in a text made of known words only."""

    numbers: list[float] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


_LAST = float("inf")
#: Word lists that a plain answer is not made of.
_NOT_IN_ANSWERS = frozenset(
    {"numbers", "no", "negations", "denials", "asking", "previous", "changes", "pointers"}
    | {"relative", "elsewhere", "insults", "insults_alone", "danger", "resting", "depends", "progress", "inviting"}
)


@lru_cache(maxsize=4)
def _lexicon(words: ReadingWords) -> tuple[re.Pattern[str], dict[str, float], dict[str, set[str]]]:
    numbers = {fold(word): float(number) for word, number in words.numbers} | {fold(word): _LAST for word in words.last}
    kinds: dict[str, set[str]] = {}
    for kind in vars(words):
        for word in getattr(words, kind) if kind not in _NOT_IN_ANSWERS else ():
            kinds.setdefault(fold(word), set()).add(kind)
    return re.compile(rf"{_any_of([*numbers, *kinds]) or '(?!)'}|{_NUMBER}|[\W_]"), numbers, kinds


def _scan(text: str, words: ReadingWords) -> _Scan | None:
    """None as soon as a word turns up that means something else."""
    pattern, numbers, kinds = _lexicon(words)
    scan, position = _Scan(), 0
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            return None
        _note(scan, match.group(), numbers, kinds)
        position = match.end()
    return scan


def _note(scan: _Scan, token: str, numbers: dict[str, float], kinds: dict[str, set[str]]) -> None:
    found = kinds.get(token, set())
    if "corrections" in found:
        scan.numbers.clear()
    scan.kinds |= found
    if token in numbers or re.fullmatch(_NUMBER, token):
        scan.numbers.append(numbers[token] if token in numbers else float(token))


def _scanned(text: str, count: int, words: ReadingWords) -> Reading | None:
    scan = _scan(fold(text), words)
    if scan is not None and scan.numbers and "people" in scan.kinds:
        return Reading(ReadingKind.UNCLEAR)  # 「6人」 names people, not an option
    return None if scan is None else _option_number(scan.numbers, count) or _kind_only(scan)


def _kind_only(scan: _Scan) -> Reading | None:
    if "not_applicable" in scan.kinds:
        return Reading(ReadingKind.NOT_APPLICABLE)
    return Reading(ReadingKind.UNKNOWN) if "unknown" in scan.kinds else None


def _option_number(numbers: Sequence[float], count: int) -> Reading | None:
    """One number of `count` options; several, broken or impossible ones are unclear."""
    if not numbers:
        return None
    meant = {count if number == _LAST else number for number in numbers}
    whole = {int(number) + step for number in meant for step in ((0, 1) if number % 1 else (0,))}
    in_range = tuple(sorted(number for number in whole if 1 <= number <= count))
    if len(whole) == 1 and in_range:
        return Reading(ReadingKind.VALUE, in_range[0])
    return Reading(ReadingKind.UNCLEAR, candidates=in_range)


def _people(question: ProfileQuestion, text: str, words: ReadingWords) -> Reading | None:
    """A number of people; of an option only where the owner says so (②, 「2番」): a bare number answers "how many?"."""
    typed = _spelled_out(fold(text), words)
    scan = _scan(typed, words)
    if scan is not None and not scan.numbers:
        return _kind_only(scan)
    if scan is not None and ("ordinals" in scan.kinds or any(_is_circled(character) for character in text)):
        return _option_number(scan.numbers, len(question.options))
    counts = _headcounts(typed, words) if scan is None else [int(number) for number in scan.numbers if number != _LAST]
    return _sized(question, _span(counts, typed, words, scan is None)) if counts and not mentions(words.asking, typed) else None


def _is_circled(character: str) -> bool:
    return unicodedata.category(character) == "No" and unicodedata.digit(character, None) is not None


def _spelled_out(text: str, words: ReadingWords) -> str:
    """English number words as digits, "twenty-five" as 25."""
    values = {word: number for word, number in words.numbers if word.isascii() and word.isalpha()}
    any_one, below_ten = "|".join(values) or "(?!)", "|".join(word for word in values if values[word] < 10) or "(?!)"
    pattern = rf"(?<![a-z])(?:a )?({any_one})(?:[ -]({below_ten}))?(?![a-z])"

    def digits(match: re.Match[str]) -> str:
        first, second = values[match.group(1)], values.get(match.group(2) or "", 0)
        return str(first + second) if not second or first >= 20 else f"{first} {second}"

    return compiled(pattern).sub(digits, text)


def _headcounts(text: str, words: ReadingWords) -> list[int]:
    """The numbers in a sentence that stand before a word for people, both ends of a range included."""
    unit, joiner = _any_of(words.people), _any_of(words.joiners)
    pattern = rf"(?<![\d数何.])(\d+)(?:(?:{unit})?\s*(?:-|{joiner})\s*(\d+))?\s*(?:{unit})"
    return [int(number) for match in compiled(pattern).finditer(text) for number in match.groups() if number]


def _span(counts: Sequence[int], text: str, words: ReadingWords, is_sentence: bool) -> tuple[int, int]:
    """The smallest and the largest number of people that may be meant."""
    low, high = min(counts), max(counts)
    if len(counts) > 1 and "-" not in text and (is_sentence or mentions(words.additions, text)):
        low, high = high, sum(counts)
    with_me = mentions(words.with_me, text) + 2 * mentions(words.with_couple, text)
    return low + with_me - mentions(words.fewer_than, text), high + with_me + mentions(words.at_least, text)


def _sized(question: ProfileQuestion, span: tuple[int, int]) -> Reading | None:
    low, high = span
    fits = [number for number, option in enumerate(question.options, 1) if _overlaps(option.id, low, high)]
    return _one_of(fits) or Reading(ReadingKind.UNCLEAR)


def _overlaps(size: str, low: int, high: int) -> bool:
    """True when `size` ("1", "2-5", "101+") shares a number of people with low..high; "0" people fit nothing."""
    bounds = [int(part) for part in re.findall(r"\d+", size)]
    last = high if size.endswith("+") else bounds[-1]
    return low >= 1 and low <= last and high >= bounds[0] and high < MOST_PEOPLE


def _is_no_choice(text: str, words: ReadingWords) -> bool:
    """A question to us, a denial, or more than a choice needs."""
    typed = fold(text)
    length = sum(1 if ord(character) > 0x2E7F else 0.5 for character in typed)
    return length > LONGEST_CHOICE or "?" in typed or mentions(words.asking, typed) or mentions(words.denials, typed)


def _contained(variants: Sequence[Iterable[str]], text: str) -> Reading | None:
    """The option with the longest word in the text. Words elsewhere in it that name another option make it unclear."""
    typed, taken, found = fold(text), set[int](), set[int]()
    for start, end, number in sorted(_occurrences(variants, typed), key=lambda match: (match[0] - match[1], match)):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found.add(number)
    return _one_of(found)


def _occurrences(variants: Sequence[Iterable[str]], text: str) -> Iterator[tuple[int, int, int]]:
    for number, option in enumerate(variants, 1):
        for word in option:
            for match in _pattern_of(word).finditer(text):
                yield match.start(), match.end(), number


def _part_of_one(variants: Sequence[Iterable[str]], typed: str) -> Reading | None:
    """The only option with a word that contains the typed one (塾 in 学習塾); digits say nothing here."""
    if not typed or any(character.isdecimal() for character in typed):
        return None
    found = _one_of(number for number, option in enumerate(variants, 1) if any(re.search(guarded(typed), fold(word)) for word in option))
    return found if found and found.value else None


def _nearest(options: Sequence[str], text: str, words: ReadingWords) -> Reading | None:
    """The option that covers the largest share of the typed text; parts that several options have count less."""
    typed, offered = _parts(text, words), [_parts(option, words) for option in options]
    having = Counter(part for option in offered for part in option)
    worth = {part: weight / max(1, having[part]) for part, weight in typed.items()}
    shares = [0.0 if _contradicts(option, text, words) else _share(parts, worth) for option, parts in zip(options, offered, strict=True)]
    best, second = sorted(shares, reverse=True)[:2]
    number = shares.index(best)
    says_something = sum(weight for part, weight in typed.items() if part in offered[number]) >= 1
    clear = says_something and best >= LEAST_SHARE and best - second >= LEAST_LEAD
    return Reading(ReadingKind.VALUE, number + 1) if clear else None


def _share(parts: Collection[str], worth: dict[str, float]) -> float:
    return sum(value for part, value in worth.items() if part in parts) / (sum(worth.values()) or 1)


def _contradicts(option: str, text: str, words: ReadingWords) -> bool:
    """Only one of the two says no: the typed text, or the clause of the option that it comes nearest to."""
    typed = _parts(text, words)
    nearest = max(_with_clauses(option)[1:], key=lambda clause: sum(typed.get(part, 0) for part in _parts(clause, words)))
    return mentions(words.negations, fold(nearest)) != mentions(words.negations, fold(text))


def _parts(text: str, words: ReadingWords) -> dict[str, float]:
    """What the text is made of, with weights: stems of English words; pairs of characters within each run of one script."""
    parts: dict[str, float] = {}
    for run in _RUN.findall(plain(text)):
        if run[0].isascii():
            parts |= {} if run in words.fillers else {_STEM.sub("", run): 1.0}
        elif "ぁ" <= run[0] <= "ゖ":
            parts |= {pair: max(GRAMMAR_WEIGHT, parts.get(pair, 0)) for pair in _pairs(_fold_kana(run)) if len(pair) == 2}
        else:
            parts |= dict.fromkeys(_pairs(_fold_kana(run)), 1.0)
            # Kanji words stand side by side without a gap (毎週使う), so a single kanji counts a little too.
            parts |= {kanji: max(0.5, parts.get(kanji, 0)) for kanji in run if kanji >= "一"}
    return parts


def _pairs(run: str) -> list[str]:
    return [run] if len(run) < 2 else [run[place : place + 2] for place in range(len(run) - 1)]
