"""Drugs taken, promises and allergies are judged on the day as at the evaluation."""

import pytest

from procedures.models import Override, Stop
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db
PLAN = "Prescriber's letter of 2026-09-01: hold for 48 hours before."


def dose(name, drug_class, day, clock="07:30"):
    return {
        "drug": name,
        "drug_class": drug_class,
        "last_dose_at": make.at(day, clock),
    }


@pytest.mark.parametrize(
    ("drug", "code"),
    [
        (("prednisone", "systemic_steroid", "2026-09-14"), "MED-STER-01"),
        (("prednisone", "other", "2026-09-14"), "MED-STER-01"),
        (("amoxicillin", "antibiotic", "2026-09-15"), "INF-01"),
        (("Amoxicillin 500", "other", "2026-09-02"), "INF-01"),
        (("methotrexate", "immunosuppressant", "2026-09-10"), "MED-IMM-01"),
        (("ibuprofen", "other", "2026-09-12"), "MED-NSAID-01"),
    ],
)
def test_a_drug_told_at_check_in_is_judged_by_the_rules(drug, code):
    day = Day.ready()

    refused = day.check_in(last_doses=[dose(*drug)])

    assert codes(refused) == [code]
    assert Stop.objects.get().details["drug"] == drug[0]


def test_apixaban_an_hour_ago_stops_the_day_whatever_is_said_next():
    day = Day.ready()
    taken = dose("apixaban", "anticoagulant", "2026-09-15")

    first = day.check_in(last_doses=[taken])
    again = day.check_in("08:40", last_doses=[])

    assert codes(first) == ["MED-AC-01"]
    assert codes(again) == ["stop-open"]


def test_a_drug_stopped_long_enough_ago_is_no_stop():
    day = Day.ready()

    make.done(
        day.check_in(
            last_doses=[
                dose("prednisone", "systemic_steroid", "2026-09-01"),
                dose("amoxicillin", "antibiotic", "2026-09-01"),
            ]
        )
    )

    assert day.episode.stage == "checked_in"


def test_a_yes_to_medication_since_names_the_drug():
    refused = Day.ready().check_in(medication_since=True)

    assert codes(refused) == ["last-dose-missing"]


def on_apixaban(last_dose_on="2026-09-01", **override):
    """Approved with the prescriber's plan, and the day after the booking."""
    place = make.open_site()
    drug = {"name": "apixaban", "drug_class": "anticoagulant"}
    if last_dose_on:
        drug["last_dose_on"] = last_dose_on
    path = make.evaluated(place, medications=[drug])
    answers = {"rule": "MED-AC-01", "reason": PLAN, **override}
    outcome = make.act(place, path, "override", answers, second="nurse")
    return place, path, outcome


def test_an_override_of_an_anticoagulant_cites_its_last_dose():
    _, _, without = on_apixaban(last_dose_on=None)
    assert codes(without) == ["last-dose-missing"]

    _, _, told = on_apixaban(None, last_dose_at=make.at("2026-09-01", "07:00"))
    make.done(told)


@pytest.mark.parametrize(
    ("on", "clock", "expected"),
    [
        ("2026-09-13", "05:34", "checked_in"),  # 51 hours, as in case C4
        ("2026-09-13", "08:34", "checked_in"),  # 48 hours
        ("2026-09-13", "08:35", "ready"),
    ],
)
def test_the_hold_is_counted_in_hours(on, clock, expected):
    place, path, outcome = on_apixaban()
    make.done(outcome)
    make.done(make.act(place, path, "decide", make.decision()))
    appointment = make.book(place, path, make.at("2026-09-15", "08:30"))
    assert appointment.pk
    day = Day(place, make.prepared(place, path))

    day.check_in(last_doses=[dose("apixaban", "anticoagulant", on, clock)])

    assert day.episode.stage == expected


def test_the_last_dose_of_an_anticoagulant_is_asked():
    place, path, outcome = on_apixaban()
    make.done(outcome)
    make.done(make.act(place, path, "decide", make.decision()))
    make.book(place, path, make.at("2026-09-15", "08:30"))
    day = Day(place, make.prepared(place, path))

    assert codes(day.check_in()) == ["last-dose-missing"]


def test_an_override_of_the_day_ends_the_stop_of_its_rule():
    day = Day.ready()
    taken = [dose("ibuprofen", "nsaid", "2026-09-14")]
    assert codes(day.check_in(last_doses=taken)) == ["MED-NSAID-01"]

    answers = {"rule": "MED-NSAID-01", "reason": "One tablet only.", "valid_on": day.on}
    answers["reason"] = "One tablet only; the benefit outweighs the risk."
    make.done(day.act("override", answers, "08:40", "clinician", "nurse"))
    make.done(day.check_in("08:45", last_doses=taken))

    assert Override.objects.count() == 1
    assert Stop.objects.get().lift.how == "override"


def conditional(**evaluation):
    """Approved on a condition, booked and prepared."""
    place = make.open_site()
    path = make.evaluated(place, **evaluation)
    decided = make.decision(
        "approved_with_conditions", conditions="Weight below 110 kg on the day."
    )
    make.done(make.act(place, path, "decide", decided))
    make.book(place, path, make.at("2026-09-15", "08:30"))
    return Day(place, make.prepared(place, path))


def test_the_conditions_of_an_approval_are_asked_at_check_in_and_time_out():
    day = conditional()

    assert codes(day.check_in()) == ["conditions-unanswered"]
    make.done(day.check_in(conditions_met=True))
    assert codes(day.time_out()) == ["conditions-unanswered"]
    make.done(day.time_out(conditions_met=True))


def test_conditions_that_are_not_met_stop_the_day():
    day = conditional()

    assert codes(day.check_in(conditions_met=False)) == ["conditions-unmet"]
    assert codes(day.check_in("08:40", conditions_met=True)) == ["stop-open"]


def allergic(*allergies):
    place = make.open_site()
    path = make.evaluated(place, allergies=list(allergies))
    make.done(make.act(place, path, "decide", make.decision()))
    make.book(place, path, make.at("2026-09-15", "08:30"))
    return Day(place, make.prepared(place, path))


@pytest.mark.parametrize("allergy", ["latex", "chlorhexidine", "povidone", "adhesive"])
def test_what_the_room_must_not_contain_is_asked_at_the_time_out(allergy):
    day = allergic(allergy).until("checked_in")

    assert codes(day.time_out()) == ["allergy-precautions"]
    make.done(day.time_out(allergy_precautions=True))


def test_an_allergy_to_local_anaesthetics_is_no_candidate():
    place = make.site()
    path = make.evaluated(place, allergies=["local_anaesthetic"])

    assert codes(make.act(place, path, "decide", make.decision())) == ["ALL-01"]


@pytest.mark.parametrize(
    ("allergy", "anticoagulant"),
    [
        ("heparin", "heparin_sodium"),
        ("heparin", "sodium_citrate"),
        ("citrate", "acd_a"),
        ("citrate", "sodium_citrate"),
    ],
)
def test_an_anticoagulant_against_the_allergy_is_refused(allergy, anticoagulant):
    day = allergic(allergy).until("checked_in")
    make.done(day.time_out())

    refused = day.harvest(anticoagulant=anticoagulant)

    assert codes(refused) == ["ALL-01"]
