"""What a booking may ask for besides its type: targets, sedation, imaging."""

import pytest

from core.problems import Invalid
from scheduling.booking import book
from scheduling.models import Appointment
from scheduling.visit_types.defaults import NeedSpec, PhaseSpec
from scheduling.visit_types.selectors import visit_kind
from scheduling.visit_types.variation import Variation
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db


def spans(variation, slug="bmc-ultrasound"):
    at = make.practice()
    plan = visit_kind(clinic_id=at.clinic.pk, visit_type=slug).varied(variation)
    return {p.name: (p.offset_minutes, p.end_minutes) for p in plan.phases}, plan


def test_each_further_target_takes_eight_minutes_and_pushes_recovery_back():
    usual, _ = spans(Variation())
    three, plan = spans(Variation(targets=3))

    assert usual["Injection"] == (85, 105)
    assert three["Injection"] == (85, 121)
    assert three["Procedure room"] == (40, 121)
    assert three["Recovery"] == (121, 151)
    assert three["Harvest"] == usual["Harvest"]
    assert three["Processing"] == usual["Processing"]
    assert plan.length_minutes == 151


@pytest.mark.parametrize(
    ("sedation", "lasts"), [("none", 15), ("oral", 30), ("iv", 60)]
)
def test_recovery_lasts_as_long_as_the_sedation_asks_for(sedation, lasts):
    varied, _ = spans(Variation(sedation=sedation))

    assert varied["Recovery"] == (105, 105 + lasts)


def test_imaging_serves_the_harvest_only_if_it_is_image_guided():
    _, usual = spans(Variation())
    _, guided = spans(Variation(image_guided_harvest=True))

    def imaging(plan):
        return [n.phase.name for n in plan.needs if "ultrasound" in n.kinds]

    assert imaging(usual) == ["Injection"]
    assert imaging(guided) == ["Harvest", "Injection"]
    assert len({n.group for n in guided.needs if "ultrasound" in n.kinds}) == 1


@pytest.mark.parametrize(
    ("variation", "pointer", "text"),
    [
        (
            Variation(targets=7),
            "/targets",
            "Injection would last 68 minutes; here it lasts 10 to",
        ),
        (Variation(targets=0), "/targets", "1 to 20 targets"),
        (Variation(sedation="deep"), "/sedation", "none, oral, iv"),
    ],
)
def test_what_the_type_does_not_allow_is_refused_in_words(variation, pointer, text):
    with pytest.raises(Invalid) as refused:
        spans(variation)

    (error,) = refused.value.errors
    assert error.pointer == pointer
    assert text in error.detail


@pytest.mark.parametrize(
    ("variation", "pointer"),
    [
        (Variation(sedation="iv"), "/sedation"),
        (Variation(sedation="iv", targets=2), "/sedation"),
        (Variation(sedation="oral", targets=3), "/targets"),
        (Variation(targets=4), "/targets"),
    ],
)
def test_the_field_that_would_help_is_the_one_refused(variation, pointer):
    """Thirty minutes, forty-five at most; ten for each further target."""
    at = make.practice({"clinician": 1}, ship=False)
    rest = PhaseSpec(
        "Rest",
        0,
        30,
        (NeedSpec(("clinician",)),),
        bounds=(15, 45),
        per_target=10,
        by_sedation={"oral": 30, "iv": 60},
    )
    make.visit_type(at.clinic, rest)
    kind = visit_kind(clinic_id=at.clinic.pk, visit_type="visit")

    with pytest.raises(Invalid) as refused:
        kind.varied(variation)

    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_booked_visit_keeps_its_variation_when_it_is_moved(allowed):
    at = make.practice()
    variation = Variation(targets=2, sedation="none")
    visit = at.book(visit_type="bmc-ultrasound", variation=variation)

    moved = book.move(
        appointment_id=visit.pk,
        start=NINE + minutes(60),
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=NOW,
    )

    assert isinstance(moved, Appointment)
    assert moved.variation == {"targets": 2, "sedation": "none"}
    assert moved.end - moved.start == minutes(105 + 8 + 15)
