"""Two patients on the waiting list for the opening that C3 leaves; one says yes."""

from datetime import datetime, timedelta
from uuid import UUID

from core.actor import Actor, job
from core.refusal import Refused
from demo import c1, consultation
from demo.cases import DemoCase
from demo.path import Path
from demo.people import DemoClinic
from demo.procedure_day import ProcedureDay
from demo.surroundings import Procedure, like_c1
from demo.timeline import Timeline
from scheduling.waitlist import acceptance, ends, entries, offers
from scheduling.waitlist import selectors as waiting

VISIT = "procedure"
# Beside the numbers of those around today.
FIRST_NUMBER = 10


class Standby:
    """Approved like C1, and ready to come at short notice; the first waits longest."""

    def __init__(self, world: DemoClinic, timeline: Timeline, case: DemoCase) -> None:
        self.world, self.timeline, self.case = world, timeline, case
        self.facts = case.replay["standby"]
        self.cases = [self._case(n) for n in range(len(self.facts["people"]))]
        self.paths = [self._approve(one) for one in self.cases]
        self.entries: list[UUID] = []
        for number, path in enumerate(self.paths):
            self._wait(path, self.facts["people"][number]["since"])

    def _case(self, number: int) -> DemoCase:
        person = self.facts["people"][number]
        procedure = Procedure(
            day=0,
            later_by_minutes=self.facts["later_by_minutes"],
            name=person["name"],
            born=person["born"],
            sex=person["sex"],
        )
        day = self.case.on(self.case.facts["first_booking"]["date"])
        return like_c1(procedure, day, FIRST_NUMBER + number)

    def _approve(self, case: DemoCase) -> Path:
        path = consultation.begin(self.world, self.timeline, case)
        consultation.consult(path, case)
        consultation.decide(path, case)
        return path

    def _wait(self, path: Path, since: str) -> None:
        def run(now: datetime) -> None:
            assert path.patient_id is not None
            entry = entries.add(
                clinic_id=self.world.clinic.pk,
                patient_id=path.patient_id,
                visit_type=self.case.replay["first_booking"]["visit_type"],
                subject=path.subject(),
                minimum_notice=timedelta(hours=24),
                valid_from_on=self.case.on(self.facts["from"]),
                valid_to_on=self.case.on(self.facts["until"]),
                by=self.world.actor("coordinator"),
                now=now,
            )
            self.entries.append(entry.pk)

        self.timeline.add(self.case.at(since), "wait for an opening", run)

    def offer(self, giver: Path, visit: str) -> None:
        """Offer both what `giver` gave up; the first comes, the second is told."""
        offered, accepted = (
            self.case.at(self.facts[name]) for name in ("offered", "accepted")
        )
        self.timeline.add(offered, "offer", lambda now: self._offer(giver, visit, now))
        self.timeline.add_job(offered, "tell of the offer", _tell)
        self.timeline.add(accepted, "accept", self._accept)
        self.timeline.add_job(accepted, "tell the others", _tell)
        self._come()

    def _offer(self, giver: Path, visit: str, now: datetime) -> object:
        clinic_id = self.world.clinic.pk
        freed = waiting.freed_openings(clinic_id).get(appointment=giver.visits[visit])
        return offers.offer(
            clinic_id=clinic_id,
            freed_id=freed.pk,
            entries=self.entries,
            by=self.world.actor("coordinator"),
            now=now,
        )

    def _accept(self, now: datetime) -> object:
        winner = self.paths[0]
        assert winner.patient_id is not None
        (offer,) = waiting.open_offers_of(winner.patient_id)
        booked = acceptance.accept(
            offer_id=offer.pk,
            by=Actor("patient", str(winner.patient_id), role="patient"),
            now=now,
        )
        if not isinstance(booked, Refused):
            winner.visits[VISIT] = booked.pk
        return booked

    def _come(self) -> None:
        """The day of the first, and what they tell later, as in C1."""
        path, case = self.paths[0], self.cases[0]
        day = ProcedureDay(path, case)
        day.prepare()
        day.play()
        c1.follow_up(path, case)


def _tell(now: datetime) -> None:
    by = job("close_offer_batches")
    ends.close_offer_batches(by=by, now=now)
    ends.announce_offers(by=by, now=now)
