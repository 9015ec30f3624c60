"""Episodes: opened, read, and written out as one document."""
