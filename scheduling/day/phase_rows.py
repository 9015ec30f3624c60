"""The phases of one visit as planned and as they went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.models import Appointment, PhaseRecord


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase of a visit; both times are None until it is on record."""

    position: int
    name: str
    planned_start: datetime
    planned_end: datetime
    started_at: datetime | None
    ended_at: datetime | None


def phase_records(appointment_id: UUID) -> list[PhaseRow]:
    """Return all phases of a visit in their order; three statements."""
    visit = Appointment.objects.get(pk=appointment_id)
    went = {row.position: row for row in visit.phase_records.all()}
    rows = []
    for phase in visit.phases.all():
        start = visit.start + timedelta(minutes=phase.offset_minutes)
        end = start + timedelta(minutes=phase.duration_minutes)
        record: PhaseRecord | None = went.get(phase.position)
        rows.append(
            PhaseRow(
                position=phase.position,
                name=phase.name,
                planned_start=record.planned_start if record else start,
                planned_end=record.planned_end if record else end,
                started_at=record.started_at if record else None,
                ended_at=record.ended_at if record else None,
            )
        )
    return rows
