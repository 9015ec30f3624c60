"""Check-in: who it is, whether they may be treated today."""

from decimal import Decimal

import pytest

from procedures.models import CheckIn, Override, SiteMark, VitalsSet
from scheduling.models import Appointment
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes, journal_names

pytestmark = pytest.mark.django_db
REASON = "Seen again today; the value is this patient's usual one."


def test_the_visit_is_checked_in_with_its_vital_signs():
    day = Day.ready()

    day.check_in()

    assert day.episode.stage == "checked_in"
    assert VitalsSet.objects.get().temperature_c == Decimal("36.7")
    assert Appointment.objects.get().status == "checked-in"


@pytest.mark.parametrize(
    "finding", [{"temperature_c": "38.0"}, {"infection_signs": True}]
)
def test_infection_ends_the_day_and_defers_the_episode(finding):
    day = Day.ready()

    refused = day.check_in(**finding)

    assert codes(refused) == ["INF-01"]
    assert day.episode.stage == "deferred"
    assert set(day.episode.readiness_items.values_list("state", flat=True)) == {"open"}
    assert Appointment.objects.get().status == "cancelled"
    assert not CheckIn.objects.exists()
    assert journal_names(day)[-2:] == ["episode.deferred", "episode.act_refused"]


def test_fever_cannot_be_cleared_by_anybody():
    day = Day.ready()

    refused = day.check_in(
        temperature_c=39, clearance_reason=REASON, second="medical_director"
    )

    assert codes(refused) == ["INF-01"]


def test_a_deferred_episode_is_not_checked_in_again():
    day = Day.ready()
    day.check_in(temperature_c="38.5")

    assert codes(day.check_in()) == ["stage"]


def test_a_stop_needs_a_physician():
    day = Day.ready()
    stops = [
        ({"systolic_mmhg": 181}, "vitals.pressure_high"),
        ({"systolic_mmhg": 84, "diastolic_mmhg": 50}, "vitals.pressure_low"),
        ({"heart_rate_per_min": 131}, "vitals.heart_rate"),
        ({"spo2_pct": 89}, "vitals.spo2"),
        ({"glucose_mg_dl": 301}, "MET-01"),
        ({"glucose_mg_dl": 69}, "MET-01"),
    ]
    for value, code in stops:
        assert codes(day.check_in(**value, clearance_reason=REASON)) == [code]
    assert day.episode.stage == "ready"


def test_a_physician_clears_a_stop_with_a_reason():
    day = Day.ready()

    day.check_in(systolic_mmhg=185, clearance_reason=REASON, second="clinician")

    row = CheckIn.objects.get()
    assert row.cleared_by_id == day.place.person("clinician").user_id
    assert row.clearance_reason == REASON


def test_a_diastolic_above_the_systolic_is_a_slip():
    refused = Day.ready().check_in(systolic_mmhg=100, diastolic_mmhg=101)

    assert codes(refused) == ["vitals-implausible"]


def test_a_held_drug_needs_its_last_dose():
    day = with_meloxicam()

    assert codes(day.check_in()) == ["last-dose-missing"]


def test_an_nsaid_in_its_window_stops_the_day_until_overridden():
    day = with_meloxicam()
    answers = {"last_doses": [dose(day, "2026-09-10")]}

    assert codes(day.check_in(**answers)) == ["MED-NSAID-01"]
    make.done(
        make.act(
            day.place,
            day.episode,
            "override",
            {
                "rule": "MED-NSAID-01",
                "value": "meloxicam five days ago",
                "reason": "Low dose once; benefit of going on outweighs the risk.",
                "valid_on": day.on,
            },
            second="nurse",
            now=day.at("08:32"),
        )
    )
    day.check_in(**answers)

    assert day.episode.stage == "checked_in"
    assert Override.objects.count() == 1


def test_an_nsaid_held_long_enough_is_fine():
    day = with_meloxicam()

    day.check_in(last_doses=[dose(day, "2026-09-08")])

    assert day.episode.stage == "checked_in"


def test_marks_are_the_proceduralists():
    day = Day.ready()
    mark = {"target": day.target, "laterality": "right", "marked_at": day.at("08:34")}

    assert codes(day.check_in(site_marks=[mark])) == ["proceduralist"]
    day.check_in(site_marks=[mark], second="clinician")

    assert SiteMark.objects.get().marked_by == day.place.person("clinician").user


def test_a_mark_on_the_other_side_is_refused():
    day = Day.ready()
    mark = {"target": day.target, "laterality": "left", "marked_at": day.at("08:34")}

    refused = day.check_in(site_marks=[mark], second="clinician")

    assert codes(refused) == ["laterality"]


def test_a_visit_of_another_day_is_not_checked_in():
    day = Day.ready()

    refused = day.act(
        "check_in",
        {"identifiers": ["name", "mrn"], "infection_signs": False, **calm()},
        "08:34",
        "nurse",
        occurred_at=make.at("2026-09-14", "08:34"),
    )

    assert "not-today" in codes(refused)


def calm():
    from tests.factories.procedure_day import CALM

    return {**CALM, "pregnancy_test": "negative"}


def with_meloxicam():
    day = Day.ready()
    drug = {"name": "Meloxicam", "drug_class": "nsaid", "dose": "15 mg"}
    make.done(
        make.act(
            day.place,
            day.episode,
            "evaluate",
            make.evaluation(medications=[drug]),
            now=make.at("2026-09-02", "10:00"),
        )
    )
    day.episode.refresh_from_db()
    return day


def dose(day, on):
    return {
        "drug": "Meloxicam",
        "drug_class": "nsaid",
        "last_dose_at": make.at(on, "08:00"),
    }
