"""The act evaluate: history, examination, imaging and laboratory."""
