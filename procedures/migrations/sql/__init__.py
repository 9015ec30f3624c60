"""SQL frozen with the migrations that run it."""
