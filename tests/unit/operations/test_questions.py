"""Questions without a good answer come in groups, so that an author sees what to write next."""

from __future__ import annotations

from collections.abc import Mapping

from bot.operations.questions import MOST_EXAMPLES, KeptQuestion, group_questions

STOCK = {"use-case/retail-inventory": 0.6, "component/analytics-bi": 0.2}


def make_questions(*texts: str, language: str = "ja", is_disliked: bool = False) -> list[KeptQuestion]:
    return [KeptQuestion(text, language, is_disliked) for text in texts]


def nothing(text: str) -> Mapping[str, float]:
    return {}


def test_the_largest_group_comes_first_with_its_counts() -> None:
    asked = make_questions("駐車場の空きを知りたい", "補助金の申請の締め切りはいつですか", "補助金の申請の締め切りを教えて")
    asked += make_questions("補助金の申請の締め切りはいつですか", is_disliked=True)
    first, second = group_questions(asked, nothing)
    assert (first.count, first.unanswered, first.disliked, first.languages) == (3, 2, 1, ("ja",))
    assert first.examples == ("補助金の申請の締め切りはいつですか", "補助金の申請の締め切りを教えて")
    assert (second.count, second.examples, second.nearest) == (1, ("駐車場の空きを知りたい",), None)


def test_questions_in_quite_other_words_meet_in_the_topic_that_the_search_finds() -> None:
    asked = [*make_questions("棚卸しに丸一日かかる"), *make_questions("never know what is left on the shelf", language="en")]
    (group,) = group_questions(asked, lambda text: STOCK)
    assert (group.count, group.languages, group.nearest) == (2, ("en", "ja"), "use-case/retail-inventory")


def test_a_guess_of_the_search_does_not_bring_together_what_shares_no_word() -> None:
    asked = make_questions("明日の天気は", "社員旅行の行き先")
    assert len(group_questions(asked, lambda text: {"trend/edge": 0.05})) == 2


def test_only_a_few_examples_are_shown_the_most_asked_first() -> None:
    asked = make_questions(*(f"補助金の申請の締め切りは{number}月ですか" for number in range(1, 9)))
    (group,) = group_questions([*asked, *make_questions("補助金の申請の締め切りは8月ですか")], lambda text: STOCK)
    assert len(group.examples) == MOST_EXAMPLES
    assert group.examples[0] == "補助金の申請の締め切りは8月ですか"


def test_no_question_one_question_and_questions_without_words_are_no_difficulty() -> None:
    assert group_questions([], nothing) == ()
    assert [group.count for group in group_questions(make_questions("補助金は?"), nothing)] == [1]
    assert [group.count for group in group_questions(make_questions("!?", "🙂", "🙂"), nothing)] == [2, 1]
