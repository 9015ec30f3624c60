"""Absences of people and devices, and the visits in their way."""
