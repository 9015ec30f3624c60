"""One visit: its state, its phases, its moves."""
