"""The demo's clock; a real clinic has no such page."""
