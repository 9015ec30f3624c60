"""Booking what a hold keeps aside: its reservations change owner."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound
from core.refusal import Refused
from scheduling.booking.announcements import announce_booked
from scheduling.booking.availability import check_patient_free, taken
from scheduling.booking.errors import InvalidStart
from scheduling.booking.misfits import is_in_hours
from scheduling.booking.refusals import refuse_asked
from scheduling.booking.reserve import Wanted, lock_resources, resources_of
from scheduling.booking.rows import new_appointment, store_appointment
from scheduling.booking.rules import Ask, reasons_against, resolved
from scheduling.explain.vocabulary import listed
from scheduling.models import Appointment, Hold
from scheduling.visit_types.plan import PhasePlan, Plan
from scheduling.visit_types.selectors import (
    VisitKind,
    visit_kind,
    visit_kind_of,
    with_phases,
)
from scheduling.visit_types.variation import Variation

if TYPE_CHECKING:
    from patients.models import Patient

_HELD = "The hold is for {}; leave the field out or hold anew."
_SEDATIONS = {
    "": "the sedation its visit type has",
    "none": "no sedation",
    "oral": "oral sedation",
    "iv": "IV sedation",
}


def book_hold(
    hold_id: UUID,
    patient: "Patient",
    *,
    start: datetime | None,
    subject: str,
    reason: str,
    variation: Variation | None = None,
    said: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Turn the hold into a visit. The patient is locked already.

    `variation` is the patient's own where it takes the same time and resources as
    the hold's: several share a hold that is offered to them. `said` is what else was
    said of the visit, as `booking.book` takes it.

    Raises SlotTaken if the hold is over, has lost any of its time, or keeps what the
    clinic no longer offers then, Invalid if the type was retired since or the hold is
    for something else than what was said, NotFound for another patient's hold.
    """
    hold = _find(hold_id, patient)
    lock_resources(resources_of(hold))
    hold.refresh_from_db()
    wanted = wanted_of(hold, now, variation)
    _check_start(hold, start)
    _check_said(hold, wanted.kind, subject, said or {})
    # One of the two may say more: which of the episode's contacts is meant.
    subject = max(hold.subject, subject, key=len)
    ask = resolved(Ask("book", wanted.kind, patient, wanted.start, subject, now))
    if reasons := reasons_against(ask):
        return refuse_asked(ask, reasons, by)
    _check_type(wanted)
    if not stands(hold, now) or not is_offered(hold, wanted.plan):
        raise taken(wanted, patient.pk)
    check_patient_free(patient.pk, wanted.kind, wanted.plan, wanted.start)
    appointment = store_appointment(
        new_appointment(wanted, patient.pk, ask.subject), wanted.plan
    )
    re_point(hold, appointment, now)
    announce_booked(appointment, wanted.kind, reason, by, now)
    return appointment


def _find(hold_id: UUID, patient: "Patient") -> Hold:
    hold = Hold.objects.filter(pk=hold_id, clinic_id=patient.clinic_id).first()
    if hold is None or hold.patient_id not in {None, patient.pk}:
        raise NotFound("There is no such hold for this patient.")
    return hold


def wanted_of(hold: Hold, now: datetime, variation: Variation | None = None) -> Wanted:
    kind = visit_kind_of(hold.visit_type_id)
    phases = [
        PhasePlan(p["phase"], p["name"], p["offset_minutes"], p["duration_minutes"])
        for p in hold.plan
    ]
    if variation is None:
        variation = Variation.from_data(hold.variation)
    plan = with_phases(kind.varied(variation), phases)
    return Wanted(
        kind,
        plan,
        hold.start,
        now,
        hold.clinician_id,
        hold_id=hold.pk,
        variation=variation,
        avoiding=frozenset(hold.not_clinicians),
    )


def _check_start(hold: Hold, start: datetime | None) -> None:
    if start is None:
        return
    zone = ZoneInfo(hold.time_zone)
    if start.tzinfo is None:
        start = start.replace(tzinfo=zone, fold=hold.fold)
    if start != hold.start:
        own = hold.start.astimezone(zone)
        raise InvalidStart(_HELD.format("another start"), [own])


def _check_said(
    hold: Hold, kind: VisitKind, subject: str, said: Mapping[str, Any]
) -> None:
    """Raises Invalid for what contradicts the hold; what was left out does not."""
    wrong = [*_contradicted(hold, kind, said), *_other_subject(hold, subject)]
    if wrong:
        raise Invalid(
            [FieldError(f"/{name}", _HELD.format(own)) for name, own in wrong]
        )


def _contradicted(
    hold: Hold, kind: VisitKind, said: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The fields that say otherwise than the hold, with what it is for in words."""
    held = Variation.from_data(hold.variation)
    if str(said.get("visit_type") or kind.slug) not in {kind.slug, str(kind.id)}:
        yield "visit_type", kind.slug
    if said.get("clinician") not in {None, hold.clinician_id}:
        yield "clinician", hold.clinician.name if hold.clinician else "any clinician"
    if set(said.get("not_clinicians", hold.not_clinicians)) != set(hold.not_clinicians):
        yield "not_clinicians", _without(hold)
    if said.get("targets", held.targets) != held.targets:
        yield "targets", f"{held.targets} target{'s' if held.targets > 1 else ''}"
    if said.get("sedation", held.sedation) != held.sedation:
        yield "sedation", _SEDATIONS[held.sedation]
    guided = held.image_guided_harvest
    if said.get("image_guided_harvest", guided) != guided:
        yield "image_guided_harvest", f"{'an' if guided else 'no'} image-guided harvest"


def _without(hold: Hold) -> str:
    if not hold.not_clinicians:
        return "a visit with nobody excluded"
    return f"a visit without the clinicians {listed(map(str, hold.not_clinicians))}"


def _other_subject(hold: Hold, subject: str) -> Iterator[tuple[str, str]]:
    """Yield the field that contradicts the hold's subject, and the held value in words.

    Either of the two may leave the subject out, or name it in more detail.
    """
    held, _, held_contact = hold.subject.partition("#")
    episode, _, contact = subject.partition("#")
    if episode and held and episode != held:
        yield "episode", "another episode"
    elif contact and held_contact and contact != held_contact:
        yield "follow_up", f"the contact {held_contact}"


def stands(hold: Hold, now: datetime) -> bool:
    """Unexpired, ahead of us, and all of its reservations still live."""
    if hold.ended_at is not None or hold.expires_at <= now or hold.start < now:
        return False
    released = hold.reservations.values_list("released_at", flat=True)
    return bool(released) and not any(released)


def is_offered(hold: Hold, plan: Plan) -> bool:
    """True if the clinic still has what a standing hold keeps, and is open then.

    Hours, closures and retirement do not end holds. Their resources are locked, as
    whoever changes these locks them too.
    """
    retired = hold.reservations.filter(released_at=None, resource__active=False)
    return not retired.exists() and is_in_hours(hold, plan)


def _check_type(wanted: Wanted) -> None:
    """A newer version takes nothing from a hold; that there is none any more does."""
    kind = wanted.kind
    if not kind.active:
        visit_kind(clinic_id=kind.clinic_id, visit_type=kind.slug)


def re_point(hold: Hold, appointment: Appointment, now: datetime) -> None:
    """The hold's time is the visit's now, and the hold is over."""
    hold.reservations.update(hold=None, appointment=appointment)
    hold.ended_at = now
    hold.ended_as = Hold.End.BOOKED
    hold.save(update_fields=["ended_at", "ended_as"])
