"""A Tuesday at a clinic, to look at: `staff_day()` books it, `sign_in` opens it."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from clinics.models import Clinic, Membership
from core import clock
from core.actor import job
from notifications.models import Message
from patients.models import Patient
from patients.services import consents
from procedures.episodes.services import open_episode
from procedures.follow_up import milestone_reports
from scheduling.absences import services as absences
from scheduling.booking import book, holds
from scheduling.models import Appointment, Hold
from scheduling.setup import services as setup
from tests.factories import clinics as make
from tests.factories import inbound, repair
from tests.factories import patients as people
from tests.factories import waitlist as waits
from tests.factories.scheduling import Practice, practice

ZONE = ZoneInfo("America/Chicago")
# Tuesday, 9:20 in Houston; what is planned was planned five days before.
NOW = datetime(2026, 9, 8, 9, 20, tzinfo=ZONE)
EARLIER = NOW - timedelta(days=5)
BY = job("tests")
ROOMS = {
    "clinician": ("Dr. Lena Alvarez", "Dr. Ming Chen"),
    "nurse": ("Nurse Okafor",),
    "technician": ("T. Reed",),
    "consult_room": ("Consult 1", "Consult 2"),
    "preop_bay": ("Pre-op 1", "Pre-op 2"),
    "procedure_room": ("Room 1", "Room 2"),
    "recovery_bay": ("Recovery 1", "Recovery 2"),
    "centrifuge": ("Centrifuge A",),
    "ultrasound": ("Ultrasound 1",),
    "c_arm": ("C-arm",),
}


@dataclass(frozen=True)
class StaffDay:
    """The clinic, one person of each role, and things to open."""

    practice: Practice
    members: dict[str, Membership]
    patient: Patient
    visit: Appointment
    ids: dict[str, Any]

    @property
    def clinic(self) -> Clinic:
        return self.practice.clinic


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute) + timedelta(days=days)


def staff_day(*, now: datetime = NOW) -> StaffDay:
    """Everything booked; the demo's clock stands at `now`."""
    clock.set_to(now.astimezone(UTC))
    place = practice({}, name="Bayou Joint Clinic", short_name="Bayou")
    _name_resources(place)
    members = {
        role: make.membership(role, at=place.clinic, display_name=name)
        for role, name in NAMES.items()
    }
    ana = _patient(place, "Ana", "Torres", language="es")
    visits = [
        _book(place, ana, "consultation", at(9)),
        _book(place, _patient(place, "Ben", "Carter"), "follow-up", at(10)),
        _book(place, _patient(place, "Grace", "Holloway"), "consultation", at(13, 30)),
        _book(place, _patient(place, "Omar", "Renner"), "remote-check", at(11)),
        _book(place, _patient(place, "Ivy", "Sorensen"), "remote-check", at(11, 5)),
        _book(place, ana, "follow-up", at(10, days=7)),
    ]
    _progress(visits)
    return StaffDay(
        practice=place,
        members=members,
        patient=ana,
        visit=visits[0],
        ids=_more(place, ana) | _sick_call(visits[-1]),
    )


NAMES = {
    "coordinator": "Maria Lopez",
    "clinician": "Lena Alvarez",
    "nurse": "Chidi Okafor",
    "technician": "Tom Reed",
    "medical_director": "Ming Chen",
    "admin": "Ada Novak",
    "auditor": "Ravi Menon",
}


def _name_resources(place: Practice) -> None:
    for kind, names in ROOMS.items():
        for name in names:
            setup.add_resource(
                clinic_id=place.clinic.pk, kind=kind, name=name, by=BY, now=EARLIER
            )


def _patient(place: Practice, given: str, family: str, **fields: Any) -> Patient:
    found = people.patient(
        place.clinic, given_name=given, family_name=family, now=EARLIER, **fields
    )
    consents.grant(patient_id=found.pk, channel="sms", by=BY, now=EARLIER)
    return found


def _book(
    place: Practice, patient: Patient, visit_type: str, start: datetime
) -> Appointment:
    booked = book.book(
        clinic_id=place.clinic.pk,
        patient_id=patient.pk,
        visit_type=visit_type,
        start=start,
        by=BY,
        now=EARLIER,
    )
    assert isinstance(booked, Appointment), booked
    return booked


def _progress(visits: list[Appointment]) -> None:
    book.confirm(appointment_id=visits[1].pk, by=BY, now=EARLIER)
    book.arrive(appointment_id=visits[0].pk, by=BY, now=at(8, 52))


def _more(place: Practice, patient: Patient) -> dict[str, Any]:
    """A held opening, an enquiry and tasks."""
    held = holds.hold(
        clinic_id=place.clinic.pk,
        visit_type="consultation",
        start=at(15),
        patient_id=patient.pk,
        by=BY,
        lasts=timedelta(hours=48),
        now=NOW,
    )
    enquiry = people.enquiry(place.clinic, now=NOW - timedelta(hours=1))
    people.task(
        place.clinic,
        patient_id=patient.pk,
        kind="red_flag",
        text="A check-in needs a clinician’s call.",
        subject=f"follow_up:{uuid4()}",
        tier=1,
        now=NOW - timedelta(minutes=5),
    )
    people.task(
        place.clinic,
        patient_id=patient.pk,
        owner_role="coordinator",
        due_at=NOW - timedelta(hours=1),
        now=EARLIER,
    )
    assert enquiry
    assert isinstance(held, Hold)
    return {
        "hold": held.pk,
        "enquiry": enquiry.pk,
        "room": _closed_room(place),
        "step": _step(place, patient),
        "message": Message.objects.filter(patient=patient).earliest("due_at").pk,
        "text": inbound.send(
            "Tengo fiebre", sender="+17135550142", recipient=place.clinic.phone, now=NOW
        ).pk,
        **_waiting(place),
    }


def _step(place: Practice, patient: Patient) -> UUID:
    """The first step of the patient's recovery."""
    episode = open_episode(
        patient_id=patient.pk,
        clinic_id=place.clinic.pk,
        targets=[{"joint": "knee", "laterality": "right"}],
        by=BY,
        now=EARLIER,
    )
    milestone_reports.plan(episode, EARLIER.date(), EARLIER)
    return UUID(str(episode.milestones.earliest("position").pk))


def _closed_room(place: Practice) -> int:
    """A room that is closed for some hours of a day to come."""
    room = place.clinic.resources.get(name="Room 2")
    setup.add_exception(
        clinic_id=place.clinic.pk,
        resource_id=room.pk,
        kind="closed",
        applies_on=NOW.date() + timedelta(days=30),
        local_start=time(8),
        local_end=time(10, 30),
        reason="The floor is renewed",
        by=BY,
        now=NOW,
    )
    return int(room.pk)


def _waiting(place: Practice) -> dict[str, Any]:
    """Four who wait for the time of a cancelled visit; one needs more notice, one was
    offered another opening that stands."""
    dates = {"valid_from_on": NOW.date(), "valid_to_on": NOW.date() + timedelta(60)}
    people_waiting: dict[str, dict[str, Any]] = {
        "Nora": {"wishes": {"weekdays": frozenset({3, 4}), "earliest": time(8, 30)}},
        "Ellis": {},
        "June": {"minimum_notice": timedelta(days=7)},
        "Hanna": {},
    }
    entries = [
        waits.entry(place, _patient(place, name, "Waits"), now=EARLIER, **wish, **dates)
        for name, wish in people_waiting.items()
    ]
    waits.offer(place, start=at(14, days=1), now=NOW, entries=[entries[-1].pk])
    freed = waits.freed(place, start=at(9, days=2), now=NOW)
    return {"waits": entries[-1].pk, "freed": freed.pk}


def _sick_call(visit: Appointment) -> dict[str, Any]:
    """Next week's clinician is ill that day; a plan is proposed, nothing is moved."""
    taken = visit.reservations.filter(resource__kind="clinician").first()
    assert taken
    absence = absences.open_absence(
        clinic_id=visit.clinic_id,
        resource_id=taken.resource_id,
        start=at(0, days=7),
        end=at(0, days=8),
        kind="ill",
        by=BY,
        now=NOW,
    )
    plan = repair.propose(
        absence_id=absence.pk, clinic_id=visit.clinic_id, by=BY, now=NOW
    )
    return {"absence": absence.pk, "plan": plan.pk}


def sign_in(page: Page, site: str, member: Membership) -> None:
    page.goto(f"{site}/account/login/")
    page.get_by_label("Email").fill(member.user.email)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/staff/**")
