"""What a repair plan is made of: whose visits, and who is disturbed already."""

import pytest

from scheduling.repair import plans
from scheduling.repair.planning import fixed_by
from scheduling.repair.world import repair_world
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, away
from tests.scheduling.repairing import EIGHT, TWO

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice(TWO)


def ana_twice_and_ben(at):
    """Their visits with one clinician, and the absence of that clinician."""
    ill = at.by_kind["clinician"][0]
    ana, ben = at.patient(), at.patient()
    visits = [
        at.book(who, clinician=ill.pk, start=NINE + minutes(offset))
        for who, offset in ((ana, 0), (ben, 60), (ana, 120))
    ]
    return visits, away(at, resource_id=ill.pk, start=EIGHT)


def affected(absence, visits, lines=()):
    world = repair_world(absence, visits, fixed=fixed_by(lines), now=NOW)
    return [case.affected for case in world.cases]


def a_line(at, absence, way):
    """The plan's first line, decided by hand."""
    plan = repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)
    return plans.set_way(
        plan_id=plan.pk,
        position=1,
        clinic_id=at.clinic.pk,
        version=plan.version,
        way=way,
        **WHO,
    )


def test_visits_of_one_patient_are_known_as_such(at):
    visits, absence = ana_twice_and_ben(at)

    first, other, second = affected(absence, visits)

    assert first.patient == second.patient != other.patient
    assert not any(one.disturbed for one in (first, other, second))


@pytest.mark.parametrize(
    ("way", "disturbed"),
    [("same-time", False), ("same-day", True), ("first-opening", True), ("call", True)],
)
def test_who_is_moved_or_called_by_a_locked_line_is_disturbed_already(
    at, way, disturbed
):
    visits, absence = ana_twice_and_ben(at)
    line = a_line(at, absence, way)

    others, second = affected(absence, visits[1:], [line])

    assert line.appointment == visits[0]
    assert not others.disturbed
    assert second.disturbed == disturbed


def test_a_locked_line_by_telephone_keeps_nobody_from_coming(at):
    visits, absence = ana_twice_and_ben(at)
    line = a_line(at, absence, "same-time")
    there = 1 << affected(absence, visits[2:])[0].start
    line.start, line.claims = visits[2].start, []

    [in_person] = affected(absence, visits[2:], [line])
    line.appointment.in_person = False
    [by_telephone] = affected(absence, visits[2:], [line])

    assert not in_person.allowed & there
    assert by_telephone.allowed & there
