"""Patients: the people, how to reach them, and what is still to do for them."""
