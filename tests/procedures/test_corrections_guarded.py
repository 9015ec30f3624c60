"""A correction is its makers' to make, and passes the guards of the act it tells."""

import pytest

from core.refusal import Refused
from procedures.acts.registry import CORRECTORS
from procedures.fields.schema import InvalidData
from procedures.models import Harvest, Injection, Processing
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes, journal_names

pytestmark = pytest.mark.django_db

# Who may correct which record, written out by hand.
MAKERS = {
    "evaluation": {"clinician", "medical_director"},
    "harvest": {"clinician", "medical_director"},
    "processing": {"technician"},
    "injection": {"clinician", "medical_director"},
    "vitals": {"clinician", "medical_director", "nurse"},
    "adverse_event": {"clinician", "medical_director", "nurse", "technician"},
}
CARE = ("clinician", "medical_director", "nurse", "technician")
NOBODYS = "00000000-0000-0000-0000-000000000000"


def correct(day, kind, row, role="clinician", second="", **values):
    answers = {
        "record": kind,
        "record_id": str(row.pk),
        "reason": "Read from the wrong sheet.",
        "values": values,
    }
    now = day.at("12:00")
    return make.act(
        day.place, day.episode, "correct", answers, role=role, second=second, now=now
    )


def test_every_kind_of_record_has_its_makers():
    assert set(CORRECTORS) == set(MAKERS)


def test_only_its_makers_correct_a_record():
    place = make.site()
    path = make.evaluated(place)
    answers = {"record_id": NOBODYS, "reason": "Not my sheet at all.", "values": {}}

    def is_forbidden(kind, role):
        wish = {"record": kind, **answers}
        try:
            outcome = make.act(place, path, "correct", wish, role=role)
        except InvalidData:
            return False  # got as far as the values, which are empty
        return isinstance(outcome, Refused) and outcome.status == 403

    for kind, makers in MAKERS.items():
        assert {r for r in CARE if not is_forbidden(kind, r)} == makers, kind


def test_a_forbidden_correction_is_on_record():
    day = Day.ready().until("harvested")

    refused = correct(day, "harvest", Harvest.objects.get(), role="nurse")

    assert (refused.status, refused.code) == (403, "forbidden")
    assert journal_names(day)[-1] == "episode.act_forbidden"
    assert Harvest.objects.get().superseded_at is None


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


def test_a_corrected_harvest_passes_the_guards_of_a_harvest():
    day = Day.ready().until("processed")
    old = Harvest.objects.get()

    def refused(**changes):
        return codes(correct(day, "harvest", old, **harvest_of(day, **changes)))

    much = [{"agent": "lidocaine", "percent": 2, "volume_ml": 50}]
    assert refused(anaesthetics=much) == ["anaesthetic-too-much"]
    assert refused(start_at=day.at("09:28")) == ["time-out-expired"]
    assert refused(end_at=day.at("09:10")) == ["time-order", "time-order"]
    assert refused(end_at=day.at("09:37")) == ["time-order"]
    assert refused(site="anterior_iliac_crest") == ["consent-scope"]
    assert Harvest.objects.get().superseded_at is None


def test_a_corrected_injection_passes_the_guards_of_an_injection():
    day = Day.ready().until("injected")
    old = Injection.objects.get()
    answers = {
        "target": day.target,
        "laterality": "right",
        "patient_scan": day.mrn,
        "product_scan": day.product("C").code,
        "start_at": day.at("10:05"),
        "end_at": day.at("10:09"),
        "guidance": "ultrasound_in_plane",
        "needle_gauge": 22,
        "needle_length_mm": 50,
        "volume_ml": 7,
        "images_stored": 2,
    }

    def refused(**changes):
        return codes(correct(day, "injection", old, **answers | changes))

    assert refused(laterality="left") == ["laterality"]
    assert refused(start_at=day.at("09:59")) == ["time-out-expired"]
    assert refused(end_at=day.at("12:30")) == ["in-the-future"]
    assert refused(effusion_appearance="purulent") == ["INF-01"]
    assert Injection.objects.get().superseded_at is None


def test_a_corrected_processing_ends_before_its_release():
    day = Day.ready().until("released")
    old = Processing.objects.get()
    answers = {
        "start_at": day.at("09:36"),
        "end_at": day.at("09:59"),
        "centrifuge": "CF-01",
        "kit_udi": "kept",
        "spin_minutes": 14,
        "input_ml": 68,
        "bmc_ml": "7.5",
        "ppp_ml": 20,
        "waste_ml": 40,
    }

    pair = ("technician", "clinician")
    refused = correct(day, "processing", old, *pair, **answers)
    elsewhere = answers | {"end_at": day.at("09:52"), "centrifuge": "CF-99"}
    unknown = correct(day, "processing", old, *pair, **elsewhere)

    assert codes(refused) == ["time-order"]
    assert codes(unknown) == ["centrifuge-unknown"]
