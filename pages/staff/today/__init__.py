"""The visits of a day in order of time."""
