"""One of two targets is left out, and the day goes on."""

import pytest

from procedures.models import NotDone
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db
LEFT = {"joint": "knee", "structure": "intra_articular", "laterality": "left"}


class TwoKnees(Day):
    """A day with both knees planned and consented; `target` is the right one."""

    @classmethod
    def ready(cls, place=None, on="2026-09-15", **fields):
        site = place or make.open_site()
        path = make.episode(site, make.KNEE, LEFT)
        rows = [{"icd10": "M17.11", "grade_kl": 3}, {"icd10": "M17.12", "grade_kl": 2}]
        answers = make.evaluation() | {"findings": rows}
        make.done(make.act(site, path, "evaluate", answers))
        make.done(make.act(site, path, "decide", make.decision()))
        make.book(site, path, make.at(on, "08:30"))
        agreed = {"targets": [{"laterality": "right"}, {"laterality": "left"}]}
        make.done(make.act(site, path, "consent", make.consent(site, **agreed)))
        for item in ("medication_plan", "estimate", "labs"):
            data = {"item": item, "state": "done"}
            path = make.done(make.act(site, path, "prepare", data, role="nurse"))
        return cls(site, path, on, **fields)

    @property
    def target(self):
        return str(self.episode.targets.get(laterality="right").pk)

    @property
    def other(self):
        return str(self.episode.targets.get(laterality="left").pk)

    def leave_out(self, target, now, role="clinician", second="", **changes):
        answers = {"target": target, "reason": "patient_refused", **changes}
        return self.act("not_done", answers, now, role, second)


def test_a_target_refused_before_the_mark_needs_no_mark():
    day = TwoKnees.ready()
    make.done(day.check_in())

    make.done(day.leave_out(day.other, "08:50"))
    make.done(day.time_out())

    assert day.episode.stage == "checked_in"
    assert NotDone.objects.get().reason == "patient_refused"


def test_the_last_target_left_out_after_an_injection_ends_the_injections():
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
    make.done(day.inject())
    assert day.episode.stage == "released"

    make.done(day.leave_out(day.other, "10:12"))

    assert day.episode.stage == "injected"
    assert codes(day.leave_out(day.other, "10:13")) == ["stage"]
    make.done(day.discharge())
    assert day.episode.follow_ups.count() == 8


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
