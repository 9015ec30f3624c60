"""Booking an opening, holding it, and what to do where it is taken."""
