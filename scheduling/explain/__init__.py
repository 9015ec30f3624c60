"""Explanations of days without an opening, and what would change them."""
