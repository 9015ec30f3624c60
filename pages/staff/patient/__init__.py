"""Patients: search, register, amend, the page of one, departures."""
