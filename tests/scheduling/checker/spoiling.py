"""Cases for the checker: sound rows, and one way to spoil them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scheduling.booking import book, holds
from scheduling.models import AppointmentMove, Hold
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE


@dataclass(frozen=True)
class Case:
    """`play` arranges, yields while all is sound, then spoils what it arranged.

    `drops` are the owner's statements that take away what would refuse it.
    """

    question: str
    says: str
    drops: tuple[str, ...]
    play: Callable[[make.Practice], Iterator[None]]


CASES: list[Case] = []


def spoils(question, says, *drops):
    def keep(play):
        CASES.append(Case(question, says, drops, play))
        return play

    return keep


def hold(at, **fields) -> Hold:
    held = holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="consultation",
        by=BY,
        now=NOW,
        **{"start": NINE, **fields},
    )
    assert isinstance(held, Hold)
    return held


def moved(visit, start):
    """The move as it is kept."""
    before = visit.during
    visit = book.move(
        appointment_id=visit.pk,
        start=start,
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=NOW,
    )
    row, _ = AppointmentMove.objects.get_or_create(
        appointment=visit,
        version=visit.version,
        defaults={
            "from_during": before,
            "to_during": visit.during,
            "from_claims": [],
            "moved_by": str(BY),
            "moved_at": NOW,
        },
    )
    return row
