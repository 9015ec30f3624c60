"""The act time_out: two people, every answer yes."""
