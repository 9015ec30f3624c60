"""The chain of identity: a scan that does not match stops the line."""

import pytest

from patients.models import Task
from procedures.models import HandOff, IncidentResolution, ScanIncident
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes, journal_names

pytestmark = pytest.mark.django_db


def stopped():
    """A released product whose label was mixed up with a neighbour's."""
    day = Day.ready().until("released")
    return day, day.hand_off("H6", "10:00", container_scan=neighbour())


def neighbour():
    return Day.ready().until("harvested").product("A").code


def test_a_wrong_container_is_an_incident_with_a_task():
    day, refused = stopped()

    assert codes(refused) == ["product-mismatch"]
    incident = ScanIncident.objects.get()
    assert incident.expected_product == day.product("C").code
    task = Task.objects.get(kind="scan-incident")
    assert task.subject == f"scan_incident:{incident.pk}"
    assert "episode.scan_mismatched" in journal_names(day)
    assert not HandOff.objects.filter(kind="H6").exists()


def test_a_wrong_wristband_is_an_incident():
    day = Day.ready().until("released")

    refused = day.hand_off("H6", "10:00", patient_scan="CP-999999")

    assert codes(refused) == ["patient-mismatch"]


def test_an_open_incident_stops_everything_on_the_way():
    day, _ = stopped()

    assert codes(day.time_out("10:02")) == ["scan-incident"]
    assert codes(day.hand_off("H6", "10:03")) == ["scan-incident"]
    assert "scan-incident" in codes(day.inject())


def test_two_people_resolve_it_and_the_day_goes_on():
    day, _ = stopped()

    make.done(day.resolve("10:01"))
    make.done(day.time_out("10:02"))

    row = IncidentResolution.objects.get()
    assert {row.first, row.second} == {
        day.place.person("nurse").user,
        day.place.person("clinician").user,
    }


def test_one_person_does_not_resolve_it():
    day, _ = stopped()

    assert codes(day.resolve("10:01", second="")) == ["second-person-missing"]
    assert codes(day.resolve("10:01", second="nurse")) == ["second-person-same"]


def test_a_resolution_is_written_out():
    day, _ = stopped()

    refused = day.act(
        "hand_off",
        {"kind": "resolve", "resolution": "ok"},
        "10:01",
        "nurse",
        "clinician",
    )

    assert codes(refused) == ["resolution-missing"]


def test_the_first_label_goes_on_before_the_patient():
    day = Day.ready().until("harvested")

    refused = day.hand_off("H1", "09:34", labelled_in_presence=False)

    assert codes(refused) == ["label-missing"]


def test_processing_waits_for_harvest_and_bench_scans():
    day = Day.ready().until("harvested")

    assert codes(day.process()) == ["hand-off-missing", "hand-off-missing"]
    day.hand_off("H1", "09:34")
    assert codes(day.process()) == ["hand-off-missing"]


def test_reading_aloud_needs_a_second_person():
    day = Day.ready().until("harvested")

    assert codes(day.hand_off("H1", "09:34", method="manual")) == [
        "second-person-missing"
    ]
    make.done(day.hand_off("H1", "09:34", method="manual", second="nurse"))


def test_hand_offs_keep_their_order():
    day = Day.ready().until("harvested")

    refused = day.hand_off("H5", "09:34", container_scan=day.product("A").code)

    assert codes(refused) == ["hand-off-order"]


def test_ids_count_up_within_a_clinics_day():
    place = make.open_site()
    first = Day.ready(place).until("harvested")
    other = Day.ready(on="2026-09-16").until("harvested")

    assert "-20260915-001-A1" in first.product("A").code
    assert "-20260916-001-A1" in other.product("A").code


def test_the_concentrate_is_the_aspirates_child():
    day = Day.ready().until("processed")

    concentrate, sample = day.product("C"), day.product("Q")

    assert concentrate.parent == day.product("A")
    assert sample.parent == concentrate
    assert concentrate.donor == concentrate.recipient == day.episode.patient
