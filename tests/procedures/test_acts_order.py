"""When an act happened, who was there, and which answer comes first."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from procedures.acts.registry import ACTS
from procedures.fields.schema import InvalidData
from procedures.models import CheckIn, LastDose, Signature
from procedures.rules import selectors as rules
from tests.factories import clinics
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)


@pytest.fixture
def place():
    return make.site()


def test_nothing_happened_before_the_episode_was_opened(place):
    path = make.episode(place)
    before = NOW - timedelta(minutes=1)

    with pytest.raises(InvalidData, match="/occurred_at: lies before"):
        make.act(place, path, "evaluate", make.evaluation(), occurred_at=before)


def test_no_decision_is_older_than_its_evaluation(place):
    path = make.evaluated(place, NOW + timedelta(hours=1))

    with pytest.raises(InvalidData, match="/occurred_at: lies before"):
        make.act(place, path, "decide", make.decision(), now=LATER, occurred_at=NOW)


def test_no_step_of_the_day_is_older_than_the_one_before():
    day = Day.ready().until("checked_in")

    with pytest.raises(InvalidData, match="/occurred_at: lies before"):
        day.act("time_out", {}, "09:12", "clinician", occurred_at=day.at("08:33"))


@pytest.fixture
def younger_rules(monkeypatch):
    """The rules came into force the day after NOW."""
    ours, first = rules.in_force, (NOW + timedelta(days=1)).date()
    monkeypatch.setattr(rules, "in_force", lambda on: ours(on) if on >= first else {})


def test_a_late_entry_is_judged_by_todays_rules(place, younger_rules):
    path = make.evaluated(place, temperature_c=38.3)

    late = {"occurred_at": NOW, "late_reason": "The network was down."}
    refused = make.act(place, path, "decide", make.decision(), now=LATER, **late)

    assert codes(refused) == ["INF-01"]


def test_without_rules_nobody_is_approved(place, younger_rules):
    path = make.evaluated(place)

    refused = make.act(place, path, "decide", make.decision())

    assert codes(refused) == ["rules-missing"]


def test_a_signature_keeps_the_meaning_of_its_act(place):
    path = make.episode(place)
    other = clinics.proof(place.person("clinician"), "I was not there.")

    with pytest.raises(InvalidData, match="/signature/meaning: must be"):
        make.act(place, path, "evaluate", make.evaluation(), signature=other)
    make.done(make.act(place, path, "evaluate", make.evaluation()))

    assert Signature.objects.get().meaning == "These are my findings."


def test_what_stands_against_the_act_is_said_before_what_is_wrong_with_its_body():
    day = Day.ready().until("checked_in")

    refused = day.act("harvest", {"nonsense": 1}, "09:33", "clinician", signature=None)

    assert codes(refused) == ["time-out-missing"]


def test_a_harvest_begun_in_time_is_entered_when_the_minutes_are_over():
    day = Day.ready().until("checked_in")
    make.done(day.time_out())

    make.done(day.harvest("09:50"))

    assert day.episode.stage == "harvested"


def test_a_trigger_that_says_no_is_a_refusal_and_leaves_nothing(monkeypatch):
    day = Day.ready()
    told = SimpleNamespace(
        sqlstate="23514", constraint_name=None, message_primary="the day runs forward"
    )

    check_in = ACTS["check_in"]

    def fails(context):
        check_in.handle(context)
        raise IntegrityError from Told(told)

    monkeypatch.setitem(ACTS, "check_in", replace(check_in, handle=fails))
    refused = day.check_in()

    assert codes(refused) == ["record-refused"]
    assert refused.reasons[0].text == "The day runs forward."
    assert not CheckIn.objects.exists()
    assert day.episode.stage == "ready"


class Told(Exception):
    def __init__(self, diag):
        super().__init__()
        self.diag = diag


def meloxicam(typed):
    day = Day.ready()
    drug = {"name": "Meloxicam", "drug_class": "nsaid"}
    answers = make.evaluation(medications=[drug])
    now = make.at("2026-09-02", "10:00")
    make.done(make.act(day.place, day.episode, "evaluate", answers, now=now))
    dose = {"drug": " meloxicam", "drug_class": typed}
    return day, dose


def test_a_known_drug_is_what_the_evaluation_says():
    (day, dose), (other, same) = meloxicam("other"), meloxicam("other")
    recent = {**dose, "last_dose_at": day.at("07:00")}
    old = {**same, "last_dose_at": make.at("2026-09-01", "07:00")}

    assert codes(day.check_in(last_doses=[recent, old])) == ["MED-NSAID-01"]
    make.done(other.check_in(last_doses=[old]))

    assert LastDose.objects.get().drug_class == "nsaid"


def test_an_unknown_drug_is_what_was_typed():
    day = Day.ready()
    dose = {"drug": "ibuprofen", "drug_class": "nsaid", "last_dose_at": day.at("07:00")}

    assert codes(day.check_in(last_doses=[dose])) == ["MED-NSAID-01"]


@pytest.mark.parametrize("sex", ["unknown", "female"])
def test_a_pregnancy_test_is_asked_unless_it_is_known_to_be_needless(sex):
    day = Day.ready()
    person = day.episode.patient
    person.biological_sex, person.birth_date = sex, NOW.date().replace(year=1996)
    person.version += 1
    person.save()

    refused = day.check_in(pregnancy_test="not_applicable")

    assert codes(refused) == ["pregnancy-test-missing"]


def test_a_consent_taken_back_on_the_day_stops_the_line():
    day = Day.ready().until("checked_in")
    gone = {"consent_type": "procedure", "revoke": True, "reason": "Changed his mind."}

    again = day.act("consent", make.consent(day.place), "08:50", "clinician")
    make.done(day.act("consent", gone, "09:00", "clinician"))

    assert codes(again) == ["stage"]
    assert codes(day.time_out()) == ["consent-missing"]
    aborted = day.act("abort", {"reason": "patient_request"}, "09:05", "clinician")
    assert make.done(aborted).stage == "aborted"


def test_the_second_hand_off_follows_the_first():
    day = Day.ready().until("harvested")

    assert codes(day.hand_off("H2", "09:35")) == ["hand-off-missing"]


def test_a_product_is_spun_in_a_machine_of_the_clinic():
    day = Day.ready().until("harvested")
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))

    assert codes(day.process(centrifuge="CF-77")) == ["centrifuge-unknown"]
    make.done(day.process())
