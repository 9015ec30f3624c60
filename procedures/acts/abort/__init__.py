"""The act abort: the day ends without an injection."""
