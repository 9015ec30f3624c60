"""The act prepare: one readiness item arranged."""
