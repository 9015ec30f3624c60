"""The plans of booked visits: their type's needs with the phases each one has."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from scheduling.models import Appointment, AppointmentPhase
from scheduling.visit_types.plan import PhasePlan, Plan
from scheduling.visit_types.selectors import visit_kind_of, with_phases
from scheduling.visit_types.variation import Variation


def plans_of(visits: Iterable[Appointment]) -> dict[UUID, Plan]:
    """Return the plans by visit id; a statement, and one for each version of a type."""
    visits = list(visits)
    kind_of = lru_cache(maxsize=None)(visit_kind_of)
    stamped: dict[UUID, list[PhasePlan]] = defaultdict(list)
    rows = AppointmentPhase.objects.filter(appointment__in=[v.pk for v in visits])
    for row in rows.order_by("position"):
        phase = row.phase_id, row.name, row.offset_minutes, row.duration_minutes
        stamped[row.appointment_id].append(PhasePlan(*phase))
    return {
        visit.pk: with_phases(
            kind_of(visit.visit_type_id).varied(Variation.from_data(visit.variation)),
            stamped[visit.pk],
        )
        for visit in visits
    }
