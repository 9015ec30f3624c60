"""Choices of a form's resource: the clinic's people, rooms and devices."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from scheduling import selectors
from scheduling.resources.kinds import title


def by_kind(clinic_id: int, first: str) -> list[Any]:
    """`first` stands for none of them; the others are grouped by kind."""
    found = groupby(selectors.resources(clinic_id), key=attrgetter("kind"))
    groups = [(title(k), [(str(r.pk), r.name) for r in some]) for k, some in found]
    return [("", first), *groups]
