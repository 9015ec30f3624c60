"""The act discharge: recovered, accounted for, home."""
