"""The visits of one day, gathered from the board's blocks, for Today and the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pages import states
from pages.episode_words import About, about
from pages.words import short_name
from patients import selectors as patients

if TYPE_CHECKING:
    from patients.models import Patient
    from scheduling.selectors import DayBoard
    from scheduling.selectors.board import Block


# A block with the kind and the name of its resource.
Row = tuple["Block", str, str]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of the day: [start, end) from its first phase to its last."""

    id: UUID
    patient: "Patient"
    start: datetime
    end: datetime
    visit_type: str
    status: str
    state: str
    tone: str
    version: int
    resources: tuple[str, ...]
    rooms: tuple[str, ...]
    clinicians: tuple[str, ...]
    about: About | None

    @property
    def short_name(self) -> str:
        return short_name(self.patient.given_name, self.patient.family_name)

    @property
    def joint(self) -> str:
        return self.about.joint if self.about else ""


ROOMS = frozenset({"procedure_room", "consult_room"})


def visits(clinic_id: int, board: "DayBoard") -> list[Visit]:
    """In order of time; holds and blocked time are not visits."""
    blocks: dict[UUID, list[Row]] = {}
    for column in board.columns:
        for block in column.blocks:
            if block.appointment_id and block.patient_id:
                found = blocks.setdefault(block.appointment_id, [])
                found.append((block, column.kind, column.name))
    known = people(clinic_id, board)
    episodes = about(clinic_id, blocks)
    made = [
        _visit(pk, rows, known[_patient_id(rows)], episodes.get(pk))
        for pk, rows in blocks.items()
    ]
    return sorted(made, key=lambda visit: (visit.start, visit.end, visit.id))


def people(clinic_id: int, board: "DayBoard") -> dict[UUID, "Patient"]:
    """Everyone on the board, by id; one statement."""
    return patients.patients(clinic_id).in_bulk(list(board.patient_ids))


def _patient_id(rows: list[Row]) -> UUID:
    found = rows[0][0].patient_id
    assert found is not None, "only blocks of a patient are gathered"
    return found


def _visit(
    pk: UUID,
    rows: list[Row],
    patient: "Patient",
    episode: About | None,
) -> Visit:
    first = rows[0][0]
    state, tone = states.visit_state(first.status, first.confirmed)
    in_order = sorted(rows, key=lambda row: (row[0].start, row[2]))
    return Visit(
        id=pk,
        patient=patient,
        start=min(block.start for block, _, _ in rows),
        end=max(block.end for block, _, _ in rows),
        visit_type=first.visit_type,
        status=first.status,
        state=state,
        tone=tone,
        version=first.version,
        resources=_names(in_order),
        rooms=_names(row for row in in_order if row[1] in ROOMS),
        clinicians=_names(row for row in in_order if row[1] == "clinician"),
        about=episode,
    )


def _names(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, _, name in rows))
