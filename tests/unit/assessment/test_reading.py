from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assessment.questionnaire import ProfileQuestion, ScoredQuestion
from bot.assessment.reading import Reading, ReadingKind, fold, plain, read_answer
from knowledge.content import LANGUAGES, Text
from tests.unit.assessment.builders import make_question, shipped

WORDS = shipped().words
TOOLS = make_question(
    "TEC1",
    (
        Text("紙・電話・FAX。あっても簡単なホームページ", "Paper, phone and fax; at most a website"),
        Text("ネット上のソフトをいくつか(会計、予約など)", "A few cloud apps (accounting, booking)"),
        Text("主なソフトがつながり、同じ情報を皆で見ている", "Our main apps are linked, and everyone sees the same information"),
        Text("AIの機能を、毎週の仕事の中で使っている", "We use AI features in our weekly work"),
        Text("新しい技術を試し、効いたものを定番にし続けている", "We keep trying new technology and adopt what works"),
    ),
)
REMOTE = make_question(
    "TEC3",
    (
        Text("見られない", "No"),
        Text("メールと一部のファイルだけ", "Email and a few files only"),
        Text("売上・予約・在庫など、主なものは見られる", "The main things: sales, bookings, stock"),
        Text("ほぼ全部見て処理もできる", "Nearly everything, and we can act on it"),
        Text("停電や災害の日でも、別の場所で続けられる", "Even in a power cut we can carry on elsewhere"),
    ),
)


def read(text: str, question: ScoredQuestion | ProfileQuestion = TOOLS, language: str = "ja") -> Reading | None:
    return read_answer(question, text, language, WORDS)


def chosen(text: str, question: str) -> str | None:
    found = read(text, shipped().question(question))
    return found.option if found else None


TWOS = [
    *("2", "２", "②", "❷", "2️⃣", "2番", "２番", "二", "二番", "二番目", "2です", "２です。"),
    *(
        "二です",
        "2つ目",
        "ふたつめ",
        "2番でお願いします",
        "たぶん2",
        "2かな",
        "うちは2ですね",
        "まだ2です",
        "2にします",
        "3、いや2",
        "ニ番",
    ),
]
ENGLISH_TWOS = [
    *("two", "Two.", "option 2", "Option two", "number 2", "no. 2", "#2", "2nd", "the second one", "it's 2", "I think 2", "probably a 2"),
    *("let's say two", "I'd go with 2", "2 please", "answer: 2", "we are at level 2", "2 out of 5"),
]


@pytest.mark.parametrize("text", [*TWOS, *ENGLISH_TWOS])
def test_number_two_is_read_in_any_guise(text: str) -> None:
    assert read(text) == Reading(ReadingKind.VALUE, 2)


@pytest.mark.parametrize(
    ("text", "value"), [("一番上", 1), ("最初", 1), ("真ん中", 3), ("四", 4), ("最後", 5), ("the last one", 5), ("5番で", 5)]
)
def test_place_in_the_list_is_read(text: str, value: int) -> None:
    assert read(text) == Reading(ReadingKind.VALUE, value)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        *(("3か4かな", (3, 4)), ("3〜4", (3, 4)), ("三、四", (3, 4)), ("2と3の間", (2, 3)), ("2.5", (2, 3))),
        *(("2 or 3", (2, 3)), ("between two and three", (2, 3)), ("3 or 7", (3,))),
        *(("7", ()), ("0", ()), ("-1", ()), ("10", ()), ("six", ()), ("九", ())),
    ],
)
def test_several_or_impossible_numbers_are_unclear(text: str, candidates: tuple[int, ...]) -> None:
    assert read(text) == Reading(ReadingKind.UNCLEAR, candidates=candidates)


@pytest.mark.parametrize(
    "text",
    [
        *("わからない", "よくわからないです", "ワカラナイ", "わからなーい", "ちょっと分かりません", "さあ", "さぁ、どうだろう", "不明"),
        *("don't know", "I don’t know", "Not sure.", "I'm not sure", "no idea", "IDK"),
    ],
)
def test_not_knowing_is_read(text: str) -> None:
    assert read(text) == Reading(ReadingKind.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "うちは関係ない",
        "関係ありません",
        "該当なし",
        "うちには当てはまらない",
        "n/a",
        "N/A",
        "doesn't apply",
        "It doesn't apply to us",
        "not relevant",
    ],
)
def test_not_applicable_is_read(text: str) -> None:
    assert read(text) == Reading(ReadingKind.NOT_APPLICABLE)


def test_number_after_a_hedge_is_the_answer() -> None:
    assert read("わからないけど3") == Reading(ReadingKind.VALUE, 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            ("紙", 1),
            ("FAX", 1),
            ("ｆａｘ", 1),
            ("紙と電話が中心です", 1),
            ("うちは紙ばっかり", 1),
            ("会計", 2),
            ("ネット上のソフトをいくつか使ってる", 2),
        ),
        *(("AIを毎週使っています", 4), ("paper and phone", 1), ("we use a few cloud apps", 2), ("Everyone sees the same information", 3)),
    ],
)
def test_words_of_one_option_are_read(text: str, value: int) -> None:
    assert read(text) == Reading(ReadingKind.VALUE, value)


@pytest.mark.parametrize("text", ["No", "いいえ", "ないです", "見られません", "見れない", "nope"])
def test_plain_no_chooses_the_option_that_says_no(text: str) -> None:
    assert read(text, REMOTE) == Reading(ReadingKind.VALUE, 1)


def test_plain_no_is_no_answer_where_no_option_says_it() -> None:
    assert read("いいえ") is None


@pytest.mark.parametrize("text", ["ネット上のソフトは使っていない", "紙は使っていません", "we don't use cloud apps"])
def test_saying_no_to_an_option_does_not_choose_it(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "はい",
            "こんにちは",
            "この質問の意味がわからない",
            "3年前に2台買った",
            "2時に来客があります",
            "セキュリティについて教えて",
            "ソフト",
        ),
        *(
            "どうしてそんなことを聞くの",
            "紙とは?",
            "補助金について知りたいです",
            "上から2番目",
            "why do you ask?",
            "What is a cloud app?",
            "戻る",
            "apps",
        ),
        "うちの店は親の代からずっと紙と電話でやってきまして、最近になって息子がホームページを作ろうと言い出したのですが、なかなか時間が取れずにいます",
    ],
)
def test_something_else_is_no_answer(text: str) -> None:
    assert read(text) is None


def test_endless_text_is_no_answer() -> None:
    assert read("2" * 100_000) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", shipped().questions, ids=lambda each: each.id)
def test_every_shipped_option_typed_in_full_is_read_as_itself(question: ScoredQuestion, language: str) -> None:
    for other in LANGUAGES:
        found = [read_answer(question, option.get(language), other, WORDS) for option in question.options]
        assert found == [Reading(ReadingKind.VALUE, number) for number in range(1, 6)]


@pytest.mark.parametrize("question", shipped().profile, ids=lambda each: each.id)
def test_every_shipped_label_and_word_is_read_as_its_option(question: ProfileQuestion) -> None:
    for option in question.options:
        for text in (option.label.ja, option.label.en, *option.words.ja, *option.words.en):
            found = read(text, question)
            assert found is not None, text
            assert found.option == option.id, text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *(
            ("1人", "1"),
            ("一人でやってます", "1"),
            ("ひとりです", "1"),
            ("just me", "1"),
            ("Just me.", "1"),
            ("ふたり", "2-5"),
            ("夫婦で", "2-5"),
        ),
        *(
            ("二、三人", "2-5"),
            ("二三人", "2-5"),
            ("3人か4人", "2-5"),
            ("社員3人とパート2人", "2-5"),
            ("a couple", "2-5"),
            ("three", "2-5"),
        ),
        *(("6人", "6-20"), ("六人", "6-20"), ("６名", "6-20"), ("about 12 people", "6-20"), ("20名くらい", "6-20"), ("十数人", "6-20")),
        *(
            ("10-15人", "6-20"),
            ("5人と私", "6-20"),
            ("私と社員5人", "6-20"),
            ("夫婦と従業員5人", "6-20"),
            ("we are twelve", "6-20"),
            ("6 of us", "6-20"),
        ),
        *(("twenty-five people", "21-100"), ("30人ほど", "21-100"), ("数十人", "21-100"), ("100", "21-100"), ("100人以上", "101+")),
        *(("百人以上います", "101+"), ("more than 100", "101+"), ("1,200人", "101+"), ("2〜5人", "2-5"), ("2-5", "2-5")),
    ],
)
def test_number_of_people_gives_the_size(text: str, size: str) -> None:
    assert chosen(text, "size") == size


def test_bare_number_is_a_number_of_people_and_a_marked_one_an_option() -> None:
    assert chosen("3", "size") == "2-5"
    assert (chosen("③", "size"), chosen("3番", "size"), chosen("option 3", "size")) == ("6-20", "6-20", "6-20")


@pytest.mark.parametrize(("text", "candidates"), [("5-6人", (2, 3)), ("五六人", (2, 3)), ("20人以上", (3, 4)), ("0", ()), ("0人", ())])
def test_number_of_people_between_two_sizes_is_unclear(text: str, candidates: tuple[int, ...]) -> None:
    assert read(text, shipped().question("size")) == Reading(ReadingKind.UNCLEAR, candidates=candidates)


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        *(
            ("小売", "retail"),
            ("パン屋をやっています", "retail"),
            ("お花屋さん", "retail"),
            ("居酒屋です", "restaurant"),
            ("restaurant or cafe", "restaurant"),
        ),
        *(
            ("ラーメン", "restaurant"),
            ("塾", "education"),
            ("I'm a plumber", "construction"),
            ("we run a small bakery", "retail"),
            ("税理士事務所", "professional-services"),
        ),
        *(("2", "restaurant"), ("②", "restaurant"), ("該当なし", "other")),
    ],
)
def test_trade_is_read_from_its_words(text: str, industry: str) -> None:
    assert chosen(text, "industry") == industry


def test_longest_word_wins_over_a_shorter_one_inside_it() -> None:
    assert chosen("会計事務所です", "industry") == "professional-services"
    assert chosen("動物病院", "industry") == "healthcare"


def test_words_of_two_options_are_unclear() -> None:
    assert read("資金繰りとミス", shipped().question("pain")) == Reading(ReadingKind.UNCLEAR, candidates=(4, 5))


@pytest.mark.parametrize("text", ["飲食店ではない", "we're not a shop", "パン屋の集客について教えて", "IT", "店"])
def test_denied_asked_or_vague_trade_is_no_answer(text: str) -> None:
    assert chosen(text, "industry") is None


@pytest.mark.parametrize(
    ("text", "pain"),
    [
        ("残業が多い", "manual-work"),
        ("お金の流れが見えない", "money"),
        ("人手不足で困っています", "people"),
        ("客が来ない", "customers"),
        ("too much paperwork", "manual-work"),
    ],
)
def test_problem_is_read_although_it_is_told_with_a_no(text: str, pain: str) -> None:
    assert chosen(text, "pain") == pain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("②", "2"),
        ("十二", "12"),
        ("二〇", "20"),
        ("百五", "105"),
        ("五六", "5-6"),
        ("１，２００", "1200"),
        ("2 〜 5", "2-5"),
        ("Café", "cafe"),
    ],
)
def test_numbers_and_widths_are_made_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_kana_fold_together() -> None:
    assert fold("バックアップ") == fold("ばっくあっぷ") == fold("ﾊﾞｯｸｱｯﾌﾟ")


@settings(max_examples=500, deadline=None)
@given(text=st.text(max_size=150), question=st.sampled_from(["TEC1", "industry", "size", "pain"]))
def test_any_text_is_read_without_failing_and_a_value_is_an_option(text: str, question: str) -> None:
    asked = shipped().question(question)
    found = read(text, asked)
    assert found is None or found.value is None or 1 <= found.value <= len(asked.options)
