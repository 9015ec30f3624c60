"""Search for openings: a start with everybody and everything it needs."""
