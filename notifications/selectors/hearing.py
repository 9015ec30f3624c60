"""Everybody a clinic tells something on certain days, and the calls that are owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from clinics.domain import quiet_hours
from notifications.domain import states
from notifications.domain.plan import plan
from notifications.models import Message, PlannedCall
from notifications.selectors.message_log import Wish, search
from notifications.selectors.situation_batches import load_all
from procedures.follow_up import selectors as follow_ups
from scheduling import selectors as scheduling

if TYPE_CHECKING:
    from clinics.models import Clinic
    from patients.models import Patient

ONE_DAY = timedelta(days=1)
# A visit may ask for calls so long before it, a recovery contact so long after its day.
BEFORE_A_VISIT = timedelta(days=15)
AFTER_A_CONTACT = timedelta(days=14)
# Replaced or taken back: nobody misses anything.
NOT_MISSED = (states.CANCELLED, states.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class OwedCall:
    """A telephone call that is asked for (`asked`), or will be if nothing changes."""

    patient: "Patient"
    subject: str
    reason: str
    due_at: datetime
    asked: PlannedCall | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything of some days: messages by the instant they leave, and calls."""

    messages: list[Message]
    calls: list[OwedCall]

    @property
    def patient_ids(self) -> set[UUID]:
        """Return whom it shows."""
        told = {row.patient_id for row in self.messages if row.patient_id}
        return told | {call.patient.pk for call in self.calls}


def on_days(clinic: "Clinic", first: date, last: date, now: datetime) -> Heard:
    """Return what is heard on the clinic's local days `first` … `last`.

    Messages that left, will leave, or should have and did not; calls that are to be
    made. What is overdue is owed today.
    """
    zone = ZoneInfo(clinic.time_zone)
    since = quiet_hours.at(first, quiet_hours.MIDNIGHT, zone)
    until = quiet_hours.at(last + ONE_DAY, quiet_hours.MIDNIGHT, zone)
    found = search(clinic.pk, Wish(since=since, until=until))
    rows = found.exclude(state__in=NOT_MISSED).select_related("patient__clinic", "user")
    return Heard(
        sorted(rows, key=lambda row: (row.sent_at or row.next_at, str(row.pk))),
        sorted(
            [
                *_asked(clinic.pk, since, until, now),
                *_to_come(clinic, since, until, now),
            ],
            key=lambda call: (call.due_at, call.subject),
        ),
    )


def _asked(
    clinic_id: int, since: datetime, until: datetime, now: datetime
) -> list[OwedCall]:
    """Calls whose tasks are open and due then; today also what is overdue."""
    due = Q(task__due_at__gte=since, task__due_at__lt=until)
    if since <= now < until:
        due |= Q(task__due_at__lt=since)
    rows = PlannedCall.objects.filter(
        due, task__clinic_id=clinic_id, task__done_at=None
    ).select_related("task", "patient__clinic")
    return [
        OwedCall(row.patient, row.subject, row.reason, row.task.due_at, row)
        for row in rows
    ]


def _to_come(
    clinic: "Clinic", since: datetime, until: datetime, now: datetime
) -> list[OwedCall]:
    """Calls nobody has been asked for yet: what the plans of these days want."""
    if until <= now:
        return []
    subjects = _subjects(clinic, since, until)
    found = []
    for situation in load_all(subjects, {}).values():
        wanted = plan(
            situation.snapshot, reach=situation.reach, now=now, left=situation.left
        )
        for call in wanted.calls:
            due_at = call.opens_at or call.due_at
            if situation.patient and max(since, now) <= due_at < until:
                owed = OwedCall(situation.patient, call.subject, call.reason, due_at)
                found.append((call.dedupe_key, owed))
    known = _known([key for key, _ in found])
    return [owed for key, owed in found if key not in known]


def _known(keys: Collection[str]) -> set[str]:
    rows = PlannedCall.objects.filter(dedupe_key__in=keys)
    return set(rows.values_list("dedupe_key", flat=True))


def _subjects(clinic: "Clinic", since: datetime, until: datetime) -> list[str]:
    zone = ZoneInfo(clinic.time_zone)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    contacts = follow_ups.unanswered(clinic.pk, last).filter(
        target_on__gte=first - AFTER_A_CONTACT
    )
    visits = scheduling.appointments_at(clinic.pk, first, last + BEFORE_A_VISIT)
    keys = visits.filter(status="booked").values_list("pk", flat=True)
    return [
        *(f"follow_up:{row.pk}" for row in contacts),
        *(f"appointment:{key}" for key in keys),
    ]
