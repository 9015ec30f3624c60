"""Visits of an episode: bookings, phases of the day, and what is owed."""
