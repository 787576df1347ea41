"""Nothing is lost and nothing is said twice when the process is killed."""

from __future__ import annotations

from pathlib import Path

from bot.assessment.questionnaire import Answer, AnswerKind, Profile, with_implied
from bot.assessment.scoring import score
from bot.services import Services
from tests.integration import checkin_kill_run, kill_run


async def test_an_assessment_survives_kill_9_with_every_answer_once_and_the_right_score(model: Path, services: Services) -> None:
    outcome = await kill_run.run(kills=2, seed=7)
    assert outcome.is_gapless
    assert outcome.doubled == []
    assert set(outcome.answers.values()) == {("value", 2)}
    answers = {question: Answer(question, AnswerKind.VALUE, 2) for question in outcome.answers}
    expected = score(with_implied(answers, Profile("restaurant", "2-5", "customers")), services.questionnaire)
    assert expected.level is not None
    assert len(answers) == len(services.questionnaire.questions)
    assert f"レベル{expected.level}" in outcome.result


async def test_checkins_survive_kill_9_of_one_of_two_processes_none_lost_and_none_doubled(postgres_url: str) -> None:
    outcome = await checkin_kill_run.run(postgres_url, due=60, kills=1, seed=5)
    assert (outcome.lost, outcome.doubled, outcome.left) == (0, 0, 0)
