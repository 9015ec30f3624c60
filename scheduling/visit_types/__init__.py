"""Needs of a visit: phases, resources and variations of its type."""
