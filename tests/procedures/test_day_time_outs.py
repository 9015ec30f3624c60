"""Time-outs: two people, every answer yes, good for a quarter of an hour."""

import pytest

from procedures.models import SiteMark, TimeOut
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes, journal_names

pytestmark = pytest.mark.django_db


def test_a_time_out_is_good_for_the_clinics_minutes():
    day = Day.ready().until("checked_in")

    day.time_out()

    row = TimeOut.objects.get()
    assert (row.number, row.valid_until) == (1, day.at("09:27"))
    assert SiteMark.objects.get().occurred_at == day.at("08:58")


def test_any_no_stops_and_stays_on_record():
    day = Day.ready().until("checked_in")

    refused = day.time_out(images_displayed=False, infection_absent=False)

    assert codes(refused) == ["time-out-no", "time-out-no"]
    assert not TimeOut.objects.exists()
    assert journal_names(day)[-1] == "episode.act_refused"


def test_one_person_is_not_a_team():
    day = Day.ready().until("checked_in")

    assert codes(day.time_out(second="clinician")) == ["second-person-same"]


def test_the_proceduralist_must_be_among_them():
    day = Day.ready().until("checked_in")

    refused = day.time_out(role="nurse", second="technician")

    assert codes(refused) == ["proceduralist"]


def test_somebody_of_the_office_is_no_second_person():
    day = Day.ready().until("checked_in")

    assert codes(day.time_out(second="coordinator")) == ["second-person-role"]


def test_an_unmarked_target_stops_time_out_1():
    day = Day.ready().until("checked_in")

    assert codes(day.time_out(site_marks=[])) == ["mark-missing"]


def test_a_harvest_needs_its_time_out():
    day = Day.ready().until("checked_in")

    assert codes(day.harvest()) == ["time-out-missing"]


def test_a_time_out_of_sixteen_minutes_ago_is_over():
    day = Day.ready().until("checked_in")
    day.time_out("08:59")

    assert codes(day.harvest()) == ["time-out-expired"]


def test_a_time_out_of_exactly_fifteen_minutes_ago_holds():
    day = Day.ready().until("checked_in")
    day.time_out("09:00")

    day.harvest()

    assert day.episode.stage == "harvested"


def test_time_out_2_needs_both_scans():
    day = Day.ready().until("released")

    assert codes(day.time_out("10:02", patient_scan="")) == ["scan-missing"]


def test_an_injection_needs_its_own_time_out():
    day = Day.ready().until("released")

    assert codes(day.inject()) == ["time-out-missing"]
