"""Text as features: language, normal form, content words and character n-grams, for Japanese and English.

The choice of features follows measurements on short Japanese questions: Sudachi split mode A, normalised forms, content words only,
about thirty question fillers left out, beside character n-grams without the all-hiragana ones.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from sys import intern
from typing import Any

import sudachipy

#: Only this much of a message is read: nobody asks a longer question, and time must not grow with what is pasted.
MOST_CHARACTERS = 1_000

_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f"
_KANJI = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_JAPANESE = re.compile(f"[{_KANA}{_KANJI}]")
_HIRAGANA_ONLY = re.compile("[\u3041-\u309f\u30fc]+")
_LATIN_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_RUN = re.compile(r"[^\W_]+")
_TYPED_WORD = re.compile(r"[a-z0-9']+")

# Half of a character pair: not text, and Sudachi refuses it.
_SURROGATE = re.compile("[\ud800-\udfff]")

_DROPPED_PARTS = frozenset({"助詞", "助動詞", "補助記号", "記号", "空白"})

_JAPANESE_STOP_WORDS = """
為る 有る 居る 成る 出来る 遣る 言う 思う 知る 教える 聞く 分かる 下さる 頂く 貰う 呉れる 仕舞う 欲しい 良い 無い
事 こと 物 もの 所 ところ 訳 様 よう みたい そう どう 如何 何 何れ 何処 何故 誰 どの どこ どれ どんな どういう どっち
其れ それ 此れ これ 其の その 此の この こう こういう そういう 方法 仕方 遣り方 場合 一寸 さん つく
"""
_ENGLISH_STOP_WORDS = """
a an the and or but so if of to in on at by for from with as is am are was were be been being do does did doing done have has had
having i im ive we our us you your me my mine it its this that these those they them their there here he she his her who whom
what which how why when where can could should would will shall may might must not no yes please tell explain help need want
get got just also than then too very some any all about into out up down off over really still thing things lot hello hi
dont doesnt didnt cant isnt arent wont whats thats hows
"""
#: Words of asking rather than of the thing asked about, in Sudachi's normalised forms.
JAPANESE_STOP_WORDS = frozenset(_JAPANESE_STOP_WORDS.split())
ENGLISH_STOP_WORDS = frozenset(_ENGLISH_STOP_WORDS.split())

_dictionary_lock = threading.Lock()
_tokenizer_lock = threading.Lock()


@dataclass(frozen=True)
class Word:
    """A word: its normalised form, how it is read (katakana; the word itself in English), and whether it is more than grammar."""

    form: str
    reading: str
    is_content: bool = True


def language_of(text: str) -> str | None:
    """ "ja" when the text holds any kana or kanji, else "en" when it holds any letter, else None (digits, emoji, nothing)."""
    if _JAPANESE.search(text[:MOST_CHARACTERS]):
        return "ja"
    return "en" if any(character.isalpha() for character in text[:MOST_CHARACTERS]) else None


def normalise(text: str) -> str:
    """The first MOST_CHARACTERS in one form of writing: NFKC, lower case, control characters and broken surrogates as spaces."""
    folded = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower()[:MOST_CHARACTERS]
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cs") else character for character in folded)


def words(text: str, language: str | None = None) -> list[Word]:
    """The content words of a text, in order, without stop words; `language` is found from the text when not given."""
    normal = normalise(text)
    return [word for word in _spoken(normal, language or language_of(normal)) if word.is_content]


def _spoken(normal: str, language: str | None) -> list[Word]:
    """Every word of a normalised text, those of mere grammar included."""
    return _japanese_words(normal) if language == "ja" else _english_words(normal)


def character_grams(text: str, language: str | None = None) -> list[str]:
    """Character n-grams that carry meaning: Japanese 1+2-grams that are not all hiragana, English 3+4-grams inside padded words."""
    normal = normalise(text)
    if (language or language_of(normal)) == "ja":
        grams = [run[i : i + n] for run in _RUN.findall(normal) for n in (1, 2) for i in range(len(run) - n + 1)]
        return [gram for gram in grams if not _HIRAGANA_ONLY.fullmatch(gram)]
    return padded_grams(normal, 3, 4)


@dataclass(frozen=True)
class Features:
    """What a text is compared by: content words, character n-grams, 2+3-grams of how its words are read (Japanese only), and phrases.

    Readings let 「たなおろし」 meet 「棚卸し」. Phrases are pairs of content words, and all words and their pairs, grammar included: "not
    worth it" and "worth it" share their content words only.
    """

    words: tuple[str, ...]
    grams: tuple[str, ...]
    readings: tuple[str, ...]
    phrases: tuple[str, ...] = ()

    @property
    def all(self) -> list[str]:
        """Everything together, each kind marked so that equal strings of different kinds stay apart."""
        kinds = (("w:", self.words), ("g:", self.grams), ("r:", self.readings), ("p:", self.phrases))
        return [intern(mark + each) for mark, features in kinds for each in features]


def features_of(text: str) -> Features:
    """The features of a text in whatever language it is written; no features for emoji, blanks or nothing."""
    normal = normalise(text)
    language = language_of(normal)
    spoken = _spoken(normal, language)
    content = [word for word in spoken if word.is_content]
    read = "".join(word.reading for word in content) if language == "ja" else ""
    readings = [read[i : i + n] for n in (2, 3) for i in range(len(read) - n + 1)]
    every, forms = [word.form for word in spoken], [word.form for word in content]
    pairs = (*(" ".join(pair) for pair in pairwise(forms)), *("_".join(pair) for pair in pairwise(every)))
    phrases = (*every, *pairs)
    # One object per different string: an index holds a million of them while it is built.
    return Features(*(tuple(map(intern, each)) for each in (forms, character_grams(normal, language), readings, phrases)))


def padded_grams(text: str, shortest: int, longest: int) -> list[str]:
    """Every n-gram of `shortest` to `longest` characters inside each word, with a space before and after the word."""
    padded = [f" {run} " for run in _RUN.findall(text)]
    return [word[i : i + n] for word in padded for n in range(shortest, longest + 1) for i in range(len(word) - n + 1)]


def _japanese_words(normal: str) -> list[Word]:
    with _tokenizer_lock:  # a Sudachi tokenizer serves one thread at a time
        pieces = [(each.part_of_speech()[0], each.normalized_form(), each.reading_form()) for each in _tokenizer().tokenize(normal)]
    spoken = [Word(form, reading, _is_content(part, form)) for part, written, reading in pieces for form in (normalise(written),)]
    return [word for word in spoken if word.form.strip()]


def _is_content(part: str, form: str) -> bool:
    return part not in _DROPPED_PARTS and form not in JAPANESE_STOP_WORDS


def _english_words(normal: str) -> list[Word]:
    found = [each.replace("'", "").replace("’", "") for each in _LATIN_WORD.findall(normal)]
    return [Word(stem, stem, each not in ENGLISH_STOP_WORDS) for each in found for stem in (stemmed(each),)]


def stemmed(word: str) -> str:
    """An English word without its commonest endings (plural, -ing, -ed, -ly), so that its forms meet; short words stay."""
    for ending, replacement, shortest in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            stem = word[: len(word) - len(ending)] + replacement
            return _undoubled(stem) if ending in ("ing", "ed") else stem
    return word


#: Ending, what replaces it, and how many letters must be left; the first that fits is taken.
_ENDINGS = (
    ("ies", "y", 2),
    ("sses", "ss", 2),
    ("isation", "ize", 3),
    ("ization", "ize", 3),
    ("ising", "ize", 3),
    ("izing", "ize", 3),
    ("ised", "ize", 3),
    ("ized", "ize", 3),
    ("ise", "ize", 3),
    ("ss", "ss", 1),
    ("us", "us", 2),
    ("ing", "", 3),
    ("ied", "y", 2),
    ("ed", "", 3),
    ("ly", "", 4),
    ("s", "", 3),
)


def _undoubled(stem: str) -> str:
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz"
    return stem[:-1] if doubled else stem


def _tokenizer() -> Any:
    with _dictionary_lock:
        return _loaded_tokenizer()


@cache
def _loaded_tokenizer() -> Any:
    """Sudachi's small dictionary, split mode A; loaded once, at the first Japanese text (0.2 s)."""
    return sudachipy.Dictionary(dict="small").tokenizer(sudachipy.SplitMode.A)


@dataclass(frozen=True)
class Morpheme:
    """A piece of a text between `start` and `end` (in characters), with its normalised dictionary form."""

    surface: str
    start: int
    end: int
    lemma: str


def morphemes(text: str) -> list[Morpheme]:
    """Every piece of a text's first MOST_CHARACTERS, function words included, white space left out; offsets are the text's own."""
    readable = _SURROGATE.sub(" ", text[:MOST_CHARACTERS])
    with _tokenizer_lock:
        pieces = [(each.surface(), each.begin(), each.end(), each.normalized_form()) for each in _tokenizer().tokenize(readable)]
    return [Morpheme(surface, start, end, normalise(lemma)) for surface, start, end, lemma in pieces if surface.strip()]


def utterance_features(text: str) -> list[str]:
    """What an answer to us is compared by: the features of a search, and its words in a row with the small ones (not, ない, only, だけ)."""
    if language_of(text) == "ja":
        small = [each.lemma for each in morphemes(text)]
    else:
        small = _TYPED_WORD.findall(normalise(text).replace("’", "'"))
    pairs = [f"p:{first} {second}" for first, second in pairwise(small)]
    return [*features_of(text).all, *(f"s:{word}" for word in small), *pairs]
