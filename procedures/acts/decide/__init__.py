"""The act decide: candidate, not yet, or not."""
