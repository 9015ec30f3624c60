"""The journal of a thing as a timeline: what was done, in words, by whom."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clinics.domain.roles import LABELS
from core import journal
from pages.words import sentence

if TYPE_CHECKING:
    from core.models import JournalEntry

ACTS = {
    "appointment.booked": "Visit booked",
    "appointment.moved": "Visit moved",
    "appointment.move_undone": "Visit moved back",
    "appointment.reassigned": "Other resources at the same time",
    "appointment.reassign_undone": "Earlier resources again",
    "appointment.kept": "Kept in spite of a conflict",
    "hold.cut_short": "Ended, as its time is no longer there",
    "hold.extended": "Hold extended",
    "appointment.phase_started": "Phase begun",
    "appointment.phase_ended": "Phase over",
    "appointment.phase_corrected": "Times of a phase put right",
    "appointment.cancelled": "Visit cancelled",
    "appointment.confirmed": "Visit confirmed",
    "appointment.arrived": "Patient arrived",
    "appointment.arrival_undone": "Arrival taken back",
    "appointment.checked_in": "Patient checked in",
    "appointment.fulfilled": "Visit done",
    "appointment.no_show": "Patient did not come",
    "appointment.no_show_undone": "Came after all: the no-show was taken back",
    "appointment.check_in_undone": "Check-in entered in error",
    "appointment.fulfil_undone": "End of the visit entered in error",
    "appointment.ended": "Visit ended early",
    "appointment.conflict_opened": "The visit no longer fits",
    "appointment.conflict_resolved": "The visit fits again, or was decided on",
    "waitlist.added": "Added to the waiting list",
    "waitlist.offered": "Told of a free time",
    "waitlist.offer_accepted": "Took the offered time",
    "waitlist.offer_declined": "Declined the offered time",
    "waitlist.offer_expired": "Did not answer the offer in time",
    "waitlist.offer_too_late": "Another patient took the offered time first",
    "waitlist.offer_withdrawn": "The offer was taken back",
    "waitlist.accept.refused": "Could not take the offered time",
    "waitlist.booked": "Left the waiting list with a visit",
    "waitlist.withdrawn": "Left the waiting list",
    "waitlist.reopened": "Waits again, as the visit was moved back",
    "waitlist.expired": "The time of waiting is over",
    "patient.registered": "Registered",
    "patient.amended": "Details amended",
    "consent.granted": "Agreed to messages",
    "consent.withdrawn": "Withdrew from messages",
    "contact.added": "Contact added",
    "contact.ended": "Contact ended",
    "contact.verified": "Contact verified",
    "episode.opened": "Episode opened",
}
# Of no interest to people; the journal has them.
UNSAID = frozenset({"link.issued"})
CHANNELS = {"sms": "text messages", "email": "e-mail", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline (components/timeline.html)."""

    at: datetime
    text: str
    who: str
    detail: str = ""
    tone: str = ""


def timeline(*streams: str, most: int = 50) -> list[Entry]:
    """What was done in these streams, newest first."""
    found = [
        row
        for stream in streams
        for row in journal.entries(stream)
        if row.name not in UNSAID
    ]
    newest = sorted(found, key=lambda row: (row.occurred_at, row.pk), reverse=True)
    return [entry(row) for row in newest[:most]]


def entry(row: "JournalEntry") -> Entry:
    refused = row.name.endswith((".refused", "_refused", "_forbidden", ".denied"))
    return Entry(
        at=row.occurred_at,
        text=act(row.name),
        who=who(row),
        detail=_detail(row),
        tone="danger" if refused else "",
    )


def act(name: str) -> str:
    """A journal name in words."""
    if name in ACTS:
        return ACTS[name]
    subject, _, done = name.rpartition(".")
    return sentence(f"{subject.rpartition('.')[2]} {done}")


def who(row: "JournalEntry") -> str:
    """ "Maria Lopez, coordinator", "the patient", "automatically"."""
    kind = row.actor.partition(":")[0]
    if kind == "patient":
        return "the patient"
    if kind == "job":
        return "automatically"
    role = LABELS.get(row.actor_role, row.actor_role).lower()
    return ", ".join(part for part in (row.actor_name, role) if part)


def _detail(row: "JournalEntry") -> str:
    payload = json.loads(row.payload)
    parts: Iterable[str] = (
        CHANNELS.get(str(payload.get("channel") or payload.get("system") or ""), ""),
        str(payload.get("phase") or ""),
        str(payload.get("reason") or ""),
        *(str(reason) for reason in payload.get("reasons") or ()),
    )
    return "; ".join(part for part in parts if part)
