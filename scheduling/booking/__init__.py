"""Booking, holding, moving and ending visits; the database has the last word."""
