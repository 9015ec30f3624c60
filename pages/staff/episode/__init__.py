"""Episodes: their list, the page of one, its path and records."""
