"""The forms of the acts, drawn from their schemas."""
