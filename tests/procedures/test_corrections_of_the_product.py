"""Corrections of the bench or the harvest move the sample and the expiry."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from patients.models import Task
from procedures.episodes.day_figures import run_day
from procedures.facts import day_selectors
from procedures.models import Disposition, Harvest, Injection, Processing, Product
from procedures.products import sums
from procedures.products.selectors import label
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.attempts import new_id, told
from tests.procedures.correcting import WHY, correct, processing_of
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


def mended(day, *people, **changes):
    row = Processing.objects.get(superseded_at=None)
    return correct(
        day, "processing", row, *people, **processing_of(day, row, **changes)
    )


def kept():
    return Disposition.objects.get(kind="qc_retained", superseded_at=None)


def test_the_sample_moves_with_the_corrected_figures():
    day = Day.ready().until("processed")

    make.done(mended(day, "technician", qc_retained_ml=3))

    assert (kept().volume_ml, kept().correction_reason) == (3, WHY)
    assert kept().corrects.volume_ml == Decimal("0.5")
    assert day_selectors.used_ml(day.episode) == 3
    day.until("released")
    make.done(day.time_out("12:05"))
    at = {"start_at": day.at("12:06"), "end_at": day.at("12:08")}
    assert codes(day.inject("12:09", **at)) == ["volume-exceeded"]


@pytest.mark.parametrize("stage", ["injected", "discharged"])
def test_a_sample_that_no_longer_fits_is_refused(stage):
    day = Day.ready().until(stage)

    refused = mended(day, "technician", "clinician", qc_retained_ml=3)

    assert codes(refused) == ["volume-exceeded"]
    assert kept().volume_ml == Decimal("0.5")
    assert Processing.objects.get().superseded_at is None


def test_after_the_discharge_all_of_it_stays_accounted_for():
    day = Day.ready().until("discharged")

    less = mended(day, "technician", "clinician", qc_retained_ml=0)
    both = {"qc_retained_ml": 1, "bmc_ml": 8}
    make.done(mended(day, "technician", "clinician", **both))

    assert codes(less) == ["volume-exceeded"]
    assert run_day(day.episode).qc_retained_ml == 1
    assert run_day(day.episode).bmc_ml == run_day(day.episode).used_ml == 8


def test_a_correction_that_does_not_tell_of_the_sample_leaves_it():
    day = Day.ready().until("processed")

    make.done(mended(day, "technician", colour="red"))

    assert kept().volume_ml == Decimal("0.5")
    assert Disposition.objects.count() == 1


def test_a_sample_that_never_was_counts_nothing_and_stays_on_record():
    day = Day.ready().until("processed")

    make.done(mended(day, "technician", qc_retained_ml=0))

    assert day_selectors.used_ml(day.episode) == 0
    assert Disposition.objects.count() == 2


def test_a_sample_told_of_later_is_labelled_like_any_other():
    day = Day.ready().until("harvested")
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))
    make.done(day.process(qc_retained_ml=0))

    make.done(mended(day, "technician", qc_retained_ml="0.5"))

    assert kept().volume_ml == Decimal("0.5")
    assert Product.objects.get(kind="Q").parent == day.product("C")


# The product is good for four hours from the first draw: 13:15, or 13:12 in truth.
def harvested_earlier(day, now="12:00"):
    harvested(day, now, start_at=day.at("09:12"))


def harvested(day, now="12:00", **changes):
    values = {
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
    row = Harvest.objects.get(superseded_at=None)
    make.done(correct(day, "harvest", row, "clinician", "nurse", now, **values))


def given_late(day):
    at = {"start_at": day.at("13:10"), "end_at": day.at("13:14")}
    return day.inject("13:14", **at)


def test_an_earlier_harvest_brings_the_expiry_forward():
    day = Day.ready().until("released")
    harvested_earlier(day)
    make.done(day.time_out("13:09"))

    refused = given_late(day)

    assert codes(refused) == ["product-expired"]
    # The refusal has left a stop of the product; the time-out is refused for both.
    assert codes(day.time_out("13:13")) == ["stop-open", "product-expired"]
    assert run_day(day.episode).expires_at == day.at("13:12")
    assert label(day.product("C")).expires_at == day.at("13:12")
    task = Task.objects.get(kind="correction-review")
    assert "expires earlier" in task.text


def test_the_database_reckons_the_same_expiry():
    day = Day.ready().until("released")
    make.done(day.time_out("13:09"))
    row = told(day.episode, lambda: given_late(day), "injection")

    row.refused_after("has expired", lambda: harvested_earlier(day))


def test_the_database_takes_no_time_out_past_it():
    day = Day.ready().until("released")
    row = told(day.episode, lambda: day.time_out("13:13"), "timeout")

    row.refused_after("has expired", lambda: harvested_earlier(day))


def test_a_later_first_draw_puts_nothing_off():
    day = Day.ready().until("released")

    harvested(day, start_at=day.at("09:14"), first_aliquot_at=day.at("09:20"))

    assert run_day(day.episode).expires_at == day.at("13:15")


def test_an_injection_that_turns_out_too_late_raises_an_alarm():
    day = Day.ready().until("released")
    make.done(day.time_out("13:09"))
    make.done(given_late(day))

    harvested_earlier(day, "14:00")

    task = Task.objects.get(kind="product-expired-after-injection")
    assert task.owner_role == "medical_director"
    assert "adverse event" in task.text
    assert Injection.objects.get().superseded_at is None


def injected_of(day, **changes):
    return {
        "target": day.target,
        "laterality": "right",
        "patient_scan": day.mrn,
        "product_scan": day.product("C").code,
        "start_at": day.at("13:10"),
        "end_at": day.at("13:14"),
        "guidance": "ultrasound_in_plane",
        "needle_gauge": 21,
        "needle_length_mm": 50,
        "volume_ml": 7,
        "images_stored": 2,
        **changes,
    }


def test_and_may_still_be_put_right_but_not_to_a_later_end():
    day = Day.ready().until("released")
    make.done(day.time_out("13:09"))
    make.done(given_late(day))
    harvested_earlier(day, "14:00")
    row = Injection.objects.get()
    later = injected_of(day, end_at=day.at("13:15"))

    refused = correct(day, "injection", row, "clinician", "nurse", "14:05", **later)
    mend = injected_of(day)
    make.done(correct(day, "injection", row, "clinician", "nurse", "14:05", **mend))

    assert codes(refused) == ["product-expired"]
    assert Injection.objects.get(superseded_at=None).needle_gauge == 21


def test_an_injection_in_time_raises_none():
    day = Day.ready().until("injected")

    harvested_earlier(day)

    assert not Task.objects.filter(kind="product-expired-after-injection").exists()


def test_the_database_keeps_the_sums_of_a_moved_sample():
    day = Day.ready().until("injected")
    row = Disposition.objects.get()

    with pytest.raises(IntegrityError, match="not conserved"), transaction.atomic():
        _swap(row, day.at("12:00"))


def _swap(row, at):
    """A larger sample in the place of that one, in plain rows."""
    Disposition.objects.filter(pk=row.pk).update(superseded_at=at)
    values = Disposition.objects.filter(pk=row.pk).values().get()
    links = {"corrects_id": row.pk, "correction_reason": WHY, "superseded_at": None}
    Disposition.objects.create(**values | links | {"id": new_id(), "volume_ml": 3})
    sums.settle()
