"""The clinic's counter of medical record numbers."""

from clinics.models import Clinic
from core import locks
from core.problems import NotFound


def next_number(clinic_id: int) -> int:
    """Take the next number; rivals wait until this transaction ends.

    Call it inside a transaction. Raises NotFound for an unknown clinic.
    """
    locked = locks.lock(Clinic.objects.filter(pk=clinic_id))
    if not locked:
        raise NotFound("There is no such clinic.")
    clinic = locked[0]
    number = clinic.next_mrn
    clinic.next_mrn = number + 1
    clinic.save(update_fields=["next_mrn"])
    return number
