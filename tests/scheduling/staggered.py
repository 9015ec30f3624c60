"""Visits whose resources come and go at different minutes, and short absences."""

from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import away

ROOM_THEN_CLINICIAN = (
    PhaseSpec("Set up", 0, 60, (NeedSpec(("consult_room",)),)),
    PhaseSpec("See", 60, 30, (NeedSpec(("clinician",)),)),
)
ROOM_WITH_BUFFER = (
    PhaseSpec("See", 0, 30, (NeedSpec(("clinician",)),)),
    PhaseSpec("Rest", 0, 30, (NeedSpec(("consult_room",), after=15),)),
)


def a_practice(phases=ROOM_THEN_CLINICIAN, *, clinicians=1, rooms=1):
    """Its only visit type, of these phases, is "visit"."""
    counts = {"clinician": clinicians, "consult_room": rooms}
    at = make.practice(counts, ship=False)
    make.visit_type(at.clinic, *phases)
    return at


def absent(at, resource, start, end):
    """From and until these minutes after nine."""
    return away(
        at,
        resource_id=resource.pk,
        start=NINE + minutes(start),
        end=NINE + minutes(end),
    )
