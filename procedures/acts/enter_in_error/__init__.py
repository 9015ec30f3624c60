"""The act enter_in_error: a record that should never have been made."""
