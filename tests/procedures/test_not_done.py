"""One of two targets is left out, and the day goes on."""

import pytest

from procedures.models import NotDone
from tests.factories import procedures as make
from tests.procedures.correcting import strike, struck
from tests.procedures.refusals import codes
from tests.procedures.two_knees import TwoKnees

pytestmark = pytest.mark.django_db


def test_a_target_refused_before_the_mark_needs_no_mark():
    day = TwoKnees.ready()
    make.done(day.check_in())

    make.done(day.leave_out(day.other, "08:50"))
    make.done(day.time_out())

    assert day.episode.stage == "checked_in"
    assert NotDone.objects.get().reason == "patient_refused"


def half_done(volume_ml):
    """Both knees marked, the right one injected: the left one is still open."""
    day = TwoKnees.ready()
    day.walked = 2
    make.done(day.check_in())
    marks = [
        {"target": day.target, "laterality": "right", "marked_at": day.at("08:58")},
        {"target": day.other, "laterality": "left", "marked_at": day.at("08:58")},
    ]
    make.done(day.time_out(site_marks=marks))
    day.until("released")
    make.done(day.time_out("10:02"))
    make.done(day.inject(volume_ml=volume_ml))
    assert day.episode.stage == "released"
    return day


def test_the_last_target_left_out_after_an_injection_ends_the_injections():
    day = half_done(volume_ml=7)

    make.done(day.leave_out(day.other, "10:12"))

    assert day.episode.stage == "injected"
    assert codes(day.leave_out(day.other, "10:13")) == ["stage"]
    make.done(day.discharge())
    assert day.episode.follow_ups.count() == 8


def test_a_target_left_out_in_error_is_open_again():
    day = half_done(volume_ml=3)
    make.done(day.leave_out(day.other, "10:12"))

    struck(day, "not_done", NotDone.objects.get(), "clinician", "nurse", "10:13")

    assert day.episode.stage == "released"
    make.done(day.time_out("10:14"))
    late = {"start_at": day.at("10:15"), "end_at": day.at("10:16"), "volume_ml": 3}
    make.done(day.inject("10:16", target=day.other, laterality="left", **late))
    assert day.episode.stage == "injected"


def test_left_out_before_the_mark_it_is_kept_by_the_time_out():
    day = TwoKnees.ready()
    make.done(day.check_in())
    make.done(day.leave_out(day.other, "08:50"))
    make.done(day.time_out())

    refused = strike(
        day, "not_done", NotDone.objects.get(), "clinician", "nurse", "09:13"
    )

    assert codes(refused) == ["stands-on-it"]
    assert "time-out" in refused.reasons[0].text


def test_left_out_in_error_before_the_time_out_it_wants_its_mark_again():
    day = TwoKnees.ready()
    make.done(day.check_in())
    make.done(day.leave_out(day.other, "08:50"))

    struck(day, "not_done", NotDone.objects.get(), "clinician", "nurse", "08:55")

    assert day.episode.stage == "checked_in"
    assert codes(day.time_out()) == ["mark-missing"]
    make.done(day.leave_out(day.other, "09:14"))


def test_after_the_discharge_a_target_stays_left_out():
    day = half_done(volume_ml=7)
    make.done(day.leave_out(day.other, "10:12"))
    make.done(day.discharge())

    refused = strike(day, "not_done", NotDone.objects.get(), "clinician", "nurse")

    assert codes(refused) == ["stands-on-it"]
    assert day.episode.stage == "discharged"


def test_the_last_injection_goes_on_when_the_other_target_was_left_out():
    day = TwoKnees.ready()
    make.done(day.check_in())
    make.done(day.leave_out(day.other, "08:50"))
    day.walked = 1

    day.until("discharged")

    assert day.episode.injections.count() == 1


def test_a_target_left_out_is_not_injected():
    day = TwoKnees.ready()
    make.done(day.check_in())
    make.done(day.leave_out(day.other, "08:50"))
    day.walked = 1
    day.until("released")
    make.done(day.time_out("10:02"))

    refused = day.inject(target=day.other, laterality="left")

    assert codes(refused) == ["target-not-done"]


def test_leaving_every_target_out_is_an_abort():
    day = TwoKnees.ready()
    make.done(day.check_in())
    make.done(day.leave_out(day.other, "08:50"))

    assert codes(day.leave_out(day.target, "08:55")) == ["nothing-left"]


def test_a_nurse_alone_leaves_nothing_out():
    day = TwoKnees.ready()
    make.done(day.check_in())

    alone = day.leave_out(day.other, "08:50", role="nurse")
    make.done(day.leave_out(day.other, "08:50", role="nurse", second="technician"))

    assert codes(alone) == ["second-person-missing"]


def test_another_reason_is_written_down():
    day = TwoKnees.ready()
    make.done(day.check_in())

    assert codes(day.leave_out(day.other, "08:50", reason="other")) == [
        "reason-missing"
    ]
