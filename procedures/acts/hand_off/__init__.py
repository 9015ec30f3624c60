"""The act hand_off: a container changes hands."""
