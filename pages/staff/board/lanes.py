"""Another lane on the board: one resource of a visit gives way to one of its kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.problems import FieldError, Invalid
from scheduling import selectors

if TYPE_CHECKING:
    from scheduling.booking.move_history import Changed
    from scheduling.models import Appointment, Resource


@dataclass(frozen=True, slots=True)
class LaneChange:
    """A visit's new lane: `new` is preferred; `avoiding` are `old` and all others of
    the kind that it does not have, so that no third one is taken instead."""

    old: "Resource"
    new: "Resource"
    avoiding: frozenset[int]

    @property
    def prefer(self) -> frozenset[int]:
        return frozenset({self.new.pk})

    def is_kept_by(self, changed: "Changed") -> bool:
        """True if `new` takes all that `old` had."""
        return {new for old, new in self._pairs(changed) if old == self.old.pk} == {
            self.new.pk
        }

    def is_all_of(self, changed: "Changed") -> bool:
        """True if nothing else changes."""
        return set(self._pairs(changed)) == {(self.old.pk, self.new.pk)}

    def _pairs(self, changed: "Changed") -> list[tuple[int | None, int | None]]:
        return [
            (old.id if old else None, new.id if new else None)
            for phase in changed.replaced
            for old, new in phase.replaced
        ]


def chosen(visit: "Appointment", old_id: int, new_id: int) -> LaneChange:
    """The lane somebody chose; raises Invalid where these cannot stand in for each
    other."""
    held = {one.pk: one for one in selectors.visit_resources(visit)}
    old = held.get(old_id)
    if old is None:
        raise _fault("/lane", "The visit does not have this resource any more.")
    same_kind = {one.pk: one for one in selectors.resources(visit.clinic_id, old.kind)}
    new = same_kind.get(new_id)
    if new is None or new == old:
        raise _fault("/to", f"This is not another resource like {old.name}.")
    avoiding = (same_kind.keys() - held.keys() - {new.pk}) | {old.pk}
    return LaneChange(old, new, frozenset(avoiding))


def _fault(pointer: str, words: str) -> Invalid:
    return Invalid([FieldError(pointer, words)])
