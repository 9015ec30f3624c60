"""Absences and closures, and the conflicts they open."""
