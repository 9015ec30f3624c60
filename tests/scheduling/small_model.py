"""A small model of one clinic's day: what booking must do, without any of its code.

Times are minutes after eight. There is one resource of each kind, so that who serves
a visit is never a question; only whether it can be, and what is taken then.
"""

from dataclasses import dataclass, field

OPEN = (0, 240)
TALK, CARE = "talk", "care"
LENGTH = {TALK: 30, CARE: 45}
# (resource, from, to, minutes of cleaning after)
NEEDS = {
    TALK: [("clinician", 0, 30, 0), ("consult_room", 0, 30, 15)],
    CARE: [("nurse", 0, 15, 0), ("clinician", 15, 45, 0), ("consult_room", 0, 45, 0)],
}
HOLD_LASTS, HOLDS_PER_PATIENT = 10, 2

Claim = tuple[str, int, int]  # resource, from, to


@dataclass(eq=False)
class Item:
    """A visit, hold or absence; `expires` is a hold's. Over: it `stands` no more; a
    visit nobody came to is `missed`."""

    kind: str
    start: int
    patient: int | None = None
    expires: int | None = None
    stands: bool = True
    missed: bool = False
    claims: set[Claim] = field(default_factory=set)


def overlap(a: Claim, b: Claim) -> bool:
    return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]


def claims_of(kind: str, start: int) -> set[Claim]:
    return {(who, start + a, start + b + after) for who, a, b, after in NEEDS[kind]}


class Model:
    def __init__(self, now: int) -> None:
        self.now = now
        self.visits: list[Item] = []
        self.holds: list[Item] = []
        self.absences: list[tuple[Item, Claim]] = []
        self.closed: list[Claim] = []  # the resource "" is the whole clinic

    def live(self) -> list[tuple[str, str, int, int]]:
        """Everything that takes time: (owner, resource, from, to), in order."""
        owners = [("appointment", item) for item in self.visits]
        owners += [("hold", item) for item in self.holds]
        owners += [("absence", item) for item, _ in self.absences]
        return sorted((name, *claim) for name, item in owners for claim in item.claims)

    def why_not(
        self, kind: str, start: int, patient: int | None, but: Item | None = None
    ) -> str:
        """What a booking, hold or move there comes to; empty if it can be."""
        if start < self.now:
            return "InvalidStart"
        if self.is_busy(patient, kind, start, but):
            return "PatientBusy"
        return "" if self.is_free(kind, start, but) else "SlotTaken"

    def is_busy(
        self, patient: int | None, kind: str, start: int, but: Item | None = None
    ) -> bool:
        mine = ("", start, start + LENGTH[kind])
        return patient is not None and any(
            overlap(mine, ("", visit.start, visit.start + LENGTH[visit.kind]))
            for visit in self.visits
            if visit.stands and visit.patient == patient and visit is not but
        )

    def is_free(self, kind: str, start: int, but: Item | None = None) -> bool:
        others = [item for item in self.visits if item is not but]
        others += [hold for hold in self.holds if self.keeps(hold)]
        taken = [claim for item in others for claim in item.claims]
        taken += [away for item, away in self.absences if item.stands]
        taken += [claim for item, _ in self.absences for claim in item.claims]
        return self.is_open(kind, start) and not any(
            overlap(claim, other) for claim in claims_of(kind, start) for other in taken
        )

    def is_open(self, kind: str, start: int) -> bool:
        return all(
            OPEN[0] <= start + a
            and start + b <= OPEN[1]
            and not any(
                overlap((who, start + a, start + b), (who, *shut[1:]))
                for shut in self.closed
                if shut[0] in {"", who}
            )
            for who, a, b, _ in NEEDS[kind]
        )

    def keeps(self, hold: Item) -> bool:
        return hold.stands and hold.expires is not None and hold.expires > self.now

    def holds_of(self, patient: int | None) -> int:
        mine = [h for h in self.holds if h.patient == patient and self.keeps(h)]
        return 0 if patient is None else len(mine)

    def is_whole(self, hold: Item) -> bool:
        """It can still be booked."""
        unhurt = hold.claims == claims_of(hold.kind, hold.start)
        opened = self.is_open(hold.kind, hold.start)
        return self.keeps(hold) and hold.start >= self.now and unhurt and opened

    def take(self, item: Item, start: int) -> None:
        """What expired holds still have there goes; what the item had, too."""
        self.give_up(item)
        item.start, item.claims = start, claims_of(item.kind, start)
        for hold in self.holds:
            if hold is not item and not self.keeps(hold):
                hold.claims -= {
                    a for a in hold.claims if any(overlap(a, b) for b in item.claims)
                }

    def give_up(self, item: Item) -> None:
        """Free its time; what an absence waited for is the absence's."""
        for away, span in self.absences:
            for who, start, end in item.claims if away.stands else ():
                if overlap(span, (who, start, end)):
                    shared = (who, max(start, span[1]), min(end, span[2]))
                    away.claims.add(shared)
        item.claims = set()

    def confirm(self, hold: Item, patient: int) -> Item:
        visit = Item(hold.kind, hold.start, patient, claims=hold.claims)
        hold.claims, hold.stands = set(), False
        self.visits.append(visit)
        return visit

    def expire(self) -> None:
        for hold in self.holds:
            if not self.keeps(hold):
                hold.claims, hold.stands = set(), False

    def go_absent(self, span: Claim) -> None:
        away = Item("absence", span[1])
        for hold in self.holds:
            hit = {claim for claim in hold.claims if overlap(claim, span)}
            if hit and self.keeps(hold):
                hold.expires = self.now
            hold.claims -= hit
        begin, taken = span[1], [c for v in self.visits for c in v.claims]
        taken += [claim for item, _ in self.absences for claim in item.claims]
        for claim in sorted(c for c in taken if overlap(c, span)):
            if claim[1] > begin:
                away.claims.add((span[0], begin, claim[1]))
            begin = max(begin, claim[2])
        if begin < span[2]:
            away.claims.add((span[0], begin, span[2]))
        self.absences.append((away, span))

    def come_back(self, away: Item) -> None:
        away.stands = False
        past = {(who, a, min(b, self.now)) for who, a, b in away.claims}
        away.claims = {claim for claim in past if claim[1] < claim[2]}
