"""The production shape as plain processes: PostgreSQL, three advisors, the proxy with its real configuration, owners and a fake Telegram."""
