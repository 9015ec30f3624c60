"""The texts that patients sent, and their answers."""
