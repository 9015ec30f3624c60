"""The act release: the concentrate may be given."""
