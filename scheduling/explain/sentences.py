"""A rejected day in words: what binds, and until when. No patient is ever named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from scheduling.explain.minimal_sets import Finding
from scheduling.explain.missing_resources import Lack
from scheduling.explain.obstacles import Block, Cause, Takes
from scheduling.explain.vocabulary import Says, all_of, listed, needed, opened, several
from scheduling.openings.candidates import ResourceRef
from scheduling.timegrid.bitset import span
from scheduling.visit_types.plan import Group, NeedPlan

# More resources than that are not told apart, more things not said.
_TOLD = 4
_SAID = 3
_AWAY = {
    "ill": "ill",
    "leave": "on leave",
    "maintenance": "in maintenance",
    "broken": "out of order",
    "unusable": "unusable",
}
_OVER = "The days asked for are over; choose a later last day."
_NEED = {
    Cause.PATIENT: "Patient",
    Cause.CLOSED: "Opening hours",
    Cause.NOTICE: "Notice",
    Cause.PAST: "Time left",
    Cause.CLINICIAN: "Clinician",
    Cause.EXCLUDED: "Clinician",
    Cause.TIME: "Time of day",
    Cause.WEEKDAY: "Weekday",
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """A local day without an opening: what is in the way, or what the clinic lacks.

    With neither it stands for days that are all over.
    """

    day: date
    finding: Finding | None = None
    lack: Lack | None = None

    @property
    def code(self) -> str:
        if self.is_over:
            return Cause.PAST.value
        return self.finding.blocks[0].cause.value if self.finding else "missing"

    @property
    def is_over(self) -> bool:
        return self.finding is None and self.lack is None

    @property
    def need(self) -> str:
        """The part of the visit that cannot be had, in words."""
        if self.lack or not self.finding:
            return self.lack.need if self.lack else _NEED[Cause.PAST]
        block = self.finding.blocks[0]
        group = self.finding.groups.get(block)
        return group.needs[0].phase.name if group else _NEED[block.cause]

    @property
    def resource(self) -> ResourceRef | None:
        """The resource that binds; None where it is the clinic or a wish."""
        if self.finding is None:
            return None
        return name_of(self.finding, self.finding.blocks[0])


def name_of(finding: Finding, block: Block) -> ResourceRef | None:
    members = finding.scene.members
    return next((m.ref for m in members if m.id == block.resource_id), None)


def reason(rejected: Rejection, says: Says) -> str:
    """In whole sentences."""
    if rejected.lack:
        return rejected.lack.text
    if not rejected.finding:
        return _OVER
    speaker = _Speaker(rejected.finding, rejected.day, says)
    said = list(dict.fromkeys(map(opened, speaker.sentences())))
    more = len(said) - _SAID
    if more > 0:
        said[_SAID:] = [
            f"{more} more {'thing is' if more == 1 else 'things are'} in the way."
        ]
    return " ".join(said)


def block_text(rejected: Rejection, block: Block, says: Says) -> str:
    """One of its blocks, by itself."""
    assert rejected.finding, "only a finding has blocks"
    return opened(_Speaker(rejected.finding, rejected.day, says).alone(block))


def parts(rejected: Rejection, says: Says) -> list[str]:
    """All that is in the way, one sentence each, with the part of the visit it keeps
    from being: "Injection: Dr. X is booked until 14:00."."""
    finding = rejected.finding
    if finding is None:
        return [reason(rejected, says)]
    speaker = _Speaker(finding, rejected.day, says)
    said = zip(finding.blocks, speaker.sentences(), strict=True)
    return list(
        dict.fromkeys(opened(f"{_part(finding, one)}{text}") for one, text in said)
    )


def _part(finding: Finding, block: Block) -> str:
    """The phases it meets, to begin with; none for what is the whole visit's."""
    group = finding.groups.get(block)
    if group is None:
        return ""
    met = [need for need in group.needs if _meets(finding, block, need)]
    names = dict.fromkeys(need.phase.name for need in met or group.needs)
    return f"{listed(names)}: "


def _meets(finding: Finding, block: Block, need: NeedPlan) -> bool:
    begin, end = need.cells if block.takes is Takes.OPEN else need.occupied_cells
    return bool(block.cells & span(finding.cell + begin, finding.cell + end))


class _Speaker:
    def __init__(self, finding: Finding, day: date, says: Says) -> None:
        self.finding, self.day, self.says = finding, day, says
        self.start = finding.scene.grid.instant(finding.cell)

    def sentences(self) -> Iterator[str]:
        for block in self.finding.blocks:
            group = self.finding.groups.get(block)
            yield self._pool(block, group) if group else self.alone(block)

    def alone(self, block: Block) -> str:
        if block.resource_id is not None:
            return f"{self._state_of(block)}."
        return {
            Cause.PATIENT: self._patient,
            Cause.CLOSED: self._clinic,
            Cause.NOTICE: self._notice,
            Cause.PAST: self._past,
            Cause.CLINICIAN: self._clinician,
            Cause.EXCLUDED: self._excluded,
            Cause.TIME: self._time,
            Cause.WEEKDAY: self._weekday,
        }[block.cause](block)

    # -- a resource, and the pool it is of --

    def _pool(self, block: Block, group: Group) -> str:
        """Describe all that could serve the group.

        The block alone if each of them is needed, or if it is a wish.
        """
        in_the_way = self._in_the_way(group)
        noun = needed(group)
        if len(in_the_way) == group.count or block.rank > 1:
            return self.alone(block)
        busy = [blocks for blocks in in_the_way if blocks]
        if len(busy) < len(in_the_way):
            free = len(in_the_way) - len(busy)
            count = f"{free} of {len(in_the_way)} {several(noun)}"
            if free < group.count:
                return f"only {count} can be had: {self._state_of(block)}."
            return f"too few {several(noun)} for all parts: {self._state_of(block)}."
        return self._all(noun, busy, group)

    def _in_the_way(self, group: Group) -> list[list[Block]]:
        """For each of the pool that is wanted what keeps it from this start."""
        unwanted = self.finding.scene.unwanted()
        served = self.finding.marks.served[group.id]
        return [
            [
                block
                for block, starts in masks.items()
                if starts >> self.finding.cell & 1
            ]
            for resource_id, masks in served.items()
            if resource_id not in unwanted
        ]

    def _all(self, noun: str, busy: Sequence[list[Block]], group: Group) -> str:
        every = all_of(len(busy), noun)
        causes = {block.cause for blocks in busy for block in blocks}
        if causes == {Cause.BOOKING}:
            return f"{every} are booked {self._together(busy, group)}."
        if len(busy) > _TOLD:
            return f"{every} are taken or away {self._when(group)}."
        states = [self._state_of(min(b, key=lambda one: one.order)) for b in busy]
        return f"{every} are out: {listed(states)}."

    def _together(self, busy: Sequence[list[Block]], group: Group) -> str:
        """Until when the first of them is done, if all are busy from the beginning."""
        begin, _ = self._phase(group)
        ends = [
            [b.end for b in blocks if b.start and b.end and b.start <= begin < b.end]
            for blocks in busy
        ]
        if all(ends):
            soonest = min(max(of_one) for of_one in ends)
            return f"until {self.says.moment(soonest, self.day)}"
        return self._when(group)

    def _when(self, group: Group) -> str:
        begin, end = self._phase(group)
        return f"when one is needed, {self.says.stretches([(begin, end)])}"

    def _phase(self, group: Group) -> tuple[datetime, datetime]:
        cells = [need.cells for need in group.needs]
        grid, at = self.finding.scene.grid, self.finding.cell
        return (
            grid.instant(at + min(begin for begin, _ in cells)),
            grid.instant(at + max(end for _, end in cells)),
        )

    def _state_of(self, block: Block) -> str:
        ref = name_of(self.finding, block)
        return f"{ref.name if ref else 'one'} is {self._state(block)}"

    def _state(self, block: Block) -> str:
        if block.cause is Cause.HOURS:
            return self._hours(block, "available")
        if block.cause is Cause.ABSENCE:
            return f"{_AWAY.get(block.kind, 'not available')} {self._till(block)}"
        word = "booked" if block.cause is Cause.BOOKING else "held"
        return f"{word} {self._till(block)}"

    def _till(self, block: Block) -> str:
        assert block.start, "time that is taken begins"
        assert block.end, "and ends"
        until = f"until {self.says.moment(block.end, self.day)}"
        if block.start <= self.start:
            return until
        return f"from {self.says.moment(block.start, self.day)} {until}"

    # -- the clinic, the patient, the clock, and wishes --

    def _hours(self, block: Block, word: str) -> str:
        """ "not available on Fridays", "open only 08:00–12:00 on Tue 1 Dec"."""
        assert block.on, "hours are of a day"
        on = self.says.day(block.on) if block.exceptional else f"{block.on:%A}s"
        note = f" ({block.note})" if block.note else ""
        if block.open:
            only = f"{word} only {self.says.stretches(block.open)}"
            return f"{only} on {self.says.day(block.on)}{note}"
        return f"{'closed' if word == 'open' else f'not {word}'} on {on}{note}"

    def _clinic(self, block: Block) -> str:
        return f"the clinic is {self._hours(block, 'open')}."

    def _patient(self, block: Block) -> str:
        assert block.start, "a visit has a start"
        assert block.end, "and an end"
        spans = [(block.start, block.end)]
        return f"the patient has another visit, {self.says.stretches(spans)}."

    def _notice(self, block: Block) -> str:
        assert block.end, "notice ends"
        soonest = self.says.moment(block.end)
        return f"this visit needs more notice: it can begin from {soonest} on."

    def _past(self, _: Block) -> str:
        at = self.says.moment(self.start, self.day)
        return f"the times that would fit are over, such as {at}."

    def _clinician(self, _: Block) -> str:
        return f"only somebody else than asked for has time, at {self._at}."

    def _excluded(self, block: Block) -> str:
        refs = [m.ref.name for m in self.finding.scene.members]
        ids = [m.id for m in self.finding.scene.members]
        names = [n for n, i in zip(refs, ids, strict=True) if i in block.resource_ids]
        return f"only with {listed(names, 'or')}, not wanted here, is there time."

    def _time(self, _: Block) -> str:
        return f"nothing fits at the time of day asked for; {self._at} would."

    def _weekday(self, block: Block) -> str:
        assert block.on, "a weekday is of a day"
        return f"{block.on:%A}s were not asked for."

    @property
    def _at(self) -> str:
        return self.says.moment(self.start, self.day)
