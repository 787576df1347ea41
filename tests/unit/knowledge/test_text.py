from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge.text import MOST_CHARACTERS, character_grams, features_of, language_of, morphemes, normalise, stemmed, words


def forms(text: str) -> list[str]:
    return [word.form for word in words(text)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("在庫", "ja"),
        ("ざいこ", "ja"),
        ("ｻﾞｲｺ", "ja"),
        ("I use レジ daily", "ja"),
        ("stock", "en"),
        ("Ｓｔｏｃｋ", "en"),
        ("123 !?", None),
        ("🎉", None),
        ("", None),
        ("・", None),
    ],
)
def test_any_kana_or_kanji_is_japanese_other_letters_english_and_the_rest_neither(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_width_and_case_do_not_matter() -> None:
    assert normalise("ＤＸ ｻﾞｲｺ") == "dx ザイコ"


def test_spellings_of_a_japanese_word_meet() -> None:
    assert forms("サーバ") == forms("サーバー")
    assert forms("見積りを取る") == forms("見積もりを取る")


def test_particles_auxiliaries_punctuation_and_fillers_are_dropped() -> None:
    assert forms("棚卸しについて教えてください。") == forms("棚卸し")
    assert forms("What is a stocktake?") == ["stocktake"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("customers", "customer"), ("companies", "company"), ("planning", "plan"), ("digitising", "digitized"), ("quickly", "quick")],
)
def test_forms_of_an_english_word_meet(one: str, other: str) -> None:
    assert stemmed(one) == stemmed(other)


@pytest.mark.parametrize("word", ["business", "gas", "red", "sing", "us"])
def test_short_words_and_double_s_keep_their_ending(word: str) -> None:
    assert stemmed(word) == word


def test_all_hiragana_grams_are_dropped() -> None:
    assert character_grams("在庫がない") == ["在", "庫", "在庫", "庫が"]


def test_english_grams_stay_inside_padded_words() -> None:
    assert set(character_grams("pos it")) == {" po", "pos", "os ", " pos", "pos ", " it", "it ", " it "}


def test_kana_meets_kanji_through_its_reading() -> None:
    assert set(features_of("たなおろし").readings) & set(features_of("棚卸し").readings)


@pytest.mark.parametrize("text", ["", " \n", "\0", "🎉🎉", "\ud800", "ﷺ" * 2_000, "あ" * 100_000, "x" * 100_000, "\0在庫\0"])
def test_no_text_is_too_strange_or_too_long(text: str) -> None:
    features = features_of(text)
    assert len(features.words) <= MOST_CHARACTERS
    assert all(piece.surface for piece in morphemes(text))


def test_offsets_of_morphemes_are_those_of_the_text() -> None:
    text = "ＰＯＳ レジ\ud800を入れる"
    assert all(text[piece.start : piece.end] == piece.surface for piece in morphemes(text) if "\ud800" not in text[piece.start : piece.end])
    assert [piece.lemma for piece in morphemes("サーバ")] == ["サーバー"]


def test_many_threads_may_tokenise_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(forms, ["棚卸しに丸一日かかる"] * 200))
    assert all(each == found[0] for each in found)
