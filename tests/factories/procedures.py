"""Episodes for tests, driven to a stage by the real acts.

`site()` is a clinic with its people; `episode(at)`, `evaluated(at)`, `approved(at)`
open a path and walk it; `act(at, episode, "decide", …)` signs for whoever acts.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from clinics.domain.presence import Proof
from clinics.models import Clinic, Membership
from clinics.selectors import actor_for
from core.actor import Actor
from core.refusal import Refused
from patients.models import Patient
from procedures.acts import dispatch
from procedures.acts.registry import SCHEMAS
from procedures.episodes.services import open_episode
from procedures.models import Episode
from scheduling.booking import book as booking
from scheduling.models import Appointment
from scheduling.setup import services as setup
from tests.factories import clinics, patients
from tests.factories.clinics import NOW
from tests.factories.scheduling import equipment

ROLES = (
    "clinician",
    "coordinator",
    "nurse",
    "technician",
    "medical_director",
    "admin",
)
HOUSTON = ZoneInfo("America/Chicago")
KNEE = {"joint": "knee", "structure": "intra_articular", "laterality": "right"}
SHA = "ab" * 32
ROOMS = {
    "clinician": 2,
    "nurse": 2,
    "technician": 2,
    "consult_room": 2,
    "preop_bay": 2,
    "procedure_room": 2,
    "recovery_bay": 2,
    "centrifuge": 2,
    "ultrasound": 2,
    "c_arm": 1,
}
# Machines that acts name.
NAMES = {"centrifuge": "CF-0"}


@dataclass
class Site:
    """A clinic and one person per role."""

    clinic: Clinic
    people: dict[str, Membership] = field(default_factory=dict)

    def person(self, role: str) -> Membership:
        return self.people[role]

    def actor(self, role: str) -> Actor:
        return actor_for(self.people[role])

    def proof(self, role: str, at: datetime = NOW) -> Proof:
        return clinics.proof(self.people[role], at=at)


def site(**fields: Any) -> Site:
    clinic = clinics.clinic(**fields)
    return Site(clinic, {role: clinics.membership(role, clinic) for role in ROLES})


def open_site(**fields: Any) -> Site:
    """A site with rooms, machines, hours and visit types: it can be booked."""
    return equipped(site(**fields))


def equipped(place: Site) -> Site:
    """The same site, with all that a booking needs."""
    by = Actor("job", "tests", "tests", "job")
    equipment(
        place.clinic,
        [
            (kind, f"{NAMES.get(kind, kind + ' ')}{number}")
            for kind, count in ROOMS.items()
            for number in range(1, count + 1)
        ],
    )
    week = {day: [(time(7), time(18))] for day in range(5)}
    setup.set_hours(clinic_id=place.clinic.pk, hours=week, by=by, now=NOW)
    setup.ship_visit_types(clinic=place.clinic, by=by, now=NOW)
    return place


def at(day: str, clock: str = "08:30") -> datetime:
    """An instant on the clinic's wall clock: `at("2026-09-15", "10:00")`."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=HOUSTON)


def episode(
    place: Site, *targets: dict[str, str], patient: Patient | None = None
) -> Episode:
    return open_episode(
        patient_id=(patient or patients.patient(place.clinic)).pk,
        clinic_id=place.clinic.pk,
        targets=targets or [KNEE],
        by=place.actor("coordinator"),
        now=NOW,
    )


def evaluation(**changes: Any) -> dict[str, Any]:
    """The answers of an evaluation that nothing speaks against."""
    finding = {"icd10": "M17.11", "grade_kl": 3, "imaging_modality": "radiograph"}
    finding |= changes.pop("finding", {})
    return {
        "findings": [finding],
        "height_cm": 163,
        "weight_kg": 78,
        "symptom_months": 14,
        "conservative_weeks": 12,
        "nrs": 6,
        "prom_instrument": "koos_jr",
        "prom_items": [2, 2, 1, 3, 2, 2, 3],
        "active_infection": False,
        "temperature_c": 36.7,
        "allergies": ["none_known"],
        "asa_class": 2,
        **changes,
    }


def decision(outcome: str = "approved", **changes: Any) -> dict[str, Any]:
    words = "Moderate damage, conservative care exhausted."
    return {"outcome": outcome, "rationale": words, **changes}


def consent(place: Site, **changes: Any) -> dict[str, Any]:
    return {
        "consent_type": "procedure",
        "document_id": "consent-procedure",
        "document_version": "3",
        "document_sha256": SHA,
        "targets": [{"laterality": "right"}],
        "harvest_sites": ["posterior_iliac_crest_psis"],
        "proceduralist": place.person("clinician").user_id,
        "signer_name": "Marisol Testcase",
        **changes,
    }


def act(
    place: Site,
    which: Episode | UUID,
    name: str,
    data: dict[str, Any] | None = None,
    *,
    role: str = "clinician",
    second: str = "",
    now: datetime = NOW,
    **options: Any,
) -> Episode | Refused:
    """Perform an act as the person of that role; signed where its schema asks."""
    needs_signature = SCHEMAS[name].signature and "signature" not in options
    if needs_signature:
        options["signature"] = place.proof(role, now)
    if second:
        options["second_person"] = place.proof(second, now)
    return dispatch.perform(
        episode_id=which.pk if isinstance(which, Episode) else which,
        act=name,
        data=data or {},
        version=options.pop("version", None),
        by=place.actor(role),
        now=now,
        **options,
    )


def done(outcome: Episode | Refused) -> Episode:
    """The episode after an act that must not have been refused."""
    assert isinstance(outcome, Episode), outcome
    return outcome


def evaluated(place: Site, now: datetime = NOW, **changes: Any) -> Episode:
    opened = episode(place)
    return done(act(place, opened, "evaluate", evaluation(**changes), now=now))


def approved(place: Site, now: datetime = NOW, **changes: Any) -> Episode:
    seen = evaluated(place, now, **changes)
    return done(act(place, seen, "decide", decision(), now=now))


def prepared(place: Site, path: Episode, now: datetime = NOW) -> Episode:
    """Consented, and every other readiness item done."""
    path = done(act(place, path, "consent", consent(place), now=now))
    for item in ("medication_plan", "estimate", "labs"):
        answers = {"item": item, "state": "done"}
        path = done(act(place, path, "prepare", answers, role="nurse", now=now))
    return path


def book(
    place: Site,
    path: Episode,
    start: datetime,
    visit_type: str = "bmc-ultrasound",
    now: datetime = NOW,
    contact: str = "",
) -> Appointment | Refused:
    return booking.book(
        clinic_id=place.clinic.pk,
        patient_id=path.patient_id,
        visit_type=visit_type,
        start=start,
        subject=f"episode:{path.pk}{f'#{contact}' if contact else ''}",
        by=place.actor("coordinator"),
        now=now,
    )


def ready(
    place: Site, start: datetime = NOW + timedelta(days=14)
) -> tuple[Episode, Appointment]:
    """Approved, booked for `start` and prepared: nothing is left but the day."""
    path = approved(place)
    appointment = book(place, path, start)
    assert isinstance(appointment, Appointment), appointment
    return prepared(place, path), appointment
