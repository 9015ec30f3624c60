"""Reasons that a visit cannot start at one time: the blocks in the way at it alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from scheduling.explain import selectors as blocks
from scheduling.explain.day import Member, Scene
from scheduling.explain.explanations import Look, members_of, read_window
from scheduling.explain.minimal_sets import explain
from scheduling.explain.missing_resources import lack
from scheduling.explain.sentences import Rejection
from scheduling.explain.window import Window, Wished
from scheduling.openings.calendars import Awaited
from scheduling.openings.clinic_data import Reading
from scheduling.resources.kinds import CLINICIAN
from scheduling.timegrid.bitset import span
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind


def why_not(
    kind: VisitKind,
    plan: Plan,
    *,
    start: datetime,
    now: datetime,
    patient_id: UUID | None = None,
    clinician: int | None = None,
    moving_id: UUID | None = None,
    hold_id: UUID | None = None,
    avoiding: frozenset[int] = frozenset(),
    awaited: Sequence[Awaited] = (),
) -> Rejection | None:
    """The fewest things without which the visit could start then, asked as
    `opening_at` is; None where it can. The hold that is booked is in nobody's way.

    `avoiding` are named where only they have time. Seven statements at most.
    """
    day = start.astimezone(kind.zone).date()
    read = Reading()
    members = members_of(kind, plan, read)
    wished = Wished(others=_others(members, clinician), excluded=avoiding)
    look = Look(day, day, now, start, patient_id, moving_id, hold_id, awaited)
    window = read_window(kind, plan, members, look, wished, read)
    # Whether a start is too soon is asked elsewhere.
    scene = _at(replace(window, now=start), start)
    if scene.first():
        return None
    if finding := explain(scene):
        return Rejection(day, finding)
    gone = blocks.retired(kind.clinic_id, plan.kinds)
    return Rejection(day, lack=lack(plan, members, gone))


def _at(window: Window, start: datetime) -> Scene:
    """Its day with this one start."""
    scene = window.scene(window.first)
    cell = scene.grid.floor(start)
    return replace(scene, starts=span(cell, cell + 1))


def _others(members: Sequence[Member], clinician: int | None) -> frozenset[int]:
    if clinician is None:
        return frozenset()
    ids = {member.id for member in members if member.ref.kind == CLINICIAN}
    return frozenset(ids - {clinician})
