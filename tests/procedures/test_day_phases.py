"""The run sheet records the phases of its visit by itself."""

import pytest

from core.models import FailedReaction
from procedures.visits import phase_times
from procedures.visits.phases import Done, noted
from scheduling.day.phase_rows import phase_records
from scheduling.day.phase_rules import Noted
from tests.factories.procedure_day import Day
from tests.factories.procedures import at as instant

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return Day.ready()


def on_record(day):
    """{phase: (began, ended)} as clocks in the clinic's zone."""
    visit = day.episode.visits.get(purpose="procedure")
    return {
        row.name: (clock(day, row.started_at), clock(day, row.ended_at))
        for row in phase_records(visit.appointment_id)
        if row.started_at
    }


def clock(day, at):
    if at is None:
        return None
    zone = instant(day.on, "09:00").tzinfo
    return f"{at.astimezone(zone):%H:%M}"


def test_check_in_begins_the_preparation(day):
    day.until("checked_in")

    assert on_record(day) == {"Preparation": ("08:34", None)}


def test_the_time_out_takes_the_patient_to_the_room(day):
    day.check_in()

    day.time_out()

    assert on_record(day) == {
        "Preparation": ("08:34", "09:12"),
        "Procedure room": ("09:12", None),
        "Harvest": ("09:12", None),
    }


def test_the_signed_harvest_knows_better(day):
    day.until("harvested")

    assert on_record(day)["Harvest"] == ("09:15", "09:33")


def test_a_whole_day_is_on_record(day):
    day.until("discharged")

    assert on_record(day) == {
        "Preparation": ("08:34", "09:12"),
        "Procedure room": ("09:12", "10:09"),
        "Harvest": ("09:15", "09:33"),
        "Processing": ("09:36", "09:52"),
        "Injection": ("10:05", "10:09"),
        "Recovery": ("10:09", "10:45"),
    }


def test_a_corrected_harvest_corrects_its_phase(day):
    day.until("harvested")
    [row] = day.episode.harvests.all()
    values = {
        name: getattr(row, name)
        for name in ("position", "site", "side", "guidance", "needle_gauge")
    }
    values |= {
        "start_at": day.at("09:14"),
        "end_at": day.at("09:31"),
        "needle_length_mm": 100,
        "anaesthetics": [{"agent": "lidocaine", "percent": 1, "volume_ml": 3}],
        "anticoagulant": "acd_a",
        "anticoagulant_ml": 8,
        "aliquots_ml": [5] * 12,
    }
    answers = {
        "record": "harvest",
        "record_id": str(row.pk),
        "values": values,
        "reason": "The clock on the wall was fast.",
    }

    outcome = day.act("correct", answers, "09:40", "clinician")

    assert getattr(outcome, "reasons", ()) == ()
    assert on_record(day)["Harvest"] == ("09:14", "09:31")


def test_a_mapping_that_fails_never_refuses_the_act(day, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(phase_times.phase_records, "note", fail)

    day.until("harvested")

    assert on_record(day) == {"Preparation": ("08:34", None)}
    assert {row.error for row in FailedReaction.objects.all()} == {"RuntimeError"}


def test_a_room_is_left_only_after_the_last_target():
    at = instant("2026-09-15", "10:00")

    some = noted(Done("inject", at, at, last=False))
    all_of_them = noted(Done("inject", at, at))

    assert some == (Noted("Injection", at),)
    assert [one.phase for one in all_of_them] == [
        "Injection",
        "Procedure room",
        "Recovery",
    ]
