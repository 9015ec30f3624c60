"""Reading hours and exceptions as somebody set them."""

from datetime import date, time

from django.db.models import Q, QuerySet

from scheduling.models import OpeningHours, ScheduleException

Week = dict[int, list[tuple[time, time]]]


def week(clinic_id: int, resource_id: int | None = None) -> Week:
    """The stretches of each weekday (Monday = 0), of the clinic or of a resource."""
    rows = OpeningHours.objects.filter(clinic_id=clinic_id, resource=resource_id)
    found: Week = {}
    for row in rows.order_by("weekday", "local_start"):
        found.setdefault(row.weekday, []).append((row.local_start, row.local_end))
    return found


def coming_exceptions(clinic_id: int, today: date) -> QuerySet[ScheduleException]:
    """Closed and extra days from today on, of the clinic and of its resources."""
    found = ScheduleException.objects.filter(
        Q(resource=None) | Q(resource__active=True),
        clinic_id=clinic_id,
        applies_on__gte=today,
    )
    return found.select_related("resource").order_by("applies_on", "pk")
