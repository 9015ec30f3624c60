"""The act correct: a new row in place of the one it names."""
