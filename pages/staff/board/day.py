"""The visits of one day, gathered from the board's blocks, for Today and the list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pages.kit import states
from pages.kit.words import short_name
from pages.staff.episode.words import About, about, joints
from scheduling.resources.kinds import KINDS

if TYPE_CHECKING:
    from scheduling.day.board import Block, BoardVisit, Who
    from scheduling.selectors import DayBoard


# A block with the kind and the name of its resource.
Row = tuple["Block", str, str]


@dataclass(frozen=True, slots=True)
class DayVisit:
    """One visit of the day: [start, end) from its first phase to its last."""

    id: UUID
    patient: "Who"
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
    joint: str
    about: About | None = None
    late_minutes: int = 0  # the patient says so

    @property
    def short_name(self) -> str:
        return short_name(self.patient.given_name, self.patient.family_name)


ROOMS = frozenset(kind.code for kind in KINDS if kind.is_room)


def visits(clinic_id: int, board: "DayBoard") -> list[DayVisit]:
    """In order of time, with their episodes; holds and blocked time are no visits."""
    episodes = about(clinic_id, (visit.id for visit in board.visits))
    places = {visit: episode.joint for visit, episode in episodes.items()}
    found = _gathered(board, places)
    return [replace(visit, about=episodes.get(visit.id)) for visit in found]


def on_board(board: "DayBoard") -> list[DayVisit]:
    """The same with no more of their episodes than the joint; one statement."""
    return _gathered(board, joints(visit.id for visit in board.visits))


def _gathered(board: "DayBoard", places: Mapping[UUID, str]) -> list[DayVisit]:
    blocks: dict[UUID, list[Row]] = {}
    for column in board.columns:
        for block in column.blocks:
            if block.appointment_id:
                found = blocks.setdefault(block.appointment_id, [])
                found.append((block, column.kind, column.name))
    known = {visit.id: visit for visit in board.visits}
    made = [_visit(known[pk], rows, places.get(pk, "")) for pk, rows in blocks.items()]
    return sorted(made, key=lambda visit: (visit.start, visit.end, visit.id))


def _visit(visit: "BoardVisit", rows: list[Row], joint: str) -> DayVisit:
    first = rows[0][0]
    state, tone = states.visit_state(first.status, first.confirmed, visit.answer)
    in_order = sorted(rows, key=lambda row: (row[0].start, row[2]))
    return DayVisit(
        id=visit.id,
        patient=visit.patient,
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
        joint=joint,
        late_minutes=visit.late_minutes,
    )


def _names(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, _, name in rows))
