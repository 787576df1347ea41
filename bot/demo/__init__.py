"""A rollout's twelve months for a newcomer to watch: the real advisor, an owner who follows a script, and a clock that travels."""
