"""A clinician who was ruled out stays so, whatever becomes of the visit."""

import pytest

from scheduling.booking import book, holds
from scheduling.booking.errors import SlotTaken
from scheduling.booking.rendering import appointment_json
from scheduling.models import Appointment
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, act, away

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice({**make.ONE_OF_EACH, "clinician": 3, "consult_room": 2})


@pytest.fixture
def third(at):
    return at.by_kind["clinician"][2]


def who_serves(visit):
    live = visit.reservations.filter(released_at=None, resource__kind="clinician")
    return live.get().resource


def test_a_move_does_not_bring_them_back(at, ill, other, third):
    visit = at.book(avoiding=frozenset({other.pk}), prefer=frozenset({ill.pk}))
    later = NINE + minutes(120)
    at.book(clinician=ill.pk, start=later)

    act(book.move, visit, start=later)

    assert who_serves(visit) == third


def test_a_move_is_refused_rather_than_made_with_them(at, ill, other, third):
    visit = at.book(avoiding=frozenset({other.pk, third.pk}))
    later = NINE + minutes(120)
    at.book(clinician=ill.pk, start=later)

    with pytest.raises(SlotTaken):
        act(book.move, visit, start=later)


def test_a_repaired_day_does_not_bring_them_back(at, ill, other, third):
    visit = at.book(avoiding=frozenset({other.pk}), prefer=frozenset({ill.pk}))

    plan = repair.propose(
        absence_id=away(at, resource_id=ill.pk).pk, clinic_id=at.clinic.pk, **WHO
    )

    line = plan.lines.get(appointment=visit)
    assert {claim["resource"] for claim in line.claims} & {other.pk, third.pk} == {
        third.pk
    }


def test_a_hold_hands_them_on_to_its_visit(at, other):
    held = holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="consultation",
        start=NINE,
        avoiding=frozenset({other.pk}),
        **WHO,
    )

    visit = book.book(
        clinic_id=at.clinic.pk, patient_id=at.patient().pk, hold_id=held.pk, **WHO
    )

    assert visit.not_clinicians == [other.pk]


def test_who_is_chosen_by_name_serves_and_stays(at, ill, other):
    visit = at.book(avoiding=frozenset({other.pk}), prefer=frozenset({ill.pk}))

    changed = act(
        book.reassign,
        visit,
        prefer=frozenset({other.pk}),
        avoiding=frozenset({ill.pk}),
        reason="the patient agrees",
    )
    act(book.move, changed, start=NINE + minutes(120))

    assert who_serves(visit) == other


def test_answers_say_who_is_ruled_out(at, other):
    visit = at.book(avoiding=frozenset({other.pk}))

    stored = Appointment.objects.select_related("visit_type").get(pk=visit.pk)
    assert appointment_json(stored)["not_clinicians"] == [other.pk]
