"""Messages: the log, the days, the texts, the health of sending."""
