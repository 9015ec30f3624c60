"""Data a question reads of its clinic: once, though it is asked again with changes."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from scheduling.openings import calendars
from scheduling.openings.calendars import Rules, Taken, Unit
from scheduling.timegrid.grid import Grid
from scheduling.visit_types import selectors as visit_types
from scheduling.visit_types.selectors import VisitKind


class Reading:
    """As of when it was read: for one answer, never kept for the next."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[int, int | str], VisitKind] = {}
        self._units: dict[tuple[int, frozenset[str]], list[Unit]] = {}
        self._rules: dict[tuple[int, frozenset[int], date, date], Rules] = {}
        self._taken: dict[tuple[object, ...], Taken] = {}

    def visit_kind(self, clinic_id: int, visit_type: int | str) -> VisitKind:
        key = clinic_id, visit_type
        if key not in self._kinds:
            self._kinds[key] = visit_types.visit_kind(
                clinic_id=clinic_id, visit_type=visit_type
            )
        return self._kinds[key]

    def units(self, clinic_id: int, kinds: Collection[str]) -> list[Unit]:
        key = clinic_id, frozenset(kinds)
        if key not in self._units:
            self._units[key] = calendars.units(clinic_id, kinds)
        return self._units[key]

    def rules(
        self, clinic_id: int, ids: Iterable[int], first: date, last: date
    ) -> Rules:
        """At least those of these resources and dates."""
        wanted = frozenset(ids)
        for (clinic, known, since, until), rules in self._rules.items():
            fits = wanted <= known and since <= first <= last <= until
            if clinic == clinic_id and fits:
                return rules
        rules = calendars.rules(clinic_id, wanted, first, last)
        self._rules[clinic_id, wanted, first, last] = rules
        return rules

    def taken(
        self,
        ids: Iterable[int],
        grid: Grid,
        *,
        now: datetime,
        patient_id: UUID | None,
        moving_id: UUID | None,
    ) -> Taken:
        key = tuple(ids), grid, now, patient_id, moving_id
        if key not in self._taken:
            self._taken[key] = calendars.taken(
                key[0], grid, now=now, patient_id=patient_id, moving_id=moving_id
            )
        return self._taken[key]
