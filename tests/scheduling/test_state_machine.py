"""A day lived at random, act by act, against a small model that says what must be."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import events
from core.problems import Problem
from core.refusal import Refused
from scheduling.absences import services as absences
from scheduling.booking import book as booking
from scheduling.booking import holds
from scheduling.consistency import checks as booking_checks
from scheduling.models import Hold, Reservation
from scheduling.setup import services as clinic_setup
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from scheduling.waitlist import acceptance, ends, offers
from tests.factories import scheduling as make
from tests.factories import waitlist as waiting
from tests.factories.scheduling import BY, minutes
from tests.scheduling.lived_days import EIGHT, as_modelled, at_minute, pick
from tests.scheduling.small_model import (
    CARE,
    HOLD_LASTS,
    HOLDS_PER_PATIENT,
    NEEDS,
    TALK,
    Item,
    Model,
)

RUNS, STEPS = 500, 20
BEGINS = -60  # the clock starts at seven
ACTS = {
    *("accept", "add_exception", "book", "cancel", "end_absence", "hold", "move"),
    *("no_show", "offer", "open_absence", "undo_no_show"),
}
WHY_NOT = {"SlotTaken", "PatientBusy", "InvalidStart", "status", "OfferGone"}
KINDS = ("clinician", "consult_room", "nurse")

starts = st.integers(0, 15).map(lambda n: 15 * n)
kinds = st.sampled_from([TALK, TALK, CARE])
patients = st.integers(0, 3)
any_one = st.integers(0, 30)


class Day(RuleBasedStateMachine):
    """Acts on the clinic and in the model alike; a run is undone when it ends."""

    at: make.Practice
    people: list
    outcomes: Counter = Counter()  # (act, why not): how often

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.model = Model(BEGINS)
        self.rows = {}  # the stored row of each item of the model
        self.entries = {}
        self.offers = []  # (stored offer, its hold in the model, its patient)

    def teardown(self):
        self.expire()
        assert booking_checks.findings(self.now) == []
        transaction.savepoint_rollback(self.savepoint)

    # --- acts ---------------------------------------------------------------

    @rule(kind=kinds, start=starts, who=patients)
    def book(self, kind, start, who):
        expected = self.model.why_not(kind, start, who)
        told, row = self.do(
            booking.book,
            clinic_id=self.at.clinic.pk,
            patient_id=self.people[who].pk,
            visit_type=kind,
            start=at_minute(start),
        )
        assert told == expected
        if not expected:
            self.keep(self.model.visits, Item(kind, start, who), row)

    @rule(kind=kinds, start=starts, who=st.none() | patients)
    def hold(self, kind, start, who):
        expected = self.model.why_not(kind, start, who)
        too_many = self.model.holds_of(who) >= HOLDS_PER_PATIENT
        if expected != "InvalidStart" and too_many:
            expected = "too-many-holds"
        told, row = self.do(
            holds.hold,
            clinic_id=self.at.clinic.pk,
            patient_id=None if who is None else self.people[who].pk,
            visit_type=kind,
            start=at_minute(start),
        )
        assert told == expected
        if not expected:
            expires = min(self.model.now + HOLD_LASTS, start)
            self.keep(self.model.holds, Item(kind, start, who, expires), row)

    @precondition(lambda self: self.model.holds)
    @rule(which=any_one, who=patients)
    def confirm(self, which, who):
        hold = pick(self.model.holds, which)
        expected = ""
        if hold.patient not in {None, who}:
            expected = "NotFound"
        elif not self.model.is_whole(hold):
            expected = "SlotTaken"
        elif self.model.is_busy(who, hold.kind, hold.start):
            expected = "PatientBusy"
        told, row = self.do(
            booking.book,
            clinic_id=self.at.clinic.pk,
            patient_id=self.people[who].pk,
            hold_id=self.rows[hold].pk,
        )
        assert told == expected
        if not expected:
            self.rows[self.model.confirm(hold, who)] = row

    @rule()
    def expire(self):
        holds.release_expired_holds(by=BY, now=self.now)
        ends.close_offer_batches(by=BY, now=self.now)
        self.model.expire()

    @precondition(lambda self: self.model.visits)
    @rule(which=any_one, start=starts)
    def move(self, which, start):
        visit = pick(self.model.visits, which)
        expected = self.model.why_not(visit.kind, start, visit.patient, visit)
        if not visit.stands:
            expected = "status"
        elif start == visit.start:
            expected = "InvalidStart"
        row = self.rows[visit]
        told, moved = self.do(
            booking.move,
            appointment_id=row.pk,
            version=row.version,
            start=at_minute(start),
            reason="patient asked",
        )
        assert told == expected
        if not expected:
            self.rows[visit] = moved
            self.model.take(visit, start)

    @precondition(lambda self: self.model.visits)
    @rule(which=any_one)
    def cancel(self, which):
        visit = pick(self.model.visits, which)
        row = self.rows[visit]
        told, row = self.do(
            booking.cancel,
            appointment_id=row.pk,
            version=row.version,
            reason="patient asked",
        )
        assert told == ("" if visit.stands else "status")
        if visit.stands:
            visit.stands, self.rows[visit] = False, row
            self.model.give_up(visit)

    @precondition(lambda self: self.model.visits)
    @rule(which=any_one, waits=st.integers(0, 3))
    def miss(self, which, waits):
        """Some wait for the patient until the visit was due, most look too early."""
        visit = pick(self.model.visits, which)
        if not waits and visit.stands:
            self.model.now = max(self.model.now, visit.start)
        row, early = self.rows[visit], self.model.now < visit.start
        expected = "status" if not visit.stands else "not-yet" if early else ""
        told, row = self.do(booking.no_show, appointment_id=row.pk, version=row.version)
        assert told == expected
        if not expected:
            visit.stands, visit.missed, self.rows[visit] = False, True, row
            self.model.give_up(visit)

    @precondition(lambda self: any(v.missed for v in self.model.visits))
    @rule(which=any_one)
    def come_after_all(self, which):
        visit = pick([v for v in self.model.visits if v.missed], which)
        expected = ""
        if self.model.is_busy(visit.patient, visit.kind, visit.start):
            expected = "PatientBusy"
        elif not self.model.is_free(visit.kind, visit.start):
            expected = "SlotTaken"
        row = self.rows[visit]
        told, row = self.do(
            booking.undo_no_show, appointment_id=row.pk, version=row.version
        )
        assert told == expected
        if not expected:
            visit.stands, visit.missed, self.rows[visit] = True, False, row
            self.model.take(visit, visit.start)

    @precondition(lambda self: len(self.model.absences) < 4)
    @rule(who=st.sampled_from(KINDS), start=starts, lasts=st.integers(1, 8))
    def absence(self, who, start, lasts):
        span = (who, start, start + 15 * lasts)
        told, row = self.do(
            absences.open_absence,
            clinic_id=self.at.clinic.pk,
            resource_id=self.at.one(who).pk,
            start=at_minute(span[1]),
            end=at_minute(span[2]),
            kind="ill",
        )
        assert told == ("" if self.can_be_absent(span) else "Invalid")
        if not told:
            self.model.go_absent(span)
            self.rows[self.model.absences[-1][0]] = row

    @precondition(lambda self: self.model.absences)
    @rule(which=any_one)
    def come_back(self, which):
        away, span = pick(self.model.absences, which)
        over = not away.stands or span[2] <= self.model.now
        told, _ = self.do(
            absences.end_absence,
            absence_id=self.rows[away].pk,
            clinic_id=self.at.clinic.pk,
        )
        assert told == ("AbsenceOver" if over else "")
        if not over:
            self.model.come_back(away)

    # Few at a time, or nothing could be booked any more.
    @precondition(lambda self: len(self.model.closed) < 2)
    @rule(
        who=st.sampled_from(["", "clinician"]),
        start=starts,
        lasts=st.integers(1, 4),
    )
    def close(self, who, start, lasts):
        end = min(start + 15 * lasts, 239)
        self.do(
            clinic_setup.add_exception,
            clinic_id=self.at.clinic.pk,
            resource_id=self.at.one(who).pk if who else None,
            kind="closed",
            applies_on=EIGHT.date(),
            local_start=at_minute(start).time(),
            local_end=at_minute(end).time(),
        )
        self.model.closed.append((who, start, end))

    @rule(start=starts, chosen=st.sets(patients, min_size=1, max_size=3))
    def offer(self, start, chosen):
        entries = [self.entry_of(who) for who in sorted(chosen)]
        is_free = not self.model.why_not(TALK, start, None)
        told, row = self.do(
            offers.offer,
            clinic_id=self.at.clinic.pk,
            visit_type=TALK,
            start=at_minute(start),
            entries=[entry.pk for entry in entries],
            lasts=minutes(HOLD_LASTS),
        )
        # Whom an opening suits has tests of its own; here: it must be there.
        assert is_free or told
        if not told:
            left = Hold.objects.get(pk=row.pk).expires_at - self.now
            expires = self.model.now + left // minutes(1)
            hold = self.keep(self.model.holds, Item(TALK, start, None, expires), row)
            who_of = {entry.pk: who for who, entry in self.entries.items()}
            self.offers += [
                (offer, hold, who_of[offer.entry_id]) for offer in row.offers.all()
            ]

    @precondition(lambda self: self.offers)
    @rule(which=any_one)
    def accept(self, which):
        offer, hold, who = pick(self.offers, which)
        before = type(offer).objects.get(pk=offer.pk).state
        expected = ""
        if before != "accepted":
            open_still = before == "offered" and self.model.is_whole(hold)
            if not open_still:
                expected = "OfferGone"
            elif self.model.is_busy(who, hold.kind, hold.start):
                expected = "PatientBusy"
        told, row = self.do(acceptance.accept, offer_id=offer.pk)
        assert told == expected
        if not expected and before != "accepted":
            self.rows[self.model.confirm(hold, who)] = row
            del self.entries[who]

    @rule(forward=st.sampled_from([5, 15, 60]))
    def tick(self, forward):
        self.model.now += forward

    # --- what must always be ------------------------------------------------

    @invariant()
    def the_tables_have_what_the_model_has(self):
        live = Reservation.objects.filter(released_at=None)
        rows = live.select_related("resource").order_by("pk")
        assert sorted(map(as_modelled, rows)) == self.model.live()

    @invariant()
    def nothing_is_taken_twice_or_by_nobody(self):
        asked = ["overlaps", "owners", "patients"]
        assert booking_checks.findings(self.now, asked) == []

    # --- helpers ------------------------------------------------------------

    @property
    def now(self):
        return at_minute(self.model.now)

    def do(self, act, **wishes):
        """("", what it gave), or (why not, None)."""
        why_not, done = self.tell(act, wishes)
        self.outcomes[act.__name__, why_not] += 1
        return why_not, done

    def tell(self, act, wishes):
        try:
            with transaction.atomic():
                done = act(**wishes, by=BY, now=self.now)
        except Problem as problem:
            return type(problem).__name__, None
        if isinstance(done, Refused):
            return done.reasons[0].code, None
        return "", done

    def keep(self, items, item, row):
        self.model.take(item, item.start)
        items.append(item)
        self.rows[item] = row
        return item

    def can_be_absent(self, span):
        others = [other for away, other in self.model.absences if away.stands]
        free = not any(
            other[0] == span[0] and other[1] < span[2] and span[1] < other[2]
            for other in others
        )
        return span[2] > self.model.now and free

    def entry_of(self, who):
        if who not in self.entries:
            self.entries[who] = waiting.entry(
                self.at, self.people[who], visit_type=TALK
            )
        return self.entries[who]


@pytest.fixture
def clinic(db, monkeypatch):
    """The clinic all days are lived at; nobody listens, as that is not the question."""
    monkeypatch.setattr(events, "publish", lambda event: None)
    at = make.practice(
        dict.fromkeys(KINDS, 1),
        hours={
            weekday: [(EIGHT.time(), at_minute(240).time())] for weekday in range(7)
        },
        ship=False,
    )
    for kind, needs in NEEDS.items():
        phases = (
            PhaseSpec(f"Phase {n}", a, b - a, (NeedSpec((who,), after=after),))
            for n, (who, a, b, after) in enumerate(needs)
        )
        make.visit_type(at.clinic, *phases, slug=kind)
    monkeypatch.setattr(Day, "at", at, raising=False)
    people = [at.patient() for _ in range(4)]
    monkeypatch.setattr(Day, "people", people, raising=False)


@pytest.mark.usefixtures("clinic")
def test_days_lived_at_random_are_as_the_model_says():
    run_state_machine_as_test(
        Day,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

    done = {act for act, why_not in Day.outcomes if not why_not}
    assert done == ACTS
    assert {why_not for _, why_not in Day.outcomes} >= WHY_NOT
