"""Nobody lifts a hold or retouches a finished record alone."""

import json

import pytest

from core import journal
from patients.models import Task
from procedures.models import (
    Evaluation,
    Harvest,
    Injection,
    Processing,
    Stop,
    VitalsSet,
)
from tests.factories import procedures as make
from tests.factories.clinics import membership
from tests.factories.procedure_day import CALM, Day
from tests.procedures.correcting import correct, processing_of
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db

ENZYME = {"manipulations": ["enzymatic_digestion"]}


def mended(day, row, *people, **changes):
    return correct(
        day, "processing", row, *people, **processing_of(day, row, **changes)
    )


def tasks(kind):
    return list(Task.objects.filter(kind=kind, done_at=None))


# --- who ---------------------------------------------------------------------


def stranger(day, row):
    """Another technician than the one who made the record."""
    other = membership("technician", day.place.clinic)
    day.place.people["technician"] = other
    return row


def test_the_maker_corrects_alone_before_the_release():
    day = Day.ready().until("processed")

    make.done(mended(day, Processing.objects.get(), "technician", colour="red"))


def test_somebody_else_of_the_role_needs_a_second_person():
    day = Day.ready().until("processed")
    row = stranger(day, Processing.objects.get())

    alone = mended(day, row, "technician")
    make.done(mended(day, row, "technician", "nurse"))

    assert codes(alone) == ["correction-second-person"]


def test_the_second_person_treats_patients_here():
    day = Day.ready().until("processed")
    row = stranger(day, Processing.objects.get())

    refused = mended(day, row, "technician", "coordinator")

    assert codes(refused) == ["second-person-role"]


def test_after_the_release_a_physician_is_there():
    day = Day.ready().until("released")
    row = Processing.objects.get()

    assert codes(mended(day, row, "technician")) == ["correction-physician"]
    assert codes(mended(day, row, "technician", "nurse")) == ["correction-physician"]
    make.done(mended(day, row, "technician", "clinician"))


@pytest.mark.parametrize("person", ["technician", "stranger"])
def test_a_finished_record_is_never_retouched_alone(person):
    day = Day.ready().until("discharged")
    row = Processing.objects.get()
    if person == "stranger":
        stranger(day, row)

    assert codes(mended(day, row, "technician")) == ["correction-second-person"]
    assert codes(mended(day, row, "technician", "nurse")) == ["correction-physician"]
    make.done(mended(day, row, "technician", "medical_director"))


def test_a_physician_alone_does_not_retouch_a_finished_record_either():
    day = Day.ready().until("discharged")
    values = {
        "target": day.target,
        "laterality": "right",
        "patient_scan": day.mrn,
        "product_scan": day.product("C").code,
        "start_at": day.at("10:05"),
        "end_at": day.at("10:09"),
        "guidance": "ultrasound_in_plane",
        "needle_gauge": 20,
        "needle_length_mm": 50,
        "volume_ml": 7,
        "images_stored": 2,
    }

    refused = correct(day, "injection", Injection.objects.get(), **values)

    assert codes(refused) == ["correction-second-person"]


# --- a hold is never lifted ----------------------------------------------------


@pytest.mark.parametrize(
    "held",
    [ENZYME, {"additives": ["enzyme"]}, {"manipulations": ["cell_selection"]}],
)
def test_a_correction_never_lifts_a_hold(held):
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    make.done(day.process(**held))

    make.done(mended(day, Processing.objects.get(), "technician", "clinician"))
    refused = day.release(role="clinician", second="nurse")

    assert Processing.objects.get(superseded_at=None).regulatory_hold
    assert codes(refused) == ["regulatory-hold"]


@pytest.mark.parametrize(
    "doubt", [{"viability_pct": 65}, {"clots": True}, {"leak": True}]
)
def test_a_corrected_doubt_is_still_a_physicians_to_accept(doubt):
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    make.done(day.process(**doubt))

    make.done(mended(day, Processing.objects.get(), "technician", viability_pct=95))
    alone = day.release()
    explained = "The clot was seen and taken out before the label."
    accepted = day.release(role="clinician", second="nurse", physician_note=explained)

    assert codes(alone) == ["physician-note-missing"]
    make.done(accepted)


def test_a_given_product_that_turns_held_raises_an_alarm():
    day = Day.ready().until("injected")
    row = Processing.objects.get()

    make.done(mended(day, row, "technician", "clinician", **ENZYME))

    [task] = tasks("product-held-after-injection")
    assert task.owner_role == "medical_director"
    assert "adverse event" in task.text
    assert Injection.objects.get().superseded_at is None
    last = list(journal.entries(f"episode:{day.episode.pk}"))[-1]
    assert json.loads(last.payload)["alarm"] == "held-after-injection"


def test_a_released_product_that_turns_doubtful_is_looked_at_again():
    day = Day.ready().until("released")
    row = Processing.objects.get()

    make.done(mended(day, row, "technician", "clinician", clots=True))

    [task] = tasks("correction-review")
    assert (task.owner_role, "release" in task.text) == ("clinician", True)


def test_a_correction_that_bears_on_nothing_asks_nobody():
    day = Day.ready().until("released")
    row = Processing.objects.get()

    make.done(mended(day, row, "technician", "clinician", colour="dark red"))

    assert not Task.objects.filter(kind="correction-review").exists()


# --- a correction that would have changed a decision ----------------------------


def corrected(place, path, **changes):
    return make.act(
        place,
        path,
        "correct",
        {
            "record": "evaluation",
            "record_id": str(path.evaluations.get(superseded_at=None).pk),
            "reason": "Read from the wrong sheet.",
            "values": make.evaluation(**changes),
        },
    )


def test_other_rules_than_the_decision_saw_open_a_task():
    place = make.site()
    path = make.approved(place)

    make.done(corrected(place, path, weight_kg=140))

    [task] = tasks("correction-review")
    assert task.owner_role == "clinician"
    assert "decision" in task.text
    assert "BMI" not in task.text


def test_the_same_rules_as_the_decision_saw_open_none():
    place = make.site()
    path = make.approved(place)

    make.done(corrected(place, path, weight_kg=79))

    assert tasks("correction-review") == []


def test_an_approval_whose_ground_turns_hard_is_stopped_and_looked_at():
    place = make.site()
    path = make.approved(place)

    make.done(corrected(place, path, active_infection=True, infection_site="foot"))

    path.refresh_from_db()
    assert path.stage == "deferred"
    assert len(tasks("correction-review")) == 1


def test_a_decline_whose_ground_is_gone_is_looked_at_too():
    place = make.site()
    seen = make.evaluated(place, active_infection=True, infection_site="foot")
    declined = make.decision("declined")
    path = make.done(make.act(place, seen, "decide", declined))

    make.done(corrected(place, path))

    assert len(tasks("correction-review")) == 1


def test_a_weight_that_the_harvest_does_not_fit_is_looked_at():
    day = Day.ready().until("harvested")
    old = Evaluation.objects.get(superseded_at=None)
    strong = [{"agent": "lidocaine", "percent": 2, "volume_ml": 11}]
    row, light = Harvest.objects.get(), make.evaluation(weight_kg=38, height_cm=125)
    make.done(correct(day, "harvest", row, **harvest_of(day, anaesthetics=strong)))

    make.done(correct(day, "evaluation", old, **light))

    told = " ".join(task.text for task in tasks("correction-review"))
    assert "harvest" in told


def harvest_of(day, **changes):
    return {
        "start_at": day.at("09:15"),
        "end_at": day.at("09:33"),
        "position": "prone",
        "site": "posterior_iliac_crest_psis",
        "side": "left",
        "guidance": "ultrasound",
        "needle_gauge": 11,
        "needle_length_mm": 100,
        "anticoagulant": "acd_a",
        "anticoagulant_ml": 8,
        "aliquots_ml": [5] * 12,
        **changes,
    }


# --- vital signs ---------------------------------------------------------------


def test_a_corrected_fever_ends_the_day_and_no_correction_lifts_it():
    day = Day.ready().until("checked_in")

    def vitals(celsius):
        row = VitalsSet.objects.get(superseded_at=None)
        values = CALM | {"temperature_c": celsius}
        return make.done(correct(day, "vitals", row, "nurse", now="09:00", **values))

    vitals("38.4")
    first = codes(day.time_out())
    vitals("36.6")
    again = codes(day.time_out())

    assert "stop-open" in first
    assert "stop-open" in again
    assert Stop.objects.get(lift=None).rule == "INF-01"
    assert tasks("correction-review")


def test_corrected_vitals_keep_the_time_they_were_taken():
    day = Day.ready().until("checked_in")
    old = VitalsSet.objects.get()

    values = CALM | {"systolic_mmhg": 128}
    make.done(correct(day, "vitals", old, "nurse", now="09:00", **values))

    new = VitalsSet.objects.get(superseded_at=None)
    assert (new.corrects, new.systolic_mmhg) == (old, 128)
    assert new.occurred_at == old.occurred_at
