"""Sums are checked by the database right after the act's writes, not at COMMIT."""

from django.db import connection

CONSTRAINTS = (
    "injection_volumes_are_conserved",
    "disposition_volumes_are_conserved",
    "processing_volumes_are_conserved",
    "discharge_volumes_are_conserved",
    "harvest_aliquots_add_up",
)


def settle() -> None:
    """Check what is pending now. Raises IntegrityError."""
    names = ", ".join(CONSTRAINTS)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
