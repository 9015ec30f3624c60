"""The act adverse_event: something untoward, written down at once."""
