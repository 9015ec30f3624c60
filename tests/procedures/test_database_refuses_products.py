"""Containers, kits, bench, release and injection past their guards in SQL."""

import pytest
from django.db import Error, transaction

from procedures.models import KitUse, Processing
from tests.factories import procedures as make
from tests.factories.procedure_day import ON, Day
from tests.procedures.attempts import (
    another_consent,
    discard,
    insert,
    new_id,
    not_taken,
    revoke,
    rows,
    run,
    told,
    update_refused,
)
from tests.procedures.correcting import correct, processing_of

pytestmark = pytest.mark.django_db

EARLIER = "2026-09-14"
EXPIRES = "2026-09-15T13:15:00-05:00"


def on(day: str, clock: str) -> str:
    return make.at(day, clock).isoformat()


def test_no_container_of_another_day_or_another_make():
    day = Day.ready().until("checked_in")
    day.time_out()
    row = told(day.episode, day.harvest, "product", "harvest")
    row.refused("harvest of its day", collected_on=EARLIER)

    row.refused("autologous", recipient_id=new_id())


def test_no_sample_of_aspirate(bench):
    row = told(bench.episode, bench.process, "product", at=0)
    assert row.row["kind"] == "C"

    row.refused("concentrate is made of aspirate", kind="Q")


def test_numbers_of_containers_only_count_up():
    Day.ready().until("harvested")

    update_refused(
        "only count up",
        "UPDATE procedures_productcounter SET last = last + 1",
        "UPDATE procedures_productcounter SET last = last - 1",
    )
    not_taken("only count up", lambda: run("DELETE FROM procedures_productcounter"))


def test_no_hand_off_of_another_container_or_patient():
    day = Day.ready().until("harvested")
    row = told(day.episode, lambda: day.hand_off("H1", "09:34"), "handoff")

    row.refused("another container's", kind="H6")
    row.refused("do not agree", container_scan="BAYOU-20260915-0099-A1")
    row.refused("do not agree", patient_scan="CP-999999")
    row.refused("needs_two_people", method="manual")
    row.refused("before_the_patient", labelled_in_presence=False)
    row.refused("kind_is_known", kind="H9")


@pytest.fixture
def bench():
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34", role="clinician")
    day.hand_off("H2", "09:35")
    return day


KITS = {
    "used before": ("used_once", lambda used: {}),
    "used before, in small letters": (
        "used_once",
        lambda used: {"serial": used.serial.lower()},
    ),
    "used before, by the number of its carton": (
        "used_once",
        lambda used: {"gtin": f"1{used.gtin[1:13]}8"},
    ),
    "used before, typed without its number": (
        "used before",
        lambda used: {"gtin": "", "serial": used.serial.lower()},
    ),
    "used before, with a space": (
        "used before",
        lambda used: {"serial": f" {used.serial} "},
    ),
    "out of date": ("in_date", lambda used: {"expires_on": EARLIER, "serial": "NEW"}),
    "of no item": ("14 digits", lambda used: {"gtin": "952", "serial": "NEW"}),
    "without lot and serial": ("lot_or_serial", lambda used: {"serial": "", "lot": ""}),
}


@pytest.mark.parametrize("attempt", KITS)
def test_no_kit(bench, attempt):
    words, changes = KITS[attempt]
    row = told(bench.episode, bench.process, "kituse")
    Day.ready(bench.place, centrifuge="CF-02").until("processed")
    used = KitUse.objects.get()

    row.refused(words, **{"gtin": used.gtin, "serial": used.serial, **changes(used)})


def test_no_kit_that_was_typed_by_one_alone(bench):
    row = told(bench.episode, bench.process, "kituse")

    row.refused("two people read the label", is_typed=True)


def test_no_kit_that_its_recorder_vouches_for(bench):
    row = told(bench.episode, bench.process, "kituse")
    own = row.row["recorded_by"].removeprefix("staff:")

    row.refused("must be somebody else", is_typed=True, second_person_id=own)


def test_no_kit_in_place_of_another_by_one_alone():
    day = Day.ready().until("processed")
    [kit] = rows("procedures_kituse")
    other = kit | {"id": new_id(), "serial": "NEW", "corrects_id": kit["id"]}
    other["correction_reason"] = "The box was not opened at all."
    assert day.episode.stage == "processed"

    def another() -> None:
        run("UPDATE procedures_kituse SET superseded_at = recorded_at")
        insert("procedures_kituse", other)

    not_taken("two people look at a kit", another)


def test_no_kit_once_the_product_is_made(bench):
    row = told(bench.episode, bench.process, "kituse")
    make.done(bench.process())
    row.row["serial"] = "NEW"

    not_taken("that is not recorded now", row.write)


def test_no_kit_that_a_correction_does_not_use():
    day = Day.ready().until("processed")
    old = Processing.objects.get()
    make.done(correct(day, "processing", old, "technician", **processing_of(day, old)))
    [kit] = rows("procedures_kituse")
    old.refresh_from_db()
    then = old.superseded_at.isoformat()

    def another() -> None:
        now = {"id": new_id(), "serial": "NEW", "recorded_at": then}
        insert("procedures_kituse", kit | now)
        run("SET CONSTRAINTS kit_is_of_its_correction IMMEDIATE")

    not_taken("comes with the processing", another)


PROCESSINGS = {
    "more than was drawn": ("the input was 68", {"input_ml": 70}),
    "more out than in": ("output_fits", {"ppp_ml": 60}),
    "enzyme without a hold": ("beyond_minimal", {"additives": ["enzyme"]}),
    "cells selected": ("beyond_minimal", {"manipulations": ["cell_selection"]}),
    "before the harvest": ("follows the harvest", {"start_at": on(ON, "09:30")}),
    "end before its start": ("run_forward", {"end_at": on(ON, "09:36")}),
}


@pytest.mark.parametrize("attempt", PROCESSINGS)
def test_no_processing(bench, attempt):
    words, changes = PROCESSINGS[attempt]
    step = bench.process

    row = told(bench.episode, step, "processing", "kituse", "product")
    row.refused(words, **changes)


def test_no_processing_with_another_patients_kit_or_signature(bench):
    row = told(bench.episode, bench.process, "processing", "kituse", "product")
    Day.ready(bench.place, centrifuge="CF-02").until("processed")
    foreign = str(KitUse.objects.get().pk)

    row.refused("another patient's", kit_id=foreign)
    row.refused("whoever processes signs", operator_id=row.row["operator_id"] - 1)


def test_no_kit_opened_on_another_day(bench):
    row = told(bench.episode, bench.process, "processing", "kituse", "product")

    def backdated() -> None:
        kit = next(r for t, r in row.before if t == "procedures_kituse")
        kit["used_on"] = EARLIER

    row.refused_after("opened on another day", backdated)


RELEASES = {
    "three days longer": ("good for 240", {"expires_at": on("2026-09-18", "13:15")}),
    "a minute longer": ("good for 240", {"expires_at": on(ON, "13:16")}),
    "before its processing": ("its processing", {"released_at": on(ON, "09:50")}),
    "label not looked at": ("label_is_checked", {"label_checked": False}),
    "ahead": ("released_at_is_past", {"released_at": on(ON, "10:30")}),
}


@pytest.mark.parametrize("attempt", RELEASES)
def test_no_release(attempt):
    words, changes = RELEASES[attempt]
    day = Day.ready().until("processed")

    told(day.episode, day.release, "release").refused(words, **changes)


def test_no_release_verified_by_its_maker_or_signed_by_another():
    day = Day.ready().until("processed")
    row = told(day.episode, day.release, "release")

    row.refused("did_not_make_it", verifier_id=row.row["operator_id"])
    doctor = day.place.person("clinician").user_id
    row.refused("whoever releases signs", released_by_id=doctor)


def test_no_release_of_a_discarded_product():
    day = Day.ready().until("processed")
    row = told(day.episode, day.release, "release")

    row.refused_after(
        "has been discarded", lambda: discard(day.episode, "C", 7, day.at("09:55"))
    )


def test_no_release_of_a_held_product():
    day = Day.ready().until("processed")
    row = told(day.episode, day.release, "release")
    [made] = day.episode.processings.all()

    def held() -> None:
        run(
            "UPDATE procedures_processing SET superseded_at = recorded_at"
            " WHERE id = %s",
            made.pk,
        )

    row.refused_after("which is not on hold", held)


def test_no_release_of_a_clotted_product_without_a_physician():
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34", role="clinician")
    day.hand_off("H2", "09:35")
    make.done(day.process(clots=True))
    row = told(
        day.episode,
        lambda: day.release(
            second="clinician", physician_note="A small clot, removed."
        ),
        "release",
    )

    nurse = day.place.person("nurse").user_id
    row.refused("physician's to accept", verifier_id=nurse)


@pytest.fixture
def released():
    day = Day.ready().until("released")
    make.done(day.time_out("10:02"))
    return day


INJECTIONS = {
    "the other side": ("side differs", {"laterality": "left"}),
    "another wristband": ("differ", {"patient_scan": "CP-999999"}),
    "another label": ("differ", {"product_scan": "BAYOU-20260915-0099-C1"}),
    "after its expiry": ("expired", {"end_at": on(ON, "13:16")}),
    "before its release": ("not released", {"start_at": on(ON, "09:57")}),
    "an old time-out": ("time-out 2 is not valid", {"start_at": on(ON, "10:18")}),
    "without a picture": ("images_are_stored", {"images_stored": 0}),
    "by touch": ("image_guided", {"guidance": "palpation"}),
    "into a septic joint": ("septic", {"effusion_appearance": "purulent"}),
    "too much": ("injection_volume", {"volume_ml": "20.5"}),
    "ahead": ("end_at_is_past", {"end_at": on(ON, "10:30")}),
    "born superseded": ("begins as the current", {"superseded_at": on(ON, "10:30")}),
}


@pytest.mark.parametrize("attempt", INJECTIONS)
def test_no_injection(released, attempt):
    words, changes = INJECTIONS[attempt]

    told(released.episode, released.inject, "injection").refused(words, **changes)


def test_no_injection_of_another_patients_product(released):
    row = told(released.episode, released.inject, "injection")
    other = Day.ready(released.place, centrifuge="CF-02").until("released")
    foreign = other.product("C")

    row.refused(
        "another episode's", product_id=str(foreign.pk), product_scan=foreign.code
    )
    row.refused("another episode's", product_id=str(released.product("A").pk))
    row.refused("side differs", target_id=other.target)


def test_no_injection_by_somebody_else(released):
    row = told(released.episode, released.inject, "injection")
    other = released.place.person("medical_director").user_id

    row.refused("proceduralist signs", proceduralist_id=other)

    signature = row.before[0][1] | {"signer_id": other, "role": "medical_director"}

    def signed_by_them() -> None:
        row.before[0] = (row.before[0][0], signature)

    row.refused_after("another proceduralist", signed_by_them, proceduralist_id=other)


INJECTED_AFTER = {
    "abort": (
        "discarded|aborted",
        lambda day: make.done(
            day.act("abort", {"reason": "other", "note": "None."}, "10:03", "clinician")
        ),
    ),
    "discard": (
        "has been discarded",
        lambda day: discard(day.episode, "C", 7, day.at("10:03")),
    ),
    "consent taken back before": (
        "taken back",
        lambda day: revoke(day.episode, day.at("10:03")),
    ),
    "consent taken back at the start": (
        "taken back",
        lambda day: revoke(day.episode, day.at("10:05")),
    ),
    "consent without the target": (
        "target is not consented|cover the target",
        lambda day: another_consent(day.episode, targets=()),
    ),
    "consent that ran out": (
        "run out",
        lambda day: another_consent(day.episode, valid_until=EARLIER),
    ),
}


@pytest.mark.parametrize("circumstance", INJECTED_AFTER)
def test_no_injection_after(released, circumstance):
    words, happens = INJECTED_AFTER[circumstance]

    row = told(released.episode, released.inject, "injection")
    row.refused_after(words, lambda: happens(released))


def test_no_injection_once_the_episode_has_gone_on(released):
    row = told(released.episode, released.inject, "injection")
    make.done(released.inject())

    row.before[0] = (row.before[0][0], row.before[0][1] | {"id": new_id()})
    with pytest.raises(Error, match="injected_once"), transaction.atomic():
        row.write(signature_id=row.before[0][1]["id"])


def test_a_consent_taken_back_later_leaves_the_injection_correctable(released):
    make.done(released.inject())
    revoke(released.episode, released.at("10:20"))
    [old] = released.episode.injections.all()

    released.episode.refresh_from_db()
    outcome = released.act(
        "correct",
        {
            "record": "injection",
            "record_id": str(old.pk),
            "reason": "Needle read wrong.",
            "values": {
                "target": released.target,
                "laterality": "right",
                "patient_scan": released.mrn,
                "product_scan": released.product("C").code,
                "start_at": released.at("10:05"),
                "end_at": released.at("10:09"),
                "guidance": "ultrasound_in_plane",
                "needle_gauge": 21,
                "needle_length_mm": 50,
                "volume_ml": 7,
                "images_stored": 2,
            },
        },
        "10:30",
        "clinician",
    )

    make.done(outcome)
