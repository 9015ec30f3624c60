"""Questions to the tables: what must be true of them, asked as SQL."""
