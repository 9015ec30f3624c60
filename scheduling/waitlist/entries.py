"""Entries that wait for an opening: added, withdrawn, or over as their time is over."""

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from core import locks
from core.actor import Actor
from core.db import unit_of_work
from core.problems import FieldError, Invalid, Problem
from patients.services.patients import lock as lock_patient
from scheduling.booking.status import LIVE
from scheduling.models import Appointment, Offer, Resource, WaitlistEntry
from scheduling.timegrid.reach import OUT_OF_REACH, in_reach
from scheduling.visit_types.selectors import visit_kind
from scheduling.visit_types.variation import USUAL, Variation
from scheduling.waitlist import ends
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.fit import ANYTHING, Wishes, faults

USUAL_NOTICE = timedelta(hours=24)
LONGEST_NOTICE = timedelta(days=90)
LONGEST_WAIT_DAYS = 370
_LIVE = [status.value for status in LIVE]


class WaitsAlready(Problem):
    """The patient is on the list for such a visit."""

    code = "waits-already"
    status = 409
    title = "The patient waits for such a visit already"

    def __init__(self, entry: WaitlistEntry) -> None:
        super().__init__(
            "Withdraw the other entry first, or leave it.", entry=str(entry.pk)
        )


class PatientDeparted(Problem):
    """Nobody waits who died, or who wants no contact: they could be offered nothing."""

    code = "patient-departed"
    status = 409
    title = "Nothing may be offered to this patient"


@transaction.atomic
def add(
    *,
    clinic_id: int,
    patient_id: UUID,
    visit_type: int | str = "",
    appointment_id: UUID | None = None,
    subject: str = "",
    variation: Variation = USUAL,
    wishes: Wishes = ANYTHING,
    minimum_notice: timedelta = USUAL_NOTICE,
    valid_from_on: date,
    valid_to_on: date,
    by: Actor,
    now: datetime,
) -> WaitlistEntry:
    """Let a patient wait for an opening of a visit type.

    With `appointment_id` they wait to come sooner with that visit: its type,
    variation and subject count, and an accepted offer moves it. Dates are the
    clinic's. Raises WaitsAlready, NotFound, or Invalid in words.
    """
    patient = lock_patient(patient_id, clinic_id)
    if patient.standing:
        raise PatientDeparted("They died, or they want no contact; see their page.")
    own = _own_visit(patient_id, appointment_id) if appointment_id else None
    kind = visit_kind(
        clinic_id=clinic_id, visit_type=own.visit_type.slug if own else visit_type
    )
    if own is not None:
        variation, subject = Variation.from_data(own.variation), own.subject
    kind.varied(variation)  # out of its bounds, it could never be offered anything
    today = now.astimezone(kind.zone).date()
    _check_dates(valid_from_on, valid_to_on, today)
    _check_wishes(wishes, minimum_notice, clinic_id)
    _check_waits_once(patient.pk, kind.slug)
    entry = WaitlistEntry.objects.create(
        clinic_id=clinic_id,
        patient=patient,
        visit_type_id=kind.id,
        subject=subject,
        appointment=own,
        variation=variation.as_data(),
        wishes=wishes.as_data(),
        minimum_notice=minimum_notice,
        valid_from_on=valid_from_on,
        valid_to_on=valid_to_on,
        created_at=now,
        made_by=str(by),
    )
    ends.record(
        "waitlist.added", entry, by, now, patient=patient.pk, visit_type=kind.slug
    )
    return entry


@transaction.atomic
def withdraw(
    *,
    entry_id: UUID,
    clinic_id: int | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> WaitlistEntry:
    """The patient waits no longer; an offer still open is withdrawn with it.

    Nothing happens if the entry is closed already. Raises NotFound.
    """
    found = waitlist.entry(entry_id, clinic_id)
    lock_patient(found.patient_id)
    return ends.withdraw_entry(found, reason=reason, by=by, now=now)


def expire_entries(*, by: Actor, now: datetime) -> int:
    """Close entries whose last day is over; how many. One transaction for each."""
    zones = WaitlistEntry.objects.filter(closed_at=None).values_list(
        "clinic_id", "clinic__time_zone"
    )
    ended = 0
    for clinic_id, zone in sorted(set(zones)):
        today = now.astimezone(ZoneInfo(zone)).date()
        due = _past(clinic_id, today).order_by("created_at", "pk")
        ids = list(due.values_list("pk", flat=True))
        ended += sum(unit_of_work(partial(_expire, pk, today, by, now)) for pk in ids)
    return ended


def _past(clinic_id: int, today: date) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(
        clinic_id=clinic_id, closed_at=None, valid_to_on__lt=today
    ).exclude(offers__state=Offer.State.OFFERED)


def _expire(entry_id: UUID, today: date, by: Actor, now: datetime) -> bool:
    found = waitlist.entry(entry_id)
    lock_patient(found.patient_id)
    rows = _past(found.clinic_id, today).filter(pk=entry_id)
    (entry,) = locks.lock(WaitlistEntry.objects.filter(pk=entry_id))
    if not rows.exists():
        return False
    ends.close_entry(entry, WaitlistEntry.End.EXPIRED, by, now)
    return True


def _own_visit(patient_id: UUID, appointment_id: UUID) -> Appointment:
    rows = Appointment.objects.filter(pk=appointment_id, patient=patient_id)
    found = rows.select_related("visit_type").first()
    if found is None or found.status != Appointment.Status.BOOKED:
        text = "The patient has no such booked visit that could be moved."
        raise Invalid([FieldError("/appointment", text)])
    return found


def _check_dates(first: date, last: date, today: date) -> None:
    for name, day in (("valid_from", first), ("valid_to", last)):
        if not in_reach(day):
            raise Invalid([FieldError(f"/{name}", OUT_OF_REACH)])
    if last < first:
        text = "The last day is before the first."
        raise Invalid([FieldError("/valid_to", text)])
    if last < today:
        raise Invalid([FieldError("/valid_to", "The last day is over already.")])
    if (last - first).days > LONGEST_WAIT_DAYS:
        text = f"Somebody waits {LONGEST_WAIT_DAYS} days at most; name an earlier day."
        raise Invalid([FieldError("/valid_to", text)])


def _check_wishes(wishes: Wishes, notice: timedelta, clinic_id: int) -> None:
    if found := faults(wishes):
        raise Invalid([FieldError("/wishes", text) for text in found])
    if not timedelta(0) <= notice <= LONGEST_NOTICE:
        text = f"Notice is 0 to {LONGEST_NOTICE.days} days."
        raise Invalid([FieldError("/minimum_notice_hours", text)])
    named = wishes.clinicians | wishes.not_clinicians
    known = Resource.objects.filter(
        pk__in=named, clinic_id=clinic_id, kind="clinician", active=True
    )
    if known.count() != len(named):
        text = "No active clinician of this clinic has this id."
        raise Invalid([FieldError("/wishes", text)])


def _check_waits_once(patient_id: UUID, slug: str) -> None:
    rows = WaitlistEntry.objects.filter(patient=patient_id, closed_at=None)
    if waits := rows.filter(visit_type__slug=slug).first():
        raise WaitsAlready(waits)
