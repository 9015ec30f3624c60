"""One patient's path as it is played: who they are and what has come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.actor import Actor
from core.refusal import Refused
from demo.people import DemoClinic
from demo.timeline import Timeline
from notifications.selectors.inbox import texts
from notifications.services import inbound, inbox
from patients.services import consents, patients
from procedures.acts import dispatch
from procedures.acts.registry import SCHEMAS
from procedures.episodes import selectors as read_episodes
from procedures.episodes import services as episodes
from procedures.products import selectors as products
from procedures.visits.approval import CONTACT, PREFIX
from scheduling.booking import book as booking
from scheduling.booking.errors import SlotTaken
from scheduling.visit_types.variation import USUAL, Variation
from scheduling.waitlist import entries

if TYPE_CHECKING:
    from patients.models import Patient
    from procedures.models import Episode
    from scheduling.models import Appointment

ANSWERED_AFTER = timedelta(minutes=12)
Data = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPatient:
    """A patient as known at the first call."""

    given_name: str
    family_name: str
    birth_date: date
    phone: str
    mrn: str = ""
    biological_sex: str = ""
    language: str = "en"
    email: str = ""
    sms_consent: bool = True


class Path:
    """Puts the acts of one patient on the timeline, with what they led to so far."""

    def __init__(
        self, world: DemoClinic, timeline: Timeline, person: DemoPatient
    ) -> None:
        self.world, self.timeline, self.person = world, timeline, person
        self.patient_id: UUID | None = None
        self.episode_id: UUID | None = None
        self.visits: dict[str, UUID] = {}

    def register(self, at: datetime, by: str = "coordinator") -> None:
        def run(now: datetime) -> "Patient":
            person = self.person
            patient = patients.register(
                clinic_id=self.world.clinic.pk,
                given_name=person.given_name,
                family_name=person.family_name,
                birth_date=person.birth_date,
                phone=person.phone,
                email=person.email,
                language=person.language,
                sms_consent=person.sms_consent,
                mrn=person.mrn,
                biological_sex=person.biological_sex,
                by=self.world.actor(by),
                now=now,
            )
            self.patient_id = patient.pk
            return patient

        self.timeline.add(at, "register", run)

    def open(self, at: datetime, *targets: Mapping[str, str]) -> None:
        def run(now: datetime) -> "Episode":
            assert self.patient_id is not None
            episode = episodes.open_episode(
                patient_id=self.patient_id,
                clinic_id=self.world.clinic.pk,
                targets=targets,
                by=self.world.actor("coordinator"),
                now=now,
            )
            self.episode_id = episode.pk
            return episode

        self.timeline.add(at, "open the episode", run)

    def book(
        self,
        at: datetime,
        visit_type: str,
        start: datetime,
        name: str,
        *,
        contact: str = "",
        variation: Variation = USUAL,
        by_patient: bool = False,
    ) -> None:
        """Book a visit under that name; `contact` is the follow-up it is for.

        The coordinator books it, or the patient by a link.
        """

        def at_start(start: datetime, now: datetime) -> "Appointment | Refused":
            assert self.patient_id is not None
            return booking.book(
                clinic_id=self.world.clinic.pk,
                patient_id=self.patient_id,
                visit_type=visit_type,
                start=start,
                subject=self.subject(contact),
                variation=variation,
                by=self.patient() if by_patient else self.world.actor("coordinator"),
                now=now,
            )

        def run(now: datetime) -> "Appointment | Refused":
            try:
                booked = at_start(start, now)
            except SlotTaken as taken:
                # On some dates the cases and the clinic around them meet.
                booked = at_start(taken.alternatives[0].start, now)
            if not isinstance(booked, Refused):
                self.visits[name] = booked.pk
            return booked

        self.timeline.add(at, f"book {visit_type}", run)

    def patient(self) -> Actor:
        """The patient as somebody who acts."""
        assert self.patient_id is not None
        return Actor("patient", str(self.patient_id), role="patient")

    def subject(self, contact: str = "") -> str:
        """Return the subject of this path's visits."""
        if self.episode_id is None:
            return ""
        return f"{PREFIX}{self.episode_id}{CONTACT if contact else ''}{contact}"

    def visit(self, at: datetime, act: str, name: str, by: str = "coordinator") -> None:
        """Confirm, arrive, check in, fulfil, cancel or miss the visit of that name."""

        def run(now: datetime) -> object:
            return getattr(booking, act)(
                appointment_id=self.visits[name], by=self.world.actor(by), now=now
            )

        self.timeline.add(at, f"{act} {name}", run)

    def take_no_texts(self, at: datetime) -> None:
        """Withdraw the consent to texts: from then on this person is telephoned."""

        def run(now: datetime) -> object:
            assert self.patient_id is not None
            return consents.withdraw(
                patient_id=self.patient_id,
                channel="sms",
                by=self.world.actor("coordinator"),
                now=now,
            )

        self.timeline.add(at, "take no texts", run)

    def write(self, at: datetime, body: str, answer: str = "") -> None:
        """Let a text of the patient come in; the coordinator answers it at once."""
        clinic = self.world.clinic
        event_id = f"{self.person.phone} {at:%Y%m%d%H%M}"

        def come(now: datetime) -> None:
            inbound.receive(
                provider="file",
                event_id=event_id,
                sender=self.person.phone,
                recipient=clinic.phone,
                body=body,
                received_at=now,
                now=now,
            )

        def reply(now: datetime) -> object:
            (text,) = texts(clinic.pk, "all").filter(event_id=event_id)
            return inbox.answer(
                text_id=text.pk,
                clinic_id=clinic.pk,
                body=answer,
                by=self.world.actor("coordinator"),
                now=now,
            )

        self.timeline.add(at, "write a text", come)
        if answer:
            self.timeline.add(at + ANSWERED_AFTER, "answer the text", reply)

    def wait(self, at: datetime, name: str, notice: timedelta, until: date) -> None:
        """Go on the waiting list to come sooner with the visit of that name."""

        def run(now: datetime) -> object:
            assert self.patient_id is not None
            return entries.add(
                clinic_id=self.world.clinic.pk,
                patient_id=self.patient_id,
                appointment_id=self.visits[name],
                minimum_notice=notice,
                valid_from_on=at.date(),
                valid_to_on=until,
                by=self.world.actor("coordinator"),
                now=now,
            )

        self.timeline.add(at, f"wait with {name}", run)

    def act(
        self, at: datetime, act: str, by: str, data: Data, second: str = ""
    ) -> None:
        """Do an act of the episode; `data` may be made when its turn comes."""
        self.timeline.add(at, act, lambda now: self.perform(act, by, data, now, second))

    def try_act(self, at: datetime, act: str, by: str, data: Data) -> None:
        """An act the story expects to be refused, on record."""

        def run(now: datetime) -> None:
            answer = self.perform(act, by, data, now)
            assert isinstance(answer, Refused), f"{act} was not refused"

        self.timeline.add(at, f"try {act}", run)

    def perform(
        self, act: str, by: str, data: Data, now: datetime, second: str = ""
    ) -> "Episode | Refused":
        assert self.episode_id is not None
        meaning = SCHEMAS[act].signature
        return dispatch.perform(
            episode_id=self.episode_id,
            act=act,
            data=data() if callable(data) else data,
            version=None,
            by=self.world.actor(by),
            now=now,
            signature=self.world.proof(by, now, meaning) if meaning else None,
            second_person=self.world.proof(second, now) if second else None,
        )

    def episode(self) -> "Episode":
        assert self.episode_id is not None
        found = read_episodes.episode(self.episode_id, self.world.clinic.pk)
        assert found is not None
        return found

    def target_ids(self) -> list[str]:
        targets = sorted(self.episode().targets.all(), key=lambda one: one.position)
        return [str(target.pk) for target in targets]

    def product(self, kind: str) -> str:
        """The printed id of this episode's aspirate ("A") or concentrate ("C")."""
        rows = products.of_episode(self.episode())
        return next(row.code for row in rows if row.kind == kind)
