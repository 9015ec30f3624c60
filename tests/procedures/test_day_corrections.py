"""A correction of the day's records is a whole new row; sums read the current one."""

from decimal import Decimal

import pytest

from procedures.episodes.day_figures import run_day
from procedures.fields.schema import InvalidData
from procedures.models import Harvest, Injection, Processing
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


def correct(day, record, row, **values):
    answers = {
        "record": record,
        "record_id": str(row.pk),
        "reason": "Read from the wrong syringe.",
        "values": values,
    }
    roles = ("clinician", "nurse")
    role, second = ("technician", "clinician") if record == "processing" else roles
    now = day.at("12:00")
    return make.act(
        day.place, day.episode, "correct", answers, role=role, second=second, now=now
    )


def kit_of(row):
    """The barcode of the kit on record, as people type it."""
    kit = row.kit
    return f"(01){kit.gtin}(17){kit.expires_on:%y%m%d}(10){kit.lot}(21){kit.serial}"


def injection_of(day, **changes):
    return {
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
        **changes,
    }


def test_a_corrected_volume_counts_and_the_first_one_stays():
    day = Day.ready().until("injected")
    old = Injection.objects.get()

    make.done(correct(day, "injection", old, **injection_of(day, volume_ml="6.5")))

    new = Injection.objects.get(superseded_at=None)
    assert (new.corrects, new.proceduralist) == (old, old.proceduralist)
    assert new.correction_reason == "Read from the wrong syringe."
    assert run_day(day.episode).injected_ml == Decimal("6.5")
    assert Injection.objects.count() == 2


def test_a_correction_that_breaks_the_sums_is_refused_and_changes_nothing():
    day = Day.ready().until("discharged")
    old = Injection.objects.get()

    refused = correct(day, "injection", old, **injection_of(day, volume_ml="6.5"))

    assert codes(refused) == ["volume-exceeded"]
    assert Injection.objects.get().superseded_at is None


def test_a_correction_stays_at_its_target():
    day = Day.ready().until("injected")
    other = injection_of(day, target="00000000-0000-0000-0000-000000000000")

    with pytest.raises(InvalidData, match="target"):
        correct(day, "injection", Injection.objects.get(), **other)


def test_a_harvest_is_corrected_within_what_went_in():
    day = Day.ready().until("processed")
    old = Harvest.objects.get()
    answers = {
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
    }

    refused = correct(day, "harvest", old, **answers, aliquots_ml=[5] * 10)
    make.done(correct(day, "harvest", old, **answers, aliquots_ml=[5] * 11 + ["5.5"]))

    assert codes(refused) == ["volume-input"]
    assert run_day(day.episode).aspirate_ml == Decimal("60.5")


def test_a_processing_is_corrected_down_to_what_was_used():
    day = Day.ready().until("injected")
    old = Processing.objects.get()
    answers = {
        "start_at": day.at("09:36"),
        "end_at": day.at("09:52"),
        "centrifuge": "CF-01",
        "kit_udi": kit_of(old),
        "spin_minutes": 14,
        "input_ml": 68,
        "ppp_ml": 20,
        "waste_ml": 40,
    }

    refused = correct(day, "processing", old, **answers, bmc_ml="7.3")
    make.done(correct(day, "processing", old, **answers, bmc_ml="7.6"))

    new = Processing.objects.get(superseded_at=None)
    assert codes(refused) == ["volume-exceeded"]
    assert (new.kit, new.operator) == (old.kit, old.operator)
    assert run_day(day.episode).bmc_ml == Decimal("7.6")
