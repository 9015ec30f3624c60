"""A day board as its template shows it: grouped columns, blocks, hatches, now-line."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from pages.kit import phases, states, words
from pages.staff.board import day, grid
from pages.staff.board import late as board_late
from pages.staff.repair import words as repair_words
from scheduling.booking.status import Act, Status, why_not
from scheduling.resources.kinds import BY_CODE, PLACES, board_group

if TYPE_CHECKING:
    from scheduling.day.board import Block, Column
    from scheduling.day.projection import Expected
    from scheduling.selectors import DayBoard, DayProjection

MOVABLE = frozenset(
    status.value for status in Status if why_not(status, Act.MOVE) is None
)
FIRST_COLUMN = 2  # the first is the axis of time


@dataclass(frozen=True, slots=True)
class Shown:
    """For whom and when the board is drawn."""

    clinic_id: int
    zone: ZoneInfo
    now: datetime
    everything: bool
    expected: "DayProjection | None" = None  # of today


Visits = dict[UUID, day.DayVisit]


def draw(
    board: "DayBoard", visits: Sequence[day.DayVisit], shown: Shown
) -> dict[str, Any]:
    """The context of board_day.html, without the list."""
    columns = _chosen(board.columns, everything=shown.everything)
    spans = [*_spans(columns), *_expected_spans(shown)]
    frame = grid.frame(board.date, shown.zone, spans)
    known = {visit.id: visit for visit in visits}
    drawn = [
        _column(column, number, frame, known, shown)
        for number, column in enumerate(columns, FIRST_COLUMN)
    ]
    groups = _groups(columns)
    firsts = {group["column"] for group in groups}
    return {
        "columns": [one | {"first": one["number"] in firsts} for one in drawn],
        "groups": groups,
        "rows": frame.rows,
        "hours": _hours(frame, shown.zone),
        "now_row": _now_row(frame, shown.now),
        "running_late": board_late.running_late(shown.expected, known, shown.zone),
    }


def rows(visits: Iterable[day.DayVisit], shown: Shown) -> list[dict[str, Any]]:
    """The lines of the list."""
    late = board_late.of_visits(shown.expected, shown.zone)
    return [_row(visit) | {"late": late.get(visit.id, "")} for visit in visits]


def _row(visit: day.DayVisit) -> dict[str, Any]:
    return {
        "start": visit.start,
        "end": visit.end,
        "patient": visit.patient.full_name,
        "visit_type": visit.visit_type,
        "joint": visit.joint,
        "resources": visit.resources,
        "state": visit.state,
        "tone": visit.tone,
        "movable": visit.status in MOVABLE,
        "address": reverse("staff:appointment", args=[visit.id]),
    }


def _chosen(columns: Iterable["Column"], *, everything: bool) -> list["Column"]:
    used = [
        column
        for column in columns
        if everything or column.blocks or _is_always_shown(column.kind)
    ]
    ranked = sorted(used, key=lambda c: (PLACES.get(c.kind, len(PLACES)), c.name))
    return ranked[: grid.MOST_COLUMNS]


def _is_always_shown(kind: str) -> bool:
    return kind in BY_CODE and BY_CODE[kind].always_on_board


def _groups(columns: Iterable["Column"]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for number, column in enumerate(columns, FIRST_COLUMN):
        name = board_group(column.kind)
        if not groups or groups[-1]["name"] != name:
            groups.append({"name": name, "column": number, "width": 0})
        groups[-1]["width"] += 1
    return groups


def _spans(columns: Iterable["Column"]) -> Iterable[tuple[datetime, datetime]]:
    for column in columns:
        yield from column.open
        yield from ((b.start, b.end) for b in column.blocks if b.kind != "absence")


def _expected_spans(shown: Shown) -> Iterable[tuple[datetime, datetime]]:
    for visit in shown.expected.visits if shown.expected else ():
        yield from ((p.start, p.end) for p in visit.phases if p.delay or p.overrun)


def _column(
    column: "Column",
    number: int,
    frame: grid.Frame,
    known: Visits,
    shown: Shown,
) -> dict[str, Any]:
    placed = [
        (block, rows)
        for block in column.blocks
        if block.kind != "absence"
        and (rows := frame.place(block.start, block.end, grid.SMALLEST_ROWS))
    ]
    lanes = grid.lanes([rows for _, rows in placed])
    return {
        "number": number,
        "name": column.name,
        "resource": column.id,
        "kind": column.kind,
        "closed": _closed(column, frame, shown.zone),
        "buffers": [
            css
            for (block, _), lane in zip(placed, lanes, strict=True)
            for css in _buffers(block, frame, lane)
        ],
        "blocks": [
            _block(block, column.name, grid.css_class(rows, lane), known, shown)
            | {"conflict": block.conflict or _clashes(block, column.blocks)}
            for (block, rows), lane in zip(placed, lanes, strict=True)
        ],
        "ghosts": [
            css
            for (block, _), lane in zip(placed, lanes, strict=True)
            for css in _ghost(_expected(block, shown), frame, lane)
        ],
    }


def _expected(block: "Block", shown: Shown) -> "Expected | None":
    if shown.expected is None or block.appointment_id is None:
        return None
    return shown.expected.of(block.appointment_id).get(block.position or 0)


def _ghost(
    phase: "Expected | None", frame: grid.Frame, lane: tuple[int, int]
) -> Iterable[str]:
    """Rows where a late block is expected, beside where it was planned."""
    if phase and (phase.is_late_to_come or phase.overruns):
        rows = frame.place(phase.start, phase.end, grid.SMALLEST_ROWS)
        if rows:
            yield grid.css_class(rows, lane)


def _clashes(block: "Block", others: Iterable["Block"]) -> bool:
    """True if somebody else has the same resource at the same time."""
    return any(
        (other.appointment_id, other.hold_id) != (block.appointment_id, block.hold_id)
        and block.start < other.end
        and other.start < block.end
        for other in others
    )


def _buffers(block: "Block", frame: grid.Frame, lane: tuple[int, int]) -> Iterable[str]:
    around = ((block.taken_start, block.start), (block.end, block.taken_end))
    for start, end in around:
        if start < end and (rows := frame.place(start, end)):
            yield grid.css_class(rows, lane)


def _block(
    block: "Block", resource: str, css: str, known: Visits, shown: Shown
) -> dict[str, Any]:
    visit = known.get(block.appointment_id) if block.appointment_id else None
    who = visit.short_name if visit else "Held"
    joint = visit.joint if visit else ""
    when = words.clock_range(block.start, block.end, shown.zone)
    late = board_late.mark(_expected(block, shown), shown.zone)
    named = [resource, when, joint or block.visit_type, who, block.phase]
    if late:
        named += [late["late"], late["expected"]]
    return {
        "css": css,
        "tone": _tone(block),
        "visit": str(block.appointment_id or block.hold_id),
        "address": _address(block),
        **_clock(when),
        "who": who,
        "joint": joint,
        "late": late["late"] if late else "",
        "movable": block.status in MOVABLE,
        "version": block.version,
        "state": visit.state if visit else "Held",
        "label": ", ".join(part for part in named if part),
    }


def _clock(when: str) -> dict[str, str]:
    """Its start, and the rest, which narrow columns leave out."""
    begins, dash, ends = when.removesuffix(" AM").removesuffix(" PM").partition("–")
    return {"begins": begins.removesuffix(" AM"), "ends": f"{dash}{ends}"}


def _tone(block: "Block") -> str:
    if block.kind == "hold":
        return "block--held"
    if block.status in states.OVER:
        return "block--over"
    return phases.tone(block.phase)


@functools.lru_cache(maxsize=512)
def _address_of(kind: str, pk: UUID) -> str:
    return reverse(f"staff:{kind}", args=[pk])


def _address(block: "Block") -> str:
    pk = block.appointment_id or block.hold_id
    assert pk is not None, "blocked time has no page"
    return _address_of(block.kind, pk)


def _closed(
    column: "Column", frame: grid.Frame, zone: ZoneInfo
) -> list[dict[str, Any]]:
    shut = [(span, "Closed") for span in grid.complement(frame, column.open)]
    absent = [
        (
            (block.start, block.end),
            repair_words.away(column.name, block.absence_kind, block.reason),
        )
        for block in column.blocks
        if block.kind == "absence"
    ]
    return [
        {
            "css": grid.css_class(rows),
            "text": text,
            "when": words.clock_range(*span, zone),
            "absent": (span, text) in absent,
        }
        for span, text in [*shut, *absent]
        if (rows := frame.place(*span))
    ]


def _hours(frame: grid.Frame, zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "css": grid.css_class(grid.Rows(row, row + 1)),
            "at": at,
            "label": words.clock_time(at, zone).replace(":00", ""),
        }
        for row, at in frame.hours(zone)
    ]


def _now_row(frame: grid.Frame, now: datetime) -> str:
    rows = frame.place(now, now + grid.ROW)
    return grid.css_class(grid.Rows(rows.first, rows.first + 1)) if rows else ""
