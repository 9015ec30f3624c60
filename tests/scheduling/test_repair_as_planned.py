"""Lines are carried out with the very time they planned, and taken back to it."""

from datetime import timedelta

import pytest

from scheduling.models import Appointment, Conflict
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, away, live
from tests.scheduling.repairing import (
    EIGHT,
    apply,
    as_booked,
    check_clean,
    states,
    undo,
)

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")

THREE = {"clinician": 3, "consult_room": 2}
NOON = NINE + minutes(180)


@pytest.fixture
def at():
    """A visit is half an hour with one clinician; soon another one joins them."""
    at = make.practice(THREE)
    make.visit_type(
        at.clinic,
        PhaseSpec("See", 0, 30, (NeedSpec(("clinician",)),)),
        PhaseSpec("Check", 15, 30, (NeedSpec(("clinician",)),)),
    )
    return at


def a_plan_without(at, resource, end=NINE + timedelta(hours=8)):
    absence = away(at, resource_id=resource.pk, start=EIGHT, end=end)
    return repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)


def change_places(line):
    first, second = line.claims
    first["resource"], second["resource"] = second["resource"], first["resource"]
    line.save(update_fields=["claims"])


@pytest.mark.parametrize("changed", [False, True])
def test_each_serves_the_part_that_was_planned(at, ill, changed):
    at.book(visit_type="visit")
    plan = a_plan_without(at, ill)
    line = plan.lines.get()
    if changed:
        change_places(line)
    before = as_booked()

    apply(plan)

    has = live(line.appointment).values_list("need", "resource")
    assert dict(has) == {claim["need"]: claim["resource"] for claim in line.claims}
    undo(plan)
    assert as_booked() == before


def test_who_was_asked_for_may_serve_a_part_once_they_are_back(at, ill, other):
    """Two are there from noon on only: the one who was ill, and another."""
    visit = at.book(visit_type="visit")
    Appointment.objects.filter(pk=visit.pk).update(clinician=ill)
    away(at, resource_id=at.by_kind["clinician"][2].pk, start=EIGHT)
    away(at, resource_id=other.pk, start=EIGHT, end=NOON)

    plan = a_plan_without(at, ill, end=NOON)
    apply(plan)

    assert (plan.lines.get().start, states(plan)) == (NOON, ["done"])
    check_clean()


def test_what_was_in_the_way_of_two_absences_is_so_again(at, ill, other):
    for start in (NINE, NINE + minutes(60)):
        at.book(clinician=ill.pk, start=start)
    for room in at.by_kind["consult_room"]:
        away(at, resource_id=room.pk, start=EIGHT)
    plan = a_plan_without(at, ill)
    before, opened = as_booked(), conflicts_open()
    assert len(opened) == 4

    apply(plan)
    assert conflicts_open() == []
    undo(plan)

    assert (states(plan), as_booked()) == (["undone"] * 2, before)
    assert conflicts_open() == opened
    check_clean()


def conflicts_open():
    return list(Conflict.objects.filter(resolved_at=None).order_by("pk"))
