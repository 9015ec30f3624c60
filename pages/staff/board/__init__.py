"""The day board, and what is moved, told and taken back on it."""
