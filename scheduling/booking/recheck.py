"""Under the locks: whether an opening found before still has who serves it, and when.

Reservations are not looked at again, absences among them: inserting asks the
exclusion constraint, which knows better than any look.
"""

from collections.abc import Iterable

from scheduling.models import Resource
from scheduling.openings.calendars import Rules, Unit, rules
from scheduling.openings.candidates import Opening, OpeningPhase
from scheduling.openings.search import World, search_days
from scheduling.timegrid.grid import Grid
from scheduling.timegrid.opening_hours import NO_RULES, open_cells


def still_serves(world: World, opening: Opening, locked: Iterable[Resource]) -> bool:
    """True if nobody retired or changed what it uses, and all of it is open then."""
    used = {claim.resource_id for claim in opening.claims}
    rows = {row.pk: row for row in locked}
    known = {unit.ref.id: unit for unit in world.members}
    if not all(_is_as_known(rows.get(pk), known[pk]) for pk in used):
        return False
    first, last = search_days(opening.start, world.plan, world.zone)
    hours = rules(world.kind.clinic_id, sorted(used), first, last)
    return all(_is_open(world, hours, phase) for phase in opening.phases)


def _is_as_known(row: Resource | None, unit: Unit) -> bool:
    return (
        row is not None
        and row.active
        and row.kind == unit.ref.kind
        and frozenset(row.capabilities) == unit.capabilities
    )


def _is_open(world: World, hours: Rules, phase: OpeningPhase) -> bool:
    grid = Grid.over(phase.start, phase.end)
    return all(
        open_cells(hours.clinic, hours.own.get(one.id, NO_RULES), grid, world.zone)
        == grid.full
        for one in phase.resources
    )
