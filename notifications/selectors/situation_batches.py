"""The situations of many subjects at once, as one by one but in few statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from clinics import selectors as clinics
from notifications.domain.subjects import Subject
from notifications.models import Asked, Message
from notifications.selectors import situations
from notifications.selectors.situations import Situation
from patients import selectors as patients
from procedures.follow_up import selectors as follow_ups
from scheduling import selectors as scheduling
from scheduling.waitlist import selectors as waitlist

if TYPE_CHECKING:
    from patients.models import Patient

Rows = Mapping[str, list[Message]]


def load_all(
    subjects: Collection[str], people: "Mapping[UUID, Patient]"
) -> dict[str, Situation]:
    """Return the situation of each subject that still exists, by subject.

    `people` are patients the caller has read just now, by id; whoever is missing is
    read. Raises ValueError for a kind of subject that no messages are planned for.
    """
    keys: dict[str, list[UUID]] = defaultdict(list)
    for subject in subjects:
        kind, _, key = subject.partition(":")
        keys[kind].append(UUID(key))
    known = {"appointment", "asked", "enquiry", "follow_up", "offer", "task", "text"}
    unknown = set(keys) - known
    if unknown:
        raise ValueError(f"no messages are planned for {sorted(unknown)}")
    rows = _rows_of(subjects)
    found = _of_patients(_snapshots(keys, rows), rows, people)
    if keys["text"]:
        found |= situations.of_texts(keys["text"], rows)
    found |= _of_enquiries(keys["enquiry"], rows) | _of_asked(keys["asked"], people)
    return found | _of_tasks(keys["task"], rows)


def _of_asked(
    keys: Collection[UUID], people: "Mapping[UUID, Patient]"
) -> dict[str, Situation]:
    """One by one: few people ask for something at the same time."""
    found = Asked.objects.filter(pk__in=keys) if keys else ()
    return {
        f"asked:{one.pk}": situations.load(
            f"asked:{one.pk}", people.get(one.patient_id) if one.patient_id else None
        )
        for one in found
    }


def _rows_of(subjects: Collection[str]) -> Rows:
    rows: dict[str, list[Message]] = {subject: [] for subject in subjects}
    known = Message.objects.filter(subject__any_of=subjects)
    for row in known.order_by("created_at", "id"):
        rows[row.subject].append(row)
    return rows


def _snapshots(
    keys: Mapping[str, list[UUID]], rows: Rows
) -> list[tuple[Subject, UUID]]:
    """Each subject about a patient, with that patient's id."""
    found: list[tuple[Subject, UUID]] = []
    if ids := keys.get("appointment"):
        booked = scheduling.bare_appointments(ids)
        own = {key: rows[f"appointment:{key}"] for key in booked}
        for key, snapshot in situations.snapshots(list(booked.values()), own).items():
            found.append((snapshot, booked[key].patient_id))
    if ids := keys.get("follow_up"):
        contacts = follow_ups.follow_ups_by_id(ids)
        visits = follow_ups.visits_for(list(contacts.values()))
        calls = situations.calls_asked([f"follow_up:{key}" for key in contacts])
        for key, follow_up in contacts.items():
            check_in = situations.check_in_of(
                follow_up,
                visit_at=visits.get(key),
                called=calls.get(f"follow_up:{key}", frozenset()),
            )
            found.append((check_in, follow_up.episode.patient_id))
    if ids := keys.get("offer"):
        for offer in waitlist.offers_by_id(ids).values():
            offered = situations.offered_of(offer, rows[f"offer:{offer.pk}"])
            found.append((offered, offer.entry.patient_id))
    return found


def _of_patients(
    snapshots: list[tuple[Subject, UUID]],
    rows: Rows,
    people: "Mapping[UUID, Patient]",
) -> dict[str, Situation]:
    wanted = {patient_id for _, patient_id in snapshots}
    known = {key: people[key] for key in wanted & people.keys()}
    if missing := wanted - known.keys():
        known |= patients.patients_by_id(missing)
    _give_clinics(known)
    reaches = situations.reaches_of(list(known.values())) if known else {}
    return {
        snapshot.subject: Situation(
            snapshot=snapshot,
            clinic=known[patient_id].clinic,
            reach=reaches[patient_id][0],
            rows=rows[snapshot.subject],
            patient=known[patient_id],
            contacts=reaches[patient_id][1],
        )
        for snapshot, patient_id in snapshots
    }


def _give_clinics(people: "Mapping[UUID, Patient]") -> None:
    """Locked rows come without their clinic: one statement for all of them."""
    here = clinics.clinics_by_id({person.clinic_id for person in people.values()})
    for person in people.values():
        person.clinic = here[person.clinic_id]


def _of_tasks(task_ids: Collection[UUID], rows: Rows) -> dict[str, Situation]:
    if not task_ids:
        return {}
    tasks = patients.tasks_by_id(task_ids).values()
    urgent = {task.clinic_id for task in tasks if task.is_urgent}
    on_call = {key: clinics.on_call(key) for key in urgent}
    directors = {key: clinics.directors(key) for key in urgent}
    return {
        f"task:{task.pk}": situations.of_alarm(
            task,
            task.clinic,
            on_call[task.clinic_id] if task.is_urgent else [],
            directors[task.clinic_id] if task.is_urgent else [],
            rows[f"task:{task.pk}"],
        )
        for task in tasks
    }


def _of_enquiries(enquiry_ids: Collection[UUID], rows: Rows) -> dict[str, Situation]:
    """Those that still exist: an enquiry is forgotten some day."""
    if not enquiry_ids:
        return {}
    left = patients.enquiries_by_id(enquiry_ids).keys()
    return situations.of_enquiries(left, rows) if left else {}
