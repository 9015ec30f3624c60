"""Reading patients: one, found by what was typed, how to reach them; tasks."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Reverse

from core.actor import Actor
from core.problems import NotFound
from patients.domain import search as typed
from patients.domain.names import words
from patients.models import (
    ChannelConsent,
    ContactPoint,
    Departure,
    Enquiry,
    Patient,
    Task,
    TaskNote,
)
from patients.models.task import URGENT_TIERS

SYSTEM_OF = {"sms": "phone", "email": "email"}
TASK_ORDER = ("rank", "due_at", "pk")
NO_TIER = 9
TASK_STATES = ("open", "acknowledged", "late", "done", "all")


def patient(patient_id: UUID, clinic_id: int | None = None) -> Patient:
    """Return a patient. Raises NotFound, also for one of another clinic."""
    rows = Patient.objects.select_related("clinic").filter(pk=patient_id)
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    found = rows.first()
    if found is None:
        raise NotFound("There is no such patient at this clinic.")
    return found


def patients_by_id(patient_ids: Collection[UUID]) -> dict[UUID, Patient]:
    """Return these patients, of whatever clinic, by id, with their clinic."""
    return Patient.objects.select_related("clinic").in_bulk(patient_ids)


def enquiries_by_id(enquiry_ids: Collection[UUID]) -> dict[UUID, Enquiry]:
    """Return these enquiries, of whatever clinic, by id, with their clinic."""
    return Enquiry.objects.select_related("clinic").in_bulk(enquiry_ids)


def tasks_by_id(task_ids: Collection[UUID]) -> dict[UUID, Task]:
    """Return these tasks, of whatever clinic, by id, with their clinic."""
    return Task.objects.select_related("clinic").in_bulk(task_ids)


def patients(clinic_id: int) -> QuerySet[Patient]:
    """Return everyone of one clinic, by name."""
    rows = Patient.objects.filter(clinic_id=clinic_id)
    return rows.order_by("family_name", "given_name", "pk")


def with_contact_points(rows: QuerySet[Patient]) -> QuerySet[Patient]:
    """The same patients with their numbers and addresses; one more statement."""
    return rows.prefetch_related("contact_points")


def search(clinic_id: int, text: str) -> QuerySet[Patient]:
    """Return the clinic's patients fitting all that was typed, by name.

    Names in any order, case and with or without accents; a birth date in several
    notations; an MRN; a phone number or its last four digits; an e-mail address.
    Text with nothing to search for finds nobody.
    """
    terms = typed.parse(text)
    found = patients(clinic_id)
    if not terms:
        return found.none()
    for term in terms:
        found = found.filter(_fits(term))
    return found


def contact(patient: Patient, channel: str) -> ContactPoint | None:
    """Return where `channel` ("sms" or "email") reaches the patient now, or None."""
    rows = ContactPoint.objects.filter(
        patient=patient, system=SYSTEM_OF[channel], ended_at=None
    )
    return rows.first()


def contacts(patient: Patient) -> dict[str, ContactPoint]:
    """Return the current contact of each channel that has one; one statement."""
    return contacts_of([patient])[patient.pk]


def contacts_of(people: Collection[Patient]) -> dict[UUID, dict[str, ContactPoint]]:
    """Return {patient id: {channel: current contact}} of many; one statement."""
    rows = ContactPoint.objects.filter(
        patient__any_of=[person.pk for person in people],
        system__in=SYSTEM_OF.values(),
        ended_at=None,
    )
    known = {(row.patient_id, row.system): row for row in rows.order_by("-pk")}
    return {
        person.pk: {
            channel: known[person.pk, system]
            for channel, system in SYSTEM_OF.items()
            if (person.pk, system) in known
        }
        for person in people
    }


def consents(patient: Patient) -> set[str]:
    """Return the channels the patient's newest answers agree to; one statement."""
    return consents_of([patient])[patient.pk]


def consents_of(people: Collection[Patient]) -> dict[UUID, set[str]]:
    """Return {patient id: channels agreed to} of many; one statement."""
    found: dict[UUID, set[str]] = {person.pk: set() for person in people}
    rows = ChannelConsent.objects.filter(patient__any_of=list(found))
    order = ("patient_id", "channel")
    newest = rows.order_by(*order, "-id").distinct(*order)
    for patient_id, channel, granted in newest.values_list(*order, "granted"):
        if granted:
            found[patient_id].add(channel)
    return found


def consented(patient: Patient, channel: str) -> bool:
    """Return True if the newest answer is yes; nobody asked is a no."""
    newest = consent(patient, channel)
    return newest is not None and newest.granted


def consent(patient: Patient, channel: str) -> ChannelConsent | None:
    rows = ChannelConsent.objects.filter(patient=patient, channel=channel)
    return rows.order_by("-id").first()


def holders(value: str, system: str = "phone") -> QuerySet[Patient]:
    """Return all whose current number or address this is, of every clinic, by id."""
    points = ContactPoint.objects.filter(system=system, value=value, ended_at=None)
    return Patient.objects.filter(pk__in=points.values("patient_id")).order_by("pk")


def holders_at(clinic_id: int, value: str) -> QuerySet[Patient]:
    """The clinic's patients whose current number this is, by id."""
    return holders(value).filter(clinic_id=clinic_id)


def contact_by_id(contact_id: UUID) -> ContactPoint | None:
    """Return one number or address, current or not, with its patient."""
    rows = ContactPoint.objects.select_related("patient__clinic")
    return rows.filter(pk=contact_id).first()


def departures(patient: Patient) -> QuerySet[Departure]:
    """Return deaths and wishes not to be contacted that stand, newest first."""
    rows = Departure.objects.filter(patient=patient, taken_back_at=None)
    return rows.order_by("-recorded_at")


def zone(patient: Patient) -> ZoneInfo:
    """Return the patient's own time zone, or else the clinic's."""
    return ZoneInfo(patient.time_zone or patient.clinic.time_zone)


def actor_for(patient: Patient) -> Actor:
    """Return the patient as an actor; nameless, so that it can be logged."""
    return Actor(
        kind="patient", id=str(patient.pk), role="patient", clinic_id=patient.clinic_id
    )


def same_person(patient: Patient) -> list[UUID]:
    """Return the ids of all records of this person, this one included, in order."""
    first = patient.duplicate_of_id or patient.pk
    rows = Patient.objects.filter(Q(pk=first) | Q(duplicate_of=first))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def possible_duplicates(
    clinic_id: int,
    *,
    given_name: str,
    family_name: str,
    birth_date: date | None,
    phone: str = "",
) -> QuerySet[Patient]:
    """Return who may be this person: same birth date and a name, or same number."""
    same_name = Q()
    for word in words(f"{given_name} {family_name}"):
        same_name |= _begins(word)
    alike = Q(birth_date=birth_date) & same_name if birth_date else Q(pk=None)
    if phone:
        alike |= Q(pk__in=holders(phone).values("pk"))
    return patients(clinic_id).filter(alike)


def task(task_id: UUID, clinic_id: int | None = None) -> Task:
    """Return a task. Raises NotFound, also for one of another clinic."""
    rows = Task.objects.select_related("patient", "owner", "clinician")
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    found = rows.filter(pk=task_id).first()
    if found is None:
        raise NotFound("There is no such task at this clinic.")
    return found


def tasks(
    clinic_id: int,
    *,
    now: datetime,
    state: str = "open",
    patient_id: UUID | None = None,
    owner_role: str = "",
) -> QuerySet[Task]:
    """Return a clinic's tasks: red flags by their tier first, then the one due first.

    `state`: open (all not done), acknowledged, late (past due and
    grace), done, all.
    """
    rows = Task.objects.filter(clinic_id=clinic_id).select_related(
        "patient", "owner", "clinician"
    )
    rows = rows.filter(_STATES[state]) if state != "late" else rows.filter(_late(now))
    if patient_id is not None:
        rows = rows.filter(patient_id=patient_id)
    if owner_role:
        rows = rows.filter(owner_role=owner_role)
    # The list pages through these columns; what is no red flag comes after all tiers.
    return rows.annotate(rank=Coalesce("tier", NO_TIER)).order_by(*TASK_ORDER)


def tasks_about(subject: str, kind: str) -> QuerySet[Task]:
    """Return all tasks of that kind about it, the oldest first; closed ones, too."""
    return Task.objects.filter(subject=subject, kind=kind).order_by("created_at", "pk")


def open_tasks_about(subjects: Collection[str], kind: str) -> QuerySet[Task]:
    """Return the tasks of that kind about these, not done, the gravest first."""
    rows = Task.objects.filter(subject__in=subjects, kind=kind, done_at=None)
    return rows.order_by("tier", "created_at", "pk")


def unanswered_alarms(clinic_id: int) -> QuerySet[Task]:
    """Return the clinic's red flags of tier 1 and 2 that nobody has taken on."""
    return Task.objects.filter(
        clinic_id=clinic_id,
        tier__in=URGENT_TIERS,
        done_at=None,
        acknowledged_at=None,
    )


def notes_of(tasks: Collection[Task]) -> dict[UUID, list[TaskNote]]:
    """Return {task id: its notes, oldest first}; one statement."""
    found: dict[UUID, list[TaskNote]] = {task.pk: [] for task in tasks}
    for note in TaskNote.objects.filter(task__in=tasks).order_by("pk"):
        found[note.task_id].append(note)
    return found


def tasks_to_escalate(now: datetime) -> QuerySet[Task]:
    """Return open tasks of every clinic whose time to be acknowledged has passed."""
    rows = Task.objects.filter(done_at=None, acknowledged_at=None, escalated_at=None)
    return rows.filter(escalate_at__lte=now).order_by("escalate_at", "pk")


def enquiry(enquiry_id: UUID, clinic_id: int) -> Enquiry:
    """Return an enquiry. Raises NotFound, also for one of another clinic."""
    found = Enquiry.objects.filter(pk=enquiry_id, clinic_id=clinic_id).first()
    if found is None:
        raise NotFound("There is no such enquiry at this clinic.")
    return found


def enquiries(clinic_id: int, *, now: datetime) -> QuerySet[Enquiry]:
    """Return the enquiries still to answer, oldest first."""
    rows = Enquiry.objects.filter(clinic_id=clinic_id, closed_at=None)
    return rows.filter(expires_at__gt=now).order_by("received_at", "pk")


def expired_enquiries(now: datetime) -> QuerySet[Enquiry]:
    return Enquiry.objects.filter(expires_at__lte=now).order_by("expires_at", "pk")


_STATES: dict[str, Q] = {
    "open": Q(done_at=None),
    "acknowledged": Q(done_at=None, acknowledged_at__isnull=False),
    "done": Q(done_at__isnull=False),
    "all": Q(),
}


def _late(now: datetime) -> Q:
    grace = F("grace_minutes") * timedelta(minutes=1)
    return Q(done_at=None, due_at__lte=now - grace)


def _fits(term: typed.Term) -> Q:
    fits = Q(pk=None)
    if term.words:
        named = Q()
        for word in term.words:
            named &= _begins(word)
        fits |= named
    if term.birth_dates:
        fits |= Q(birth_date__in=term.birth_dates)
    for mrn in term.mrns:
        fits |= Q(mrn__iexact=mrn)
    for digits in term.last_digits:
        fits |= Q(pk__in=_numbers_ending(digits))
    if term.email:
        addresses = ContactPoint.objects.filter(
            system="email", value__iexact=term.email, ended_at=None
        )
        fits |= Q(pk__in=addresses.values("patient_id"))
    return fits


def _begins(word: str) -> Q:
    return Q(search_name__contains=f" {word}")


def _numbers_ending(digits: str) -> QuerySet[ContactPoint]:
    # Reversed, so that the ending is a beginning, which an index can find.
    numbers = ContactPoint.objects.annotate(backwards=Reverse("value"))
    ending = numbers.filter(
        system="phone", backwards__startswith=digits[::-1], ended_at=None
    )
    return ending.values("patient_id")  # type: ignore[return-value]
