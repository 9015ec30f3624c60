"""Checks of the tables, read once when a run is over."""

from django.db.models import F, Q

from patients.models import Task
from procedures.models import Episode, KitUse, Product
from scheduling.consistency import checks as booking_checks

OVERLAPS = ["overlaps", "owners", "patients"]


def tasks_about(ground, name: str) -> int:
    """Count the things somebody was ever asked to do about that patient."""
    patient = Episode.objects.values_list("patient", flat=True).get(
        pk=ground.episodes[name]
    )
    return Task.objects.filter(patient_id=patient).count()


def wrong(ground) -> list[tuple[str, str]]:
    """INV-02, INV-11, INV-13 and INV-20, as the tables have them."""
    found = []
    stranger = ~Q(donor=F("recipient")) | ~Q(donor=F("episode__patient"))
    if Product.objects.filter(stranger).exists():
        found.append(("INV-02 not autologous", "a product of somebody else"))
    known = set(KitUse.objects.values_list("gtin", "lot", "serial"))
    lost = set(ground.world.used) - known
    if lost:
        found.append(("INV-20 look-back", f"nobody is found by {sorted(lost)}"))
    found += [("INV-13 overlap", str(one)) for one in _overlaps(ground)]
    return found


def _overlaps(ground):
    return booking_checks.findings(ground.now, OVERLAPS)
