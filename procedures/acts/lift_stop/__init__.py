"""The act lift_stop: a finding that no longer stands."""
