"""The operator's page: how it goes, and owners who wait for a person. Off unless ADVISOR_OPERATOR_TOKEN is set."""
