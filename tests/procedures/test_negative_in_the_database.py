"""The same refusals by the database itself, in raw SQL as the app's role."""

import json

import pytest
from django.db import Error, IntegrityError, connection, transaction

from procedures.models import (
    Discharge,
    Disposition,
    FollowUp,
    HandOff,
    Harvest,
    Injection,
    InstrumentResponse,
    KitUse,
    Processing,
    Product,
    Release,
    SiteMark,
    TimeOut,
    VitalsSet,
)
from procedures.products import sums
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import copy

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return Day.ready().until("discharged")


def refused(words, table, pk, **changes):
    """The database refuses a row like that one with these changes."""
    with pytest.raises(Error, match=words), transaction.atomic():
        insert(table, pk, **changes)


def insert(table, pk, **changes):
    """The row, and the sums it changes."""
    copy(f"procedures_{table}", pk, **changes)
    sums.settle()


def test_an_injection_is_refused_unless_everything_agrees(day):
    other = Day.ready(day.place, centrifuge="CF-02").until("released")
    row = Injection.objects.get()
    foreign = other.product("C")
    wrong = [
        ("another episode", {"product_id": str(foreign.pk)}),
        ("another episode", {"product_id": str(day.product("A").pk)}),
        ("wristband and episode differ", {"patient_scan": other.mrn}),
        ("wristband and episode differ", {"product_scan": foreign.code}),
        ("side differs", {"laterality": "left"}),
        ("side differs", {"target_id": other.target}),
        ("time-out 2 is not valid", {"time_out_id": str(first_time_out(day).pk)}),
        ("not released", {"start_at": day.at("09:57")}),
        ("time-out 2 is not valid", {"start_at": day.at("10:18")}),
        ("has expired", {"end_at": day.at("13:16")}),
        ("not of the same day", {"start_at": make.at("2026-09-16", "10:05")}),
    ]
    for words, changes in wrong:
        refused(words, "injection", row.pk, **changes)


def first_time_out(day):
    return TimeOut.objects.get(episode=day.episode, number=1)


def test_an_injection_row_has_hard_limits(day):
    row = Injection.objects.get()
    wrong = [
        ("image_guided", {"guidance": ""}),
        ("images_are_stored", {"images_stored": 0}),
        ("septic_joint", {"effusion_appearance": "purulent"}),
        ("injection_volume", {"volume_ml": 21}),
        ("injected_once", {}),
    ]
    for words, changes in wrong:
        refused(words, "injection", row.pk, **changes)


def test_an_injection_is_refused_while_an_incident_is_open():
    day = Day.ready().until("injected")
    day.episode.stage = "released"
    day.episode.save()
    neighbour = Day.ready(day.place, centrifuge="CF-02").until("harvested")
    day.hand_off("H6", "10:20", container_scan=neighbour.product("A").code)

    refused("incident is open", "injection", Injection.objects.get().pk)


def test_volumes_are_conserved(day):
    row = Disposition.objects.get()

    refused("not conserved", "disposition", row.pk, volume_ml="0.2")


def test_volumes_are_conserved_at_commit_too(day):
    with connection.cursor() as cursor:
        copy("procedures_disposition", Disposition.objects.get().pk, volume_ml="0.2")
        with pytest.raises(IntegrityError, match="not conserved"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT 1")
        transaction.set_rollback(True)


def test_a_correction_below_what_was_used_is_refused(day):
    row = Processing.objects.get()

    Processing.objects.filter(pk=row.pk).update(superseded_at=day.at("11:00"))
    explained = {"corrects_id": str(row.pk), "correction_reason": "read wrong"}

    refused(
        "not conserved",
        "processing",
        row.pk,
        bmc_ml=7,
        superseded_at=None,
        **explained,
    )
    transaction.set_rollback(True)  # the row was left without a successor


def test_aliquots_add_up(day):
    row = Harvest.objects.get()
    Harvest.objects.filter(pk=row.pk).update(superseded_at=day.at("11:00"))
    explained = {"corrects_id": str(row.pk), "correction_reason": "read wrong"}

    refused("add up", "harvest", row.pk, superseded_at=None, **explained)
    transaction.set_rollback(True)  # the row was left without a successor


def test_a_harvest_row_has_hard_limits(day):
    row = Harvest.objects.get()
    wrong = [
        ("valid time-out 1", {"start_at": day.at("09:28")}),
        ("4_ml_per_kg", {"total_aspirate_ml": 299, "weight_kg": 70}),
        ("anaesthetic_is_safe", {"anaesthetic_fraction": "1.01"}),
        ("run_forward", {"end_at": day.at("09:14")}),
        ("is_past", {"end_at": make.at("2099-01-01")}),
    ]
    for words, changes in wrong:
        refused(words, "harvest", row.pk, **changes)


def test_vital_signs_have_hard_limits(day):
    row = VitalsSet.objects.filter(purpose="check_in").get()
    wrong = [
        ("vitals_temperature", {"temperature_c": "43.1"}),
        ("vitals_systolic", {"systolic_mmhg": 261}),
        ("below_systolic", {"diastolic_mmhg": 140}),
        ("vitals_spo2", {"spo2_pct": 101}),
        ("vitals_nrs", {"nrs": 11}),
    ]
    for words, changes in wrong:
        refused(words, "vitalsset", row.pk, **changes)


def test_a_time_out_needs_two_people_and_every_yes(day):
    row = first_time_out(day)

    refused("two_people", "timeout", row.pk, second_id=row.lead_id)
    refused("every_answer_is_yes", "timeout", row.pk, images_displayed=False)
    refused("follows the release", "timeout", row.pk, number=2)
    product = str(day.product("C").pk)
    refused("names_the_product", "timeout", row.pk, product_id=product)


def test_a_release_is_verified_by_somebody_else(day):
    row = Release.objects.get()

    refused("did_not_make_it", "release", row.pk, verifier_id=row.operator_id)
    refused("follows its processing", "release", row.pk, operator_id=row.verifier_id)
    refused("follows its processing", "release", row.pk, released_at=day.at("09:50"))
    refused("released_once", "release", row.pk)


def test_a_held_product_is_never_released():
    day = Day.ready().until("harvested")
    day.hand_off("H1", "09:34")
    day.hand_off("H2", "09:35")
    make.done(day.process(additives=["enzyme"]))
    source = Release.objects.get(episode=Day.ready().until("released").episode)
    held = Processing.objects.get(episode=day.episode)

    refused(
        "not on hold",
        "release",
        source.pk,
        episode_id=str(day.episode.pk),
        processing_id=str(held.pk),
        product_id=str(day.product("C").pk),
        operator_id=held.operator_id,
    )


def test_more_than_minimal_manipulation_is_always_held(day):
    row = Processing.objects.get()

    refused("beyond_minimal", "processing", row.pk, additives=["enzyme"])
    refused("beyond_minimal", "processing", row.pk, manipulations=["cell_selection"])


def test_a_centrifuge_holds_one_product():
    place = make.open_site()
    first, other = Day.ready(place).until("processed"), Day.ready(place)
    other.until("harvested")
    other.hand_off("H1", "09:34")
    other.hand_off("H2", "09:35")
    make.done(other.process(centrifuge="CF-02"))
    row = Processing.objects.get(episode=other.episode)
    Processing.objects.filter(pk=row.pk).update(superseded_at=other.at("10:00"))

    refused("one_product", "processing", row.pk, centrifuge="CF-01", superseded_at=None)
    assert first.episode.stage == "processed"
    transaction.set_rollback(True)  # the row was left without a successor


def test_a_kit_is_used_once_and_in_date(day):
    row = KitUse.objects.get()

    refused("used_once", "kituse", row.pk)
    refused("in_date", "kituse", row.pk, serial="S-NEW", used_on="2028-04-01")


def test_a_product_stays_with_its_patient(day):
    row, other = day.product("A"), Day.ready()
    stranger = str(other.episode.patient_id)

    new = {"code": "NEW", "number": 2}
    refused("autologous", "product", row.pk, **new, recipient_id=stranger)
    refused(
        "episode's patient",
        "product",
        row.pk,
        **new,
        donor_id=stranger,
        recipient_id=stranger,
    )
    refused(
        "same episode and day",
        "product",
        day.product("C").pk,
        **new,
        collected_on="2026-09-14",
    )


def test_a_hand_off_matches_or_does_not_exist(day):
    row = HandOff.objects.get(kind="H6")

    refused("do not agree", "handoff", row.pk, patient_scan="CP-999999")
    refused("do not agree", "handoff", row.pk, container_scan=day.product("A").code)


def test_marks_and_discharge_keep_their_place_in_the_day(day):
    mark, home = SiteMark.objects.get(), Discharge.objects.get()

    refused("follows the check-in", "sitemark", mark.pk, laterality="left")
    refused("follows the check-in", "sitemark", mark.pk, occurred_at=day.at("08:00"))
    refused("follows the last", "discharge", home.pk, occurred_at=day.at("10:08"))


def test_follow_ups_exist_after_an_injection_only(day):
    row, other = FollowUp.objects.get(code="D3"), Day.ready()

    refused("planned_once", "followup", row.pk)
    refused(
        "planned at the injection", "followup", row.pk, episode_id=str(other.episode.pk)
    )


MOVES = (
    "SET target_on = target_on + 1",
    "SET window_to = window_to + 1",
    "SET code = 'D4'",
    "SET state = 'planned', answered_at = NULL WHERE state = 'missed'",
)


def test_a_planned_contact_never_moves(day):
    FollowUp.objects.filter(code="D1").update(state="missed")

    for change in MOVES:
        with pytest.raises(IntegrityError, match="never moves"), transaction.atomic():
            sql(f"UPDATE procedures_followup {change}")


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


SIGNED = ("injection", "harvest", "timeout", "processing", "release", "checkin")


EDITS = (
    "UPDATE procedures_{0} SET recorded_by_name = 'Somebody else'",
    "DELETE FROM procedures_{0}",
    "TRUNCATE procedures_{0} CASCADE",
)


def test_n16_a_signed_row_is_never_edited_by_the_app():
    for edit in (edit.format(table) for table in SIGNED for edit in EDITS):
        with pytest.raises(Error, match="permission denied"), transaction.atomic():
            sql(edit)


def test_n16_a_row_is_superseded_once(day):
    row = Injection.objects.get()
    Injection.objects.filter(pk=row.pk).update(superseded_at=day.at("11:00"))

    with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
        Injection.objects.filter(pk=row.pk).update(superseded_at=None)
    transaction.set_rollback(True)  # the row was left without a successor


def test_scores_are_never_edited(day):
    assert InstrumentResponse.objects.exists()
    with pytest.raises(Error, match="permission denied"), transaction.atomic():
        sql("UPDATE procedures_instrumentresponse SET score = 99")


def test_a_score_comes_with_its_raw_sum(day):
    row = InstrumentResponse.objects.get(instrument__key="koos_jr")
    changes = {"occasion": "W6", "answers": json.dumps({}), "raw_score": None}

    refused("go_together", "instrumentresponse", row.pk, **changes)


def test_products_cannot_be_renamed(day):
    with pytest.raises(Error, match="permission denied"), transaction.atomic():
        sql("UPDATE procedures_product SET code = 'X'")
    assert Product.objects.filter(kind="C").count() == 1
