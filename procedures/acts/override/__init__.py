"""The act override: a rule set aside with a reason."""
