"""Everything planning and the gate must know about a subject, read now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from clinics import selectors as clinics
from core.problems import NotFound
from notifications.channels import carried
from notifications.domain import catalogue, replies, states
from notifications.domain.subjects import (
    Alarm,
    Answer,
    CheckIn,
    Enquiry,
    Offered,
    Person,
    Received,
    Subject,
    Visit,
)
from notifications.domain.subjects import Asked as Wish
from notifications.domain.wanted import Reach, base_of
from notifications.models import Asked, InboundText, Message, PlannedCall
from notifications.selectors import inbox
from notifications.selectors.opt_outs import among
from notifications.selectors.visit_snapshots import visit_of, with_others
from patients import selectors as patients
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up.timetable import VISIT
from scheduling import selectors as scheduling
from scheduling.waitlist import selectors as waitlist

if TYPE_CHECKING:
    from clinics.models import Clinic, User
    from patients.models import ContactPoint, Patient, Task
    from patients.models import Enquiry as EnquiryRow
    from procedures.models import FollowUp
    from scheduling.models import Appointment, Offer

ANSWER_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A subject's snapshot, whom it concerns, how they are reached, and its rows."""

    snapshot: Subject
    clinic: "Clinic"
    reach: Reach
    rows: list[Message]
    patient: "Patient | None" = None
    contacts: Mapping[str, "ContactPoint"] = field(default_factory=dict)
    task: "Task | None" = None
    users: Mapping[int, "User"] = field(default_factory=dict)
    enquiry: "EnquiryRow | None" = None
    inbound: InboundText | None = None
    asked: Asked | None = None

    @property
    def subject(self) -> str:
        """Return the text id of the subject."""
        return self.snapshot.subject

    @property
    def lost(self) -> frozenset[str]:
        """Return the keys of messages that never arrive, as `plan` knows them."""
        return frozenset(
            base_of(row.dedupe_key) for row in self.rows if row.state in states.LOST
        )

    @property
    def left(self) -> frozenset[str]:
        """Return the keys of messages that reached the recipient, or may have."""
        return frozenset(
            base_of(row.dedupe_key)
            for row in self.rows
            if row.state in states.SAID and row.misdirected_at is None
        )


def load(subject: str, patient: "Patient | None" = None) -> Situation:
    """Return the situation of an appointment, follow_up, task, offer, enquiry, text or
    wish (asked).

    `patient`, if the caller has read them just now, is a visit's or a wish's.
    Raises core.problems.NotFound, and ValueError for another kind of subject.
    """
    kind, _, key = subject.partition(":")
    known = Message.objects.filter(subject=subject)
    rows = list(known.order_by("created_at", "id"))
    if kind == "appointment":
        return _of_visit(UUID(key), rows, patient)
    if kind == "follow_up":
        return _of_follow_up(UUID(key), rows)
    if kind == "task":
        return _of_task(UUID(key), rows)
    if kind == "offer":
        return _of_offer(UUID(key), rows)
    if kind == "enquiry":
        return of_enquiries([UUID(key)], {subject: rows})[subject]
    if kind == "text":
        return of_texts([UUID(key)], {subject: rows})[subject]
    if kind == "asked":
        return _of_asked(UUID(key), rows, patient)
    raise ValueError(f"no messages are planned for {subject!r}")


def load_new(appointment_id: UUID) -> Situation:
    """Return the situation of a visit booked just now, of which nothing can have been
    told yet. Raises core.problems.NotFound."""
    return _of_visit(appointment_id, [], None)


def _of_visit(
    appointment_id: UUID, rows: list[Message], patient: "Patient | None"
) -> Situation:
    appointment = scheduling.bare_appointment(appointment_id)
    if appointment is None:
        raise NotFound("There is no such visit.")
    # Patient and visit are of one clinic: read once.
    patient = patient or appointment.patient
    patient.clinic = appointment.clinic
    reach, contacts = reach_of(patient)
    return Situation(
        snapshot=snapshots([appointment], {appointment.pk: rows})[appointment.pk],
        clinic=patient.clinic,
        reach=reach,
        rows=rows,
        patient=patient,
        contacts=contacts,
    )


def of_visits(appointments: "Collection[Appointment]") -> dict[UUID, Situation]:
    """The same of many visits, each with its patient; seven statements."""
    subjects = {f"appointment:{visit.pk}": visit.pk for visit in appointments}
    rows: dict[UUID, list[Message]] = {visit.pk: [] for visit in appointments}
    known = Message.objects.filter(subject__in=list(subjects))
    for row in known.order_by("created_at", "id"):
        rows[subjects[row.subject]].append(row)
    reaches = reaches_of([visit.patient for visit in appointments])
    known_as = snapshots(appointments, rows)
    return {
        visit.pk: Situation(
            snapshot=known_as[visit.pk],
            clinic=visit.patient.clinic,
            reach=reaches[visit.patient_id][0],
            rows=rows[visit.pk],
            patient=visit.patient,
            contacts=reaches[visit.patient_id][1],
        )
        for visit in appointments
    }


def snapshots(
    appointments: "Collection[Appointment]", rows: Mapping[UUID, list[Message]]
) -> dict[UUID, Visit]:
    """Return the snapshot of each appointment, given its messages."""
    found = {row.pk: visit_of(row, rows[row.pk]) for row in appointments}
    return with_others(found, appointments, rows)


def _of_follow_up(follow_up_id: UUID, rows: list[Message]) -> Situation:
    follow_up = follow_ups.follow_up(follow_up_id)
    if follow_up is None:
        raise NotFound("There is no such follow-up.")
    patient = patients.patient(follow_up.episode.patient_id)
    reach, contacts = reach_of(patient)
    subject = f"follow_up:{follow_up.pk}"
    return Situation(
        snapshot=check_in_of(
            follow_up,
            visit_at=follow_ups.visits_for([follow_up]).get(follow_up.pk),
            called=calls_asked([subject]).get(subject, frozenset()),
        ),
        clinic=patient.clinic,
        reach=reach,
        rows=rows,
        patient=patient,
        contacts=contacts,
    )


def check_in_of(
    follow_up: "FollowUp", *, visit_at: datetime | None, called: frozenset[str]
) -> CheckIn:
    """Return the snapshot of a contact, its visit and the call asked for it."""
    return CheckIn(
        id=str(follow_up.pk),
        code=follow_up.code,
        target_on=follow_up.target_on,
        window_to=follow_up.window_to,
        is_open=follow_ups.waits(follow_up),
        is_visit=follow_up.mode == VISIT,
        visit_at=visit_at,
        called=called,
        keeps_calls=follow_ups.keeps_calls(follow_up),
    )


def calls_asked(subjects: Collection[str]) -> dict[str, frozenset[str]]:
    """Reasons of calls about these that nobody has made yet; one statement."""
    found: dict[str, set[str]] = {}
    asked = PlannedCall.objects.filter(subject__in=subjects, task__done_at=None)
    for subject, reason in asked.values_list("subject", "reason"):
        found.setdefault(subject, set()).add(reason)
    return {subject: frozenset(reasons) for subject, reasons in found.items()}


def _of_offer(offer_id: UUID, rows: list[Message]) -> Situation:
    offer = waitlist.offer(offer_id)
    patient = offer.entry.patient
    reach, contacts = reach_of(patient)
    return Situation(
        snapshot=offered_of(offer, rows),
        clinic=patient.clinic,
        reach=reach,
        rows=rows,
        patient=patient,
        contacts=contacts,
    )


def offered_of(offer: "Offer", rows: Iterable[Message]) -> Offered:
    """Return the snapshot of an offer and of what its rows have told."""
    return Offered(
        id=str(offer.pk),
        state=offer.state,
        start=offer.hold.start,
        offered_at=offer.announced_at,
        expires_at=offer.hold.expires_at,
        closed_at=offer.answered_at,
        stands=offer.hold.ended_at is None and not waitlist.is_cut_short(offer),
        waits=offer.entry.closed_at is None,
        is_told=any(map(_tells_offer, rows)),
    )


def _tells_offer(row: Message) -> bool:
    left = row.sent_at is not None and row.state != states.UNDELIVERED
    return left and row.kind == catalogue.OFFER and row.misdirected_at is None


def _of_asked(
    asked_id: UUID, rows: list[Message], patient: "Patient | None"
) -> Situation:
    found = Asked.objects.select_related("clinic", "user", "opens").get(pk=asked_id)
    assert found.clinic is not None, "it is planned for a clinic"
    if found.user is not None:
        return _of_user(found, found.clinic, found.user, rows)
    assert found.patient_id is not None
    patient = patient or patients.patient(found.patient_id)
    patient.clinic = found.clinic
    reach, contacts = reach_of(patient)
    return Situation(
        snapshot=Wish(
            id=str(found.pk),
            kind=found.kind,
            asked_at=found.asked_at,
            expires_at=found.expires_at,
            is_open=_opens(found, patient),
        ),
        clinic=found.clinic,
        reach=reach,
        rows=rows,
        patient=patient,
        contacts=contacts,
        asked=found,
    )


def _opens(found: Asked, patient: "Patient") -> bool:
    """True while the link that is sent leads somewhere."""
    link = found.opens
    if link is None or link.revoked_at or link.locked_at:
        return False
    about = load(link.subject, patient).snapshot
    if isinstance(about, Visit):
        return about.is_live and about.revision == link.revision
    return not isinstance(about, Received) and about.is_open


def _of_user(
    found: Asked, clinic: "Clinic", user: "User", rows: list[Message]
) -> Situation:
    """A new password goes by mail; a trial by the channel it was asked for."""
    channel = found.text.rpartition(".")[2] or catalogue.EMAIL
    known = tuple(one for one in channels_of(user) if one == channel)
    return Situation(
        snapshot=Wish(
            id=str(found.pk),
            kind=found.kind,
            asked_at=found.asked_at,
            expires_at=found.expires_at,
            is_open=user.is_active,
            reader=Person(user.pk, known),
        ),
        clinic=clinic,
        reach=Reach(zone=ZoneInfo(clinic.time_zone)),
        rows=rows,
        users={user.pk: user},
        asked=found,
    )


def reach_of(patient: "Patient") -> "tuple[Reach, dict[str, ContactPoint]]":
    """Return how the patient may be reached and the addresses themselves."""
    return reaches_of([patient])[patient.pk]


def reaches_of(
    people: "Collection[Patient]",
) -> "dict[UUID, tuple[Reach, dict[str, ContactPoint]]]":
    """The same of many, by patient; three statements."""
    contacts, consents = patients.contacts_of(people), patients.consents_of(people)
    here = carried()
    refused = among(
        (channel, point.value)
        for known in contacts.values()
        for channel, point in known.items()
    )
    found = {}
    for person in people:
        known = {c: p for c, p in contacts[person.pk].items() if c in here}
        stopped = {
            (channel, scope)
            for channel, point in known.items()
            for scope in refused.get((channel, point.value), ())
        }
        silent = {channel for channel, scope in stopped if scope == replies.ALL}
        reach = Reach(
            zone=patients.zone(person),
            silence=person.standing,
            contacts=frozenset(known.keys() - silent),
            consents=frozenset(consents[person.pk]),
            refused=frozenset(silent),
            stopped=frozenset(stopped),
            preferred=person.preferred_channel,
        )
        found[person.pk] = (reach, contacts[person.pk])
    return found


def of_texts(
    text_ids: Collection[UUID], rows: Mapping[str, list[Message]]
) -> dict[str, Situation]:
    """Return the situation of each inbound text that exists; three statements."""
    known = inbox.texts_by_id(text_ids)
    if missing := set(text_ids) - known.keys():
        raise NotFound(f"There is no such text: {len(missing)}.")
    stopped = among(("sms", text.sender) for text in known.values())
    written: dict[UUID, list[Answer]] = {key: [] for key in known}
    for one in inbox.answers(known):
        written[one.text_id].append(Answer(str(one.pk), one.written_at, one.body))
    return {
        f"text:{key}": Situation(
            snapshot=Received(
                id=str(key),
                received_at=text.created_at,
                answers_with=text.answers_with,
                is_stopped=replies.ALL in stopped.get(("sms", text.sender), ()),
                is_carried="sms" in carried(),
                answers=tuple(written[key]),
            ),
            clinic=text.clinic,
            reach=Reach(
                zone=ZoneInfo(text.clinic.time_zone),
                silence=text.patient.standing if text.patient else "",
            ),
            rows=rows[f"text:{key}"],
            patient=text.patient,
            inbound=text,
        )
        for key, text in known.items()
    }


def of_enquiries(
    enquiry_ids: Collection[UUID], rows: Mapping[str, list[Message]]
) -> dict[str, Situation]:
    """The situations of enquiries, by subject; whoever wrote is no patient yet.

    They are reached by the ways they gave and agreed to. Raises NotFound where one
    is gone.
    """
    found = patients.enquiries_by_id(enquiry_ids)
    if len(found) < len(set(enquiry_ids)):
        raise NotFound("There is no such enquiry.")
    here = carried()
    ways = {
        key: {catalogue.SMS: row.phone, catalogue.EMAIL: row.email}
        for key, row in found.items()
    }
    refused = among(
        (channel, value)
        for known in ways.values()
        for channel, value in known.items()
        if value
    )
    return {
        f"enquiry:{key}": Situation(
            snapshot=Enquiry(
                id=str(key), received_at=row.received_at, is_open=row.closed_at is None
            ),
            clinic=row.clinic,
            reach=Reach(
                zone=ZoneInfo(row.clinic.time_zone),
                contacts=frozenset(
                    channel
                    for channel, value in ways[key].items()
                    if value and channel in here and (channel, value) not in refused
                ),
                consents=frozenset(
                    channel
                    for channel, said_yes in (
                        (catalogue.SMS, row.sms_consent),
                        (catalogue.EMAIL, row.email_consent),
                    )
                    if said_yes
                ),
            ),
            rows=rows[f"enquiry:{key}"],
            enquiry=row,
        )
        for key, row in found.items()
    }


def _of_task(task_id: UUID, rows: list[Message]) -> Situation:
    task = patients.task(task_id)
    clinic = clinics.clinic(task.clinic_id)
    on_call = clinics.on_call(clinic) if task.is_urgent else []
    directors = clinics.directors(clinic) if task.is_urgent else []
    return of_alarm(task, clinic, on_call, directors, rows)


def of_alarm(
    task: "Task",
    clinic: "Clinic",
    on_call: "list[User]",
    directors: "list[User]",
    rows: list[Message],
) -> Situation:
    """Return the situation of a task, given whom its clinic pages."""
    return Situation(
        snapshot=Alarm(
            id=str(task.pk),
            opened_at=task.created_at,
            answer_within=_turn(task),
            is_open=task.is_urgent and not (task.done_at or task.acknowledged_at),
            on_call=_people(on_call),
            directors=_people(directors),
        ),
        clinic=clinic,
        reach=Reach(zone=ZoneInfo(clinic.time_zone)),
        rows=rows,
        task=task,
        users={user.pk: user for user in (*on_call, *directors)},
    )


def _people(users: "Iterable[User]") -> tuple[Person, ...]:
    return tuple(Person(user.pk, channels_of(user)) for user in users)


def _turn(task: "Task") -> timedelta:
    """Return the time each person on call has before the next one is paged."""
    if task.escalate_at is None:
        return ANSWER_WITHIN
    return max(task.escalate_at - task.created_at, timedelta(minutes=1))


def address_of(user: "User", channel: str) -> str:
    """Return the staff member's own address on that channel, "" if none."""
    return user.phone if channel == catalogue.SMS else user.email


def channels_of(user: "User") -> tuple[str, ...]:
    """Return the channels that reach a member of staff, texts first."""
    here = carried()
    return tuple(c for c in catalogue.CHANNELS if c in here and address_of(user, c))
