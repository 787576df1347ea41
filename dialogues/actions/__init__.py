"""Every action of the advisor. An action is thin: it reads the turn, calls a service, and names the response that speaks."""

from __future__ import annotations

from rasa_sdk import Action

from bot.services import Services
from dialogues.actions import (
    assessment,
    assessment_changes,
    assessment_corrections,
    assessment_questions,
    checkins,
    conversation,
    corrections,
    digests,
    feedback,
    handoffs,
    knowledge,
    people,
    plan,
    reports,
    schedule,
    sharing,
    vendor_comparison,
    vendor_scores,
    vendors,
)

_ACTIONS = (
    *(conversation.Reply, conversation.Distress, conversation.Greet, conversation.Affirm, conversation.Deny, conversation.NotUnderstood),
    *(conversation.ChangeLanguage, conversation.LanguageChanged),
    *(assessment.Start, assessment.Resume, assessment_questions.Ask, assessment_questions.Validate),
    *(assessment.Finish, assessment.ShowResult, assessment.Join),
    *(assessment.Pause, assessment_corrections.Back, assessment.Skip, assessment.Why, assessment.LateAnswer),
    assessment_changes.BothRight,
    knowledge.AnswerKnowledge,
    *(feedback.Feedback, feedback.Consent),
    *(plan.Start, plan.Show, plan.ShowPhase, plan.MovePhase, plan.Stop),
    *(checkins.Due, checkins.Tell, checkins.Done, checkins.InProgress, checkins.Blocked),
    *(checkins.Note, checkins.Unclear, checkins.HandBack, checkins.Rhythm),
    *(schedule.Snooze, schedule.Schedule, schedule.Pause, schedule.Resume),
    *(people.Export, people.Delete, people.LinkChannel, people.Join, people.Joined, people.CodeExpired, people.PreferChannel),
    *(conversation.Attachment, conversation.Group),
    corrections.Correct,
    *(vendors.Questions, vendors.Add, vendors.Cost, vendors.Edit, vendors.Remove, vendors.Rename),
    *(vendor_scores.Begin, vendor_scores.Score, vendor_scores.Back, vendor_scores.Pause, vendor_scores.Unclear, vendor_scores.HandBack),
    *(vendor_comparison.Compare, vendor_comparison.Choose),
    *(reports.Report, reports.Packet, reports.Picture, reports.Calendar, reports.StopCalendar),
    *(sharing.SharePlan, sharing.StopSharing),
    *(handoffs.Offer, handoffs.Ask, handoffs.Later, handoffs.End, handoffs.Write, handoffs.Tell, handoffs.Answered),
    *(digests.StartDigest, digests.StopDigest, digests.SendDigest),
)


def all_actions(services: Services) -> list[Action]:
    """One of each action, working with `services`."""
    return [action(services) for action in _ACTIONS]
