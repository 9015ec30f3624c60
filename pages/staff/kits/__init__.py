"""Kits traced to the patients they may have reached."""
