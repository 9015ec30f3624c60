"""Time as cells of five minutes, opening hours and local time; no Django."""
