"""People, rooms and devices that a visit can need."""
