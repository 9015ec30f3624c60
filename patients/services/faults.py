"""Turn faults of fields into the one problem that names them all."""

from collections.abc import Iterable

from core.problems import FieldError, Invalid
from patients.domain.fields import Fault


def check(faults: Iterable[Fault]) -> None:
    """Raises Invalid with every fault, or returns."""
    errors = [FieldError(f"/{fault.field}", fault.detail) for fault in faults]
    if errors:
        raise Invalid(errors)
