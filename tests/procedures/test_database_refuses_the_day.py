"""Check-in, time-outs, harvest and discharge written past their guards in SQL."""

import pytest

from tests.factories import procedures as make
from tests.factories.procedure_day import ON, Day
from tests.procedures.attempts import another_consent, revoke, run, told

pytestmark = pytest.mark.django_db

EARLIER = "2026-09-14"


def on(day: str, clock: str) -> str:
    return make.at(day, clock).isoformat()


CHECK_INS = {
    "sign of infection": ("without_infection", {"infection_signs": True}),
    "positive pregnancy test": ("not_pregnant", {"pregnancy_test": "positive"}),
    "pregnancy test of days ago": (
        "test is not of the day",
        {"pregnancy_test_at": on("2026-09-12", "09:00")},
    ),
    "one identifier": ("two_identifiers", {"identifiers": ["name"]}),
    "one identifier twice": ("two different", {"identifiers": ["name", "name"]}),
    "identifier nobody knows": ("two different", {"identifiers": ["name", "face"]}),
    "on another day": (
        "no procedure is booked",
        {
            "occurred_at": on(EARLIER, "08:34"),
            "arrived_at": on(EARLIER, "08:30"),
            "pregnancy_test_at": on(EARLIER, "08:20"),
        },
    ),
    "ahead of its entry": ("occurred_at_is_past", {"occurred_at": on(ON, "08:50")}),
    "arrival ahead": ("nobody arrives ahead", {"arrived_at": on(ON, "08:50")}),
    "clearance without a reason": ("clearance_is_explained", {"cleared_by_id": 1}),
    "born superseded": ("begins as the current", {"superseded_at": on(ON, "08:40")}),
}


@pytest.mark.parametrize("attempt", CHECK_INS)
def test_no_check_in_with(attempt):
    day, (words, changes) = Day.ready(), CHECK_INS[attempt]

    told(day.episode, day.check_in, "checkin").refused(words, **changes)


def test_no_check_in_without_a_pregnancy_test_where_one_is_needed():
    day = Day.ready()
    run(
        "UPDATE patients_patient SET birth_date = '1990-01-01', version = version + 1"
        " WHERE id = %s",
        day.episode.patient_id,
    )

    row = told(day.episode, day.check_in, "checkin")
    row.refused("test of the day is needed", pregnancy_test="not_applicable")


def test_no_check_in_after_the_consent_was_taken_back():
    day = Day.ready()

    row = told(day.episode, day.check_in, "checkin")
    row.refused_after("taken back", lambda: revoke(day.episode, day.at("08:00")))


def test_no_second_check_in():
    day = Day.ready()
    row = told(day.episode, day.check_in, "checkin")

    row.refused_after("checked_in_once", day.check_in)


@pytest.mark.parametrize("celsius", ["38.0", "39.5"])
def test_nobody_is_received_with_a_fever(celsius):
    day = Day.ready()

    row = told(day.episode, day.check_in, "vitalsset")
    row.refused("INF-01", temperature_c=celsius)


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("vitals_temperature", {"temperature_c": "43.1"}),
        ("of the check-in or of the recovery", {"purpose": "triage"}),
        ("below_systolic", {"diastolic_mmhg": 140}),
        ("occurred_at_is_past", {"occurred_at": on(ON, "09:50")}),
    ],
    ids=["impossible", "no purpose", "diastolic above systolic", "ahead"],
)
def test_no_vital_signs(words, changes):
    day = Day.ready()

    told(day.episode, day.check_in, "vitalsset").refused(words, **changes)


def test_no_mark_by_somebody_else():
    day = Day.ready().until("checked_in")
    row = told(day.episode, day.time_out, "sitemark")

    other = day.place.person("medical_director").user_id
    row.refused("another proceduralist", marked_by_id=other)
    row.refused("on the target's side", laterality="left")


TIME_OUTS = {
    "good for ten hours": ("good for 15 minutes", {"valid_until": on(ON, "19:12")}),
    "good for 16 minutes": ("good for 15 minutes", {"valid_until": on(ON, "09:28")}),
    "a no": ("every_answer_is_yes", {"consent_matches": False}),
    "number 2 before the harvest": ("time-out 2 follows", {"number": 2}),
    "number 3": ("names_the_product", {"number": 3}),
    "ahead": (
        "occurred_at_is_past",
        {"occurred_at": on(ON, "09:20"), "valid_until": on(ON, "09:30")},
    ),
    "before the mark": ("marking of every target", {"occurred_at": on(ON, "08:50")}),
}


@pytest.mark.parametrize("attempt", TIME_OUTS)
def test_no_time_out(attempt):
    words, changes = TIME_OUTS[attempt]
    day = Day.ready().until("checked_in")

    told(day.episode, day.time_out, "timeout", "sitemark").refused(words, **changes)


def test_no_time_out_by_one_person_or_by_strangers():
    day = Day.ready().until("checked_in")
    row = told(day.episode, day.time_out, "timeout", "sitemark")

    row.refused("two_people", second_id=row.row["lead_id"])
    office = day.place.person("coordinator").user_id
    row.refused("of the treating team", second_id=office)


def test_no_time_out_without_the_proceduralist():
    day = Day.ready().until("checked_in")
    step = day.time_out

    row = told(day.episode, step, "timeout", "sitemark")
    nurse = day.place.person("nurse").user_id
    technician = day.place.person("technician").user_id
    row.refused("leads the time-out signs", lead_id=nurse, second_id=technician)

    signature = row.before[0][1]
    signature |= {"signer_id": nurse, "role": "nurse"}
    row.before[0] = (row.before[0][0], signature)
    held_by_them = {"lead_id": nurse, "second_id": technician}
    with_the_doctor = {"lead_id": nurse, "second_id": row.row["lead_id"]}
    row.row |= with_the_doctor
    row.refused("proceduralist is at the time-out", **held_by_them)


def test_no_time_out_after_the_consent_was_taken_back():
    day = Day.ready().until("checked_in")

    row = told(day.episode, day.time_out, "timeout", "sitemark")
    row.refused_after("taken back", lambda: revoke(day.episode, day.at("09:00")))


def test_no_time_out_while_a_scan_incident_is_open():
    day = Day.ready().until("checked_in")
    row = told(day.episode, day.time_out, "timeout", "sitemark")

    row.refused_after("incident is open", lambda: incident(day))


def incident(day):
    run(
        "INSERT INTO procedures_scanincident (id, episode_id, place, reasons,"
        " expected_patient, patient_scan, expected_product, container_scan, device,"
        " occurred_at, reported_by) VALUES (gen_random_uuid(), %s, 'H6',"
        " ARRAY['patient'], 'A', 'B', '', 'C', '', %s, 'staff:1')",
        day.episode.pk,
        day.at("09:00"),
    )


HARVESTS = {
    "another proceduralist": ("signs the harvest", {}),
    "site nobody agreed to": ("harvest site", {"site": "proximal_tibia"}),
    "deeper sedation": ("or the sedation", {"sedation": "level_2"}),
    "needle out of date": ("needle has expired", {"needle_expires_on": EARLIER}),
    "anticoagulant out of date": (
        "anticoagulant has expired",
        {"anticoagulant_expires_on": EARLIER},
    ),
    "outside its time-out": ("valid time-out 1", {"start_at": on(ON, "09:28")}),
    "for two hours": (
        "at most 90 minutes",
        {"end_at": on(ON, "11:15"), "recorded_at": on(ON, "11:15")},
    ),
    "too much": ("4_ml_per_kg", {"total_aspirate_ml": 299, "weight_kg": 70}),
    "ahead": ("end_at_is_past", {"end_at": on(ON, "09:40")}),
    "born superseded": ("begins as the current", {"superseded_at": on(ON, "09:40")}),
}


@pytest.mark.parametrize("attempt", HARVESTS)
def test_no_harvest(attempt):
    words, changes = HARVESTS[attempt]
    day = Day.ready().until("checked_in")
    day.time_out()
    if not changes:
        changes = {"proceduralist_id": day.place.person("medical_director").user_id}

    told(day.episode, day.harvest, "harvest").refused(words, **changes)


HARVESTED_AFTER = {
    "consent taken back": (
        "taken back",
        lambda day: revoke(day.episode, day.at("09:14")),
    ),
    "consent replaced by none": (
        "no procedure consent",
        lambda day: run(
            "UPDATE procedures_consent SET superseded_at = %s WHERE episode_id = %s",
            day.at("09:14"),
            day.episode.pk,
        ),
    ),
    "abort": (
        "episode is aborted",
        lambda day: make.done(
            day.act("abort", {"reason": "dry_tap"}, "09:14", "clinician")
        ),
    ),
    "scan incident": ("incident is open", lambda day: incident(day)),
}


@pytest.mark.parametrize("circumstance", HARVESTED_AFTER)
def test_no_harvest_after(circumstance):
    words, happens = HARVESTED_AFTER[circumstance]
    day = Day.ready().until("checked_in")
    day.time_out()

    row = told(day.episode, day.harvest, "harvest")
    row.refused_after(words, lambda: happens(day))


def test_no_harvest_under_a_consent_that_ran_out():
    day = Day.ready().until("checked_in")
    day.time_out()
    row = told(day.episode, day.harvest, "harvest")

    row.refused_after(
        "run out", lambda: another_consent(day.episode, valid_until=EARLIER)
    )
    row.refused_after(
        "does not cover the target",
        lambda: another_consent(day.episode, targets=()),
    )


DISCHARGES = {
    "before the stay is over": (
        "stays longer",
        {"occurred_at": on(ON, "10:20")},
    ),
    "before the injection ends": ("follows the last", {"occurred_at": on(ON, "10:08")}),
    "a check not passed": ("checks_are_passed", {"walked": False}),
    "ahead": ("occurred_at_is_past", {"occurred_at": on(ON, "11:45")}),
}


@pytest.mark.parametrize("attempt", DISCHARGES)
def test_no_discharge(attempt):
    words, changes = DISCHARGES[attempt]
    day = Day.ready().until("injected")

    row = told(day.episode, day.discharge, "discharge", "vitalsset")
    row.refused(words, **changes)


def test_no_discharge_without_vital_signs_of_the_recovery():
    day = Day.ready().until("injected")
    row = told(day.episode, day.discharge, "discharge", "vitalsset")

    def without() -> None:
        row.before = [pair for pair in row.before if "vitals" not in pair[0]]

    row.refused_after("recovery are missing", without)
