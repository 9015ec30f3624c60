"""The waiting list: entries, openings that became free, offers."""
