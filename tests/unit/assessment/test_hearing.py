from __future__ import annotations

import pytest

from bot.assessment.hearing import hear
from bot.assessment.own_words import Proposal
from bot.assessment.questionnaire import ScoredQuestion
from bot.services import Services


def question(services: Services, question_id: str) -> ScoredQuestion:
    found = services.questionnaire.question(question_id)
    assert isinstance(found, ScoredQuestion)
    return found


def test_a_level_is_sure_when_likely_and_seldom_far_off() -> None:
    assert Proposal((0.8, 0.15, 0.05, 0.0, 0.0)).is_sure
    assert not Proposal((0.75, 0.1, 0.1, 0.05, 0.0)).is_sure
    assert not Proposal((0.6, 0.4, 0.0, 0.0, 0.0)).is_sure


def test_the_rival_is_the_second_likeliest_level() -> None:
    proposal = Proposal((0.1, 0.3, 0.5, 0.1, 0.0))
    assert (proposal.level, proposal.rival) == (3, 2)


@pytest.mark.parametrize(
    ("asked", "typed", "level"),
    [
        ("TEC1", "全部ノートに手書き", 1),
        ("TEC4", "同じパスワードをみんなで使ってます", 1),
        ("PRO2", "その人が休むと店が回りません", 1),
        ("TEC4", "everyone shares the one password", 1),
    ],
)
def test_own_words_propose_the_level_that_they_mean(services: Services, asked: str, typed: str, level: int) -> None:
    hearing = hear(typed, question(services, asked), frozenset(), services.own_words, services.questionnaire)
    assert hearing.is_answer
    assert hearing.proposal is not None
    assert hearing.proposal.level == level


def test_words_that_the_samples_do_not_settle_are_not_recorded(services: Services) -> None:
    typed = "everything goes into the books by itself, I hardly type"
    hearing = hear(typed, question(services, "TEC2"), frozenset(), services.own_words, services.questionnaire)
    assert hearing.is_answer
    assert hearing.proposal is not None
    assert not hearing.proposal.is_sure


@pytest.mark.parametrize("typed", ["棚卸しに丸一日かかる", "stocktaking takes us all day", "クラウドって何ですか?", "thank you"])
def test_questions_to_us_are_not_answers(services: Services, typed: str) -> None:
    assert not hear(typed, question(services, "TEC1"), frozenset(), services.own_words, services.questionnaire).is_answer


def test_a_sentence_about_another_open_question_answers_that_one(services: Services) -> None:
    typed = "紙と電話とFAXだけでやってます。パスワードは全員同じで使い回してます"
    unanswered = frozenset(each.id for each in services.questionnaire.questions)
    hearing = hear(typed, question(services, "TEC1"), unanswered, services.own_words, services.questionnaire)
    assert hearing.others == {"TEC4": 1}
    assert hearing.proposal is not None
    assert hearing.proposal.level == 1


def test_what_is_answered_already_is_not_answered_again_in_passing(services: Services) -> None:
    typed = "紙と電話とFAXだけでやってます。パスワードは全員同じで使い回してます"
    hearing = hear(typed, question(services, "TEC1"), frozenset({"TEC1"}), services.own_words, services.questionnaire)
    assert hearing.others == {}
