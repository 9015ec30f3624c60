"""Tasks: taken, and closed with what came of them."""
