"""The day as it goes: board, phases as they went, what is expected."""
