"""The waiting list: entries, freed openings, matching and offers."""
