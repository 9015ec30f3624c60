"""The act complete: the path is closed."""
