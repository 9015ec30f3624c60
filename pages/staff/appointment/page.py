"""Contents of the page of one visit."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest
from pages.kit import history, phases, states
from pages.kit.words import sentence
from pages.staff.appointment import going
from pages.staff.episode.words import about
from pages.staff.messages import rows as message_rows
from pages.staff.repair.words import conflict_text
from scheduling import selectors
from scheduling.booking.move_history import changed_by, last_move
from scheduling.booking.status import Act, Status, why_not
from scheduling.booking.transitions import reason_against, reason_against_undo

if TYPE_CHECKING:
    from scheduling.day.board import Block
    from scheduling.models import Appointment

# Buttons in the order of a visit: act, its place in the policy, its words.
BUTTONS = (
    (Act.ARRIVE, "appointment.arrive", "arrive", "Patient has arrived"),
    (Act.CONFIRM, "appointment.confirm", "confirm", "Confirmed with the patient"),
    (Act.CHECK_IN, "appointment.arrive", "check_in", "Begin the visit"),
    (Act.FULFIL, "appointment.arrive", "fulfil", "Visit is done"),
    (Act.NO_SHOW, "appointment.no_show", "no_show", "Patient did not come"),
    (
        Act.UNDO_NO_SHOW,
        "appointment.no_show",
        "undo_no_show",
        "Patient came after all",
    ),
)
# Of a procedure these are steps of its episode, not buttons here.
OF_EPISODE = frozenset({Act.CHECK_IN, Act.FULFIL})


def context(request: StaffRequest, visit: "Appointment") -> dict[str, Any]:
    zone = ZoneInfo(request.clinic.time_zone)
    on = visit.start.astimezone(zone).date()
    episode = about(request.clinic.pk, [visit.pk]).get(visit.pk)
    state, tone = states.appointment_state(visit)
    strips = _strips(request, visit)
    find = reverse("staff:find")
    query = {"patient": visit.patient_id, "visit_type": visit.visit_type.slug}
    return {
        "visit": visit,
        "patient": visit.patient,
        "today": request.now.astimezone(zone).date(),
        "patient_address": reverse("staff:patient", args=[visit.patient_id]),
        "board_address": reverse("staff:board_on", args=[on]),
        "find_address": f"{find}?{urlencode(query)}",
        "visit_type": visit.visit_type.name,
        "clinician": visit.clinician.name if visit.clinician else "",
        "not_with": selectors.not_with(visit),
        "joint": episode.joint if episode else "",
        "episode_address": _episode_address(request, episode),
        "state": state,
        "tone": tone,
        "confirmed": _confirmed(visit),
        "acts": _acts(request, visit),
        "may_move": _may(request, visit, Act.MOVE, "appointment.move"),
        "may_cancel": _may(request, visit, Act.CANCEL, "appointment.cancel"),
        "closed_because": why_not(Status(visit.status), Act.CANCEL) or "",
        "change": _change(request, visit),
        "arrival": _arrival(request, visit),
        "phases": strips,
        "going": going.context(request, visit),
        "length": (visit.end - visit.start) // phases.MINUTE,
        "at_clinic": visit.end - visit.start,
        "conflicts": [
            conflict_text(conflict) for conflict in selectors.open_conflicts(visit)
        ],
        "may_resolve": may(request.membership.role, "conflict.resolve").allowed,
        "told": _told(request, visit),
        "history": history.timeline(f"appointment:{visit.pk}"),
    }


def _arrival(request: StaffRequest, visit: "Appointment") -> dict[str, Any] | None:
    """The arrival that can still be taken back."""
    allowed = may(request.membership.role, "appointment.arrive").allowed
    if not allowed or reason_against(visit, Act.UNDO_ARRIVAL, request.now):
        return None
    address = reverse("staff:appointment_undo_arrival", args=[visit.pk])
    return {"at": visit.status_at, "undo_address": address}


def _change(request: StaffRequest, visit: "Appointment") -> dict[str, Any] | None:
    """The latest change that can still be taken back."""
    last = last_move(visit)
    if last is None or not may(request.membership.role, "appointment.move").allowed:
        return None
    if reason_against_undo(visit, last, request.now):
        return None
    changed = changed_by(visit, last)
    return {
        "changed": changed,
        "at": last.moved_at,
        "reason": last.reason,
        "replaced": [
            f"{sentence(phase.phase)}: {', '.join(replaced_words(phase.replaced))}"
            for phase in changed.replaced
        ],
        "undo_address": reverse("staff:appointment_undo_move", args=[visit.pk]),
    }


def replaced_words(pairs: Iterable[tuple[Any, Any]]) -> list[str]:
    """ "Dr Reyes → Dr Chen" for every pair of resources, one of which may be None."""
    return [
        f"{old.name if old else 'nobody'} → {new.name if new else 'nobody'}"
        for old, new in pairs
    ]


def _told(request: StaffRequest, visit: "Appointment") -> dict[str, Any]:
    """List what was and will be said; nothing to somebody who may not read messages."""
    if not may(request.membership.role, "message.read").allowed:
        return {}
    subject, patient_id = f"appointment:{visit.pk}", visit.patient_id
    return dict(
        message_rows.of_visit(request.clinic.pk, patient_id, subject, request.now)
    )


def _confirmed(visit: "Appointment") -> str:
    """ "Confirmed" beside a state that does not say it already."""
    if visit.confirmed_at is None or visit.status == "booked":
        return ""
    return "Confirmed"


def _episode_address(request: StaffRequest, episode: Any) -> str:
    if episode is None or not may(request.membership.role, "episode.read").allowed:
        return ""
    return reverse("staff:episode", args=[episode.episode_id])


def _acts(request: StaffRequest, visit: "Appointment") -> list[dict[str, str]]:
    return [
        {
            "label": label,
            "address": reverse(f"staff:appointment_{name}", args=[visit.pk]),
        }
        for act, action, name, label in BUTTONS
        if _may(request, visit, act, action) and _fits(visit, act)
    ]


def _may(request: StaffRequest, visit: "Appointment", act: Act, action: str) -> bool:
    allowed = may(request.membership.role, action).allowed
    return allowed and reason_against(visit, act, request.now) is None


def _fits(visit: "Appointment", act: Act) -> bool:
    """Leaves out what could be done and does not suit this visit."""
    if act in OF_EPISODE and visit.visit_type.requires_decision:
        return False
    if act is Act.ARRIVE and not visit.in_person:
        return False
    if act is Act.CHECK_IN and visit.status != "arrived" and visit.in_person:
        return False
    return act is not Act.CONFIRM or visit.confirmed_at is None


def _strips(request: StaffRequest, visit: "Appointment") -> list[phases.Strip]:
    """Its phases with their resources; of a visit given up, without."""
    zone = ZoneInfo(visit.time_zone)
    board = selectors.day_board(request.clinic.pk, visit.start.astimezone(zone).date())
    rows = [
        (block, column.name)
        for column in board.columns
        for block in column.blocks
        if block.appointment_id == visit.pk
    ]
    if not rows:
        return phases.strips(visit.start, _stamped(visit))

    def key(row: "tuple[Block, str]") -> Any:
        return row[0].start, row[0].end, row[0].phase

    grouped = [
        (phase, start, end, [name for _, name in of_phase])
        for (start, end, phase), of_phase in groupby(sorted(rows, key=key), key)
    ]
    return phases.strips(visit.start, grouped)


def _stamped(visit: "Appointment") -> list[tuple[str, Any, Any, list[str]]]:
    return [
        (
            phase.name,
            visit.start + phase.offset_minutes * phases.MINUTE,
            visit.start
            + (phase.offset_minutes + phase.duration_minutes) * phases.MINUTE,
            [],
        )
        for phase in visit.phases.all()
    ]
