"""Recovery contacts and visits that are owed."""
