"""The production shape as plain processes: PostgreSQL, three advisors, the proxy with its own configuration, owners, a fake Telegram."""
