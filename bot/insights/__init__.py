"""How it goes, in tables: what the operator's page and `advisor insights` show. Counts, never what an owner wrote."""

#: Every table of the operator's, and what it tells.
INSIGHTS = {
    "health": "What waits and for how long, what failed, which version runs.",
    "conversations": "Conversations, messages and newcomers a day, for 30 days.",
    "funnel": "Where owners stop in the assessment, question by question.",
    "levels": "Firms by trade and level; groups of one or two are not told.",
    "checkins": "Check-ins by phase: to come, overdue, sent, answered.",
    "rollouts": "Plans under way by phase: late, stuck, silent.",
    "questions": "What owners asked in vain or disliked the answer to, grouped; only what they agreed to pass on.",
    "delivery": "What became of the lines that are pushed: arrived, waiting, failed, and why.",
    "handoffs": "Owners who wait for a person, without who they are.",
}
