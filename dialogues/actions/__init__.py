"""Every action of the advisor. An action is thin: it reads the turn, calls a service, and names the response that speaks."""

from __future__ import annotations

from rasa_sdk import Action

from bot.services import Services
from dialogues.actions import assessment, conversation, feedback, knowledge, people, rollout

_ACTIONS = (
    *(conversation.Reply, conversation.Greet, conversation.Affirm, conversation.Deny, conversation.NotUnderstood),
    *(conversation.ChangeLanguage, conversation.LanguageChanged),
    *(assessment.Start, assessment.Resume, assessment.Ask, assessment.Validate, assessment.Finish, assessment.ShowResult),
    *(assessment.Pause, assessment.Back, assessment.Skip, assessment.Why, assessment.LateAnswer),
    knowledge.AnswerKnowledge,
    *(feedback.Feedback, feedback.Consent),
    *(rollout.Start, rollout.Show, rollout.AskCheckin, rollout.Done, rollout.InProgress, rollout.Blocked),
    *(rollout.Snooze, rollout.Schedule, rollout.Pause, rollout.Resume),
    *(people.Export, people.Delete),
)


def all_actions(services: Services) -> list[Action]:
    """One of each action, working with `services`."""
    return [action(services) for action in _ACTIONS]
