"""The act not_done: a planned target that is not treated."""
