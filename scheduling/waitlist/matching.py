"""For whom an opening is: who waits for it in fair order, and why others do not fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.problems import Invalid
from scheduling.booking.rules import Ask, reasons_against, resolved
from scheduling.booking.status import LIVE
from scheduling.models import Appointment, FreedOpening, WaitlistEntry
from scheduling.openings.candidates import Opening
from scheduling.openings.search import World, opening_at, search_days, without, world_of
from scheduling.visit_types.plan import PhasePlan, Plan
from scheduling.visit_types.selectors import VisitKind, visit_kind, with_phases
from scheduling.visit_types.variation import Variation
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.fit import (
    OTHER_KIND,
    Place,
    Unsuited,
    Waiting,
    against,
    fair_order,
    why_nobody,
)

_LIVE = [status.value for status in LIVE]
_CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True)
class Match:
    """One entry and the opening it would get, or the reasons why not.

    `entry` carries its patient, visit type and appointment.
    """

    entry: WaitlistEntry
    waiting: Waiting
    reasons: tuple[Unsuited, ...] = ()
    plan: Plan | None = None
    opening: Opening | None = None

    @property
    def fits(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Matches:
    """Entries that fit, in the order they are asked, and the `others`.

    The others come longest waiting first, and last those who wait for another kind of
    visit.
    """

    kind: VisitKind
    start: datetime
    fitting: tuple[Match, ...]
    others: tuple[Match, ...]

    @property
    def why_nobody(self) -> str:
        """One reason for each of the others: "2 need 7 days’ notice"; empty only if
        everybody on the list fits."""
        if not self.fitting and not self.others:
            return "Nobody is on the waiting list."
        return why_nobody(match.reasons[0] for match in self.others)

    def batch(self, size: int) -> tuple[Match, ...]:
        """The first `size` who can share one offered opening with the first."""
        sharing = [
            m for m in self.fitting if not why_not_shared(self.fitting[0], m, self.kind)
        ]
        return tuple(sharing[:size])


def matches(*, freed: FreedOpening, now: datetime) -> Matches:
    """Match who waits with what became free. Raises Invalid if its type is retired."""
    kind = visit_kind(clinic_id=freed.clinic_id, visit_type=freed.visit_type.slug)
    return matches_at(kind, freed.during.lower, now=now, freed_id=freed.pk)


def matches_at(
    kind: VisitKind, start: datetime, *, now: datetime, freed_id: UUID | None = None
) -> Matches:
    """Match who waits with a visit of this kind at this start, freed or just open.

    Entries for another kind are among the others, for the reason only.
    """
    rows = list(waitlist.candidates(kind.clinic_id, freed_id))
    alike = [row for row in rows if row.visit_type.slug == kind.slug]
    plans = {row.pk: _plan_or_fault(row, kind) for row in alike}
    look = _Look(kind, start, now, plans, _busy(alike, kind, start, plans))
    by_id = {str(row.pk): row for row in rows}
    ordered = fair_order(waitlist.as_waiting(row) for row in rows)
    judged = [look.judge(by_id[waiting.id], waiting) for waiting in ordered]
    others = sorted((m for m in judged if not m.fits), key=_by_kind_and_wait)
    return Matches(kind, start, tuple(m for m in judged if m.fits), tuple(others))


def _by_kind_and_wait(match: Match) -> tuple[bool, datetime]:
    return match.reasons[0] is OTHER_KIND, match.waiting.since


def why_not_shared(first: Match, other: Match, kind: VisitKind) -> tuple[Unsuited, ...]:
    """Return why `other` cannot be offered the very opening `first` gets; else ()."""
    assert first.plan, "only those who fit share"
    assert other.plan, "only those who fit share"
    assert first.opening, "only those who fit share"
    if _shape(other.plan) != _shape(first.plan):
        minutes = first.plan.length_minutes
        text = (
            f"Needs {other.plan.length_minutes} minutes or other resources; this "
            f"batch is for a visit of {minutes} minutes."
        )
        return (Unsuited("other-visit", text, "a visit of another length"),)
    place = _place(kind, first.opening)
    return tuple(
        reason
        for reason in against(other.waiting, place, place.start)
        if reason.code == "clinician"
    )


def clinician_for(batch: Sequence[Match]) -> int | None:
    """Return who must serve the batch's opening, None if nobody in it minds."""
    opening = batch[0].opening
    assert opening is not None, "a batch is of those who fit"
    if not any(match.waiting.wishes.names_clinicians for match in batch):
        return None
    return min(_clinicians_of(opening), default=None)


@dataclass(frozen=True, slots=True)
class _Look:
    """One opening, looked at for many."""

    kind: VisitKind
    start: datetime
    now: datetime
    plans: Mapping[UUID, Plan | Unsuited]
    busy: frozenset[UUID]
    worlds: dict[tuple[object, ...], World] = field(default_factory=dict)
    known: dict[tuple[object, ...], Opening | None] = field(default_factory=dict)

    def judge(self, entry: WaitlistEntry, waiting: Waiting) -> Match:
        place = Place(visit_type=self.kind.slug, start=self.start, zone=self.kind.zone)
        unsuited = against(waiting, place, self.now)
        if OTHER_KIND in unsuited:
            return Match(entry, waiting, unsuited)
        reasons = [*_standing(entry), *unsuited]
        if entry.pk in self.busy:
            text = "Has another visit at the clinic then."
            reasons.append(Unsuited("busy", text, "another time"))
        reasons = reasons or self._rules(entry)
        if reasons:
            return Match(entry, waiting, tuple(reasons))
        return self._find(entry, waiting)

    def _rules(self, entry: WaitlistEntry) -> list[Unsuited]:
        found = reasons_against(self.ask(entry))
        return [Unsuited(r.code, r.text, "clearance first") for r in found]

    def ask(self, entry: WaitlistEntry) -> Ask:
        return ask_of(entry, self.kind, self.start, self.now)

    def _find(self, entry: WaitlistEntry, waiting: Waiting) -> Match:
        plan = self.plans[entry.pk]
        if isinstance(plan, Unsuited):
            return Match(entry, waiting, (plan,))
        opening = self._opening(plan, None)
        if opening is None:
            text = f"There is no room then for its {plan.length_minutes} minutes."
            reason = Unsuited("no-room", text, "more time or other resources")
            return Match(entry, waiting, (reason,))
        if not waiting.wishes.names_clinicians:
            return Match(entry, waiting, (), plan, opening)
        return self._with_clinician(entry, waiting, plan)

    def _with_clinician(
        self, entry: WaitlistEntry, waiting: Waiting, plan: Plan
    ) -> Match:
        reasons: Sequence[Unsuited] = ()
        for clinician in self._clinicians(plan):
            opening = self._opening(plan, clinician)
            if opening is None:
                continue
            reasons = against(waiting, _place(self.kind, opening), self.now)
            if not reasons:
                return Match(entry, waiting, (), plan, opening)
        text = "Nobody of the clinicians wished for is free then."
        fallback = Unsuited("clinician", text, "another clinician")
        return Match(entry, waiting, tuple(reasons) or (fallback,))

    def _clinicians(self, plan: Plan) -> list[int]:
        members = self._world(plan).members
        return [unit.ref.id for unit in members if unit.ref.kind == _CLINICIAN]

    def _opening(self, plan: Plan, clinician: int | None) -> Opening | None:
        key = (_shape(plan), clinician)
        if key not in self.known:
            others = set() if clinician is None else set(self._clinicians(plan))
            world = without(self._world(plan), frozenset(others - {clinician}))
            self.known[key] = opening_at(world, self.start, now=self.now)
        return self.known[key]

    def _world(self, plan: Plan) -> World:
        """Read once for all visits of one shape."""
        key = _shape(plan)
        if key not in self.worlds:
            days = search_days(self.start, plan, self.kind.zone)
            self.worlds[key] = world_of(self.kind, plan, *days)
        return self.worlds[key]


def ask_of(
    entry: WaitlistEntry, kind: VisitKind, start: datetime, now: datetime
) -> Ask:
    """Return what to ask the rules: the entry's own visit moves, or one is offered."""
    own = waitlist.visit_to_move(entry)
    if own is not None:
        return Ask("move", kind, entry.patient, start, own.subject, now)
    return resolved(Ask("offer", kind, entry.patient, start, entry.subject, now))


def plan_of(entry: WaitlistEntry, kind: VisitKind) -> Plan | None:
    """The visit this entry needs.

    None if its own visit, which would move, has other phases than `kind` has today.
    Raises Invalid.
    """
    own = waitlist.visit_to_move(entry)
    plan = kind.varied(variation_of(entry))
    if own is None:
        return plan
    if own.visit_type_id != kind.id:
        return None
    stamped = [
        PhasePlan(row.phase_id, row.name, row.offset_minutes, row.duration_minutes)
        for row in own.phases.all()
    ]
    as_booked = with_phases(plan, stamped)
    return plan if _shape(as_booked) == _shape(plan) else None


def _plan_or_fault(entry: WaitlistEntry, kind: VisitKind) -> Plan | Unsuited:
    try:
        plan = plan_of(entry, kind)
    except Invalid as fault:
        return Unsuited("variation", str(fault), "another kind of visit")
    text = "Their visit has other phases than such a visit has today."
    return plan or Unsuited("version", text, "a move by hand")


def variation_of(entry: WaitlistEntry) -> Variation:
    own = waitlist.visit_to_move(entry)
    return Variation.from_data(own.variation if own else entry.variation)


def _shape(plan: Plan) -> tuple[object, ...]:
    """Return the traits two visits must share to take the same time and resources."""
    phases = ((p.id, p.offset_minutes, p.duration_minutes) for p in plan.phases)
    return (*phases, *(need.id for need in plan.needs))


def _place(kind: VisitKind, opening: Opening) -> Place:
    return Place(
        visit_type=kind.slug,
        start=opening.start,
        zone=kind.zone,
        clinicians=_clinicians_of(opening),
    )


def _clinicians_of(opening: Opening) -> frozenset[int]:
    return frozenset(
        resource.id
        for phase in opening.phases
        for resource in phase.resources
        if resource.kind == _CLINICIAN
    )


def _standing(entry: WaitlistEntry) -> list[Unsuited]:
    if entry.has_offer:  # type: ignore[attr-defined]
        text = "Has an offer that is still open."
        return [Unsuited("has-offer", text, "to answer another offer first")]
    if entry.had_this:  # type: ignore[attr-defined]
        text = "Was offered this opening before."
        return [Unsuited("had-this", text, "another opening than this one")]
    return []


def _busy(
    rows: Sequence[WaitlistEntry],
    kind: VisitKind,
    start: datetime,
    plans: Mapping[UUID, Plan | Unsuited],
) -> frozenset[UUID]:
    """Entries whose patient has another visit in person during theirs; their own one
    that moves is none."""
    ends = {
        row.pk: start + timedelta(minutes=plan.length_minutes)
        for row in rows
        if isinstance(plan := plans[row.pk], Plan)
    }
    if not kind.in_person or not ends:
        return frozenset()
    visits = Appointment.objects.filter(
        patient__in={row.patient_id for row in rows},
        in_person=True,
        status__in=_LIVE,
        during__overlap=DateTimeTZRange(start, max(ends.values())),
    ).exclude(pk__in=[row.appointment_id for row in rows if row.appointment_id])
    found = [(visit.patient_id, visit.start) for visit in visits]
    return frozenset(
        row.pk
        for row in rows
        for patient_id, begins in found
        if patient_id == row.patient_id and row.pk in ends and begins < ends[row.pk]
    )
