"""Corrections and entries in error: which record, by whom, with whom."""
