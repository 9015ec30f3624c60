"""A stop that stands: no retry, no other episode, no late entry walks round it."""

from datetime import timedelta

import pytest

from patients.models import Task
from procedures.models import NotDone, Stop, StopContradiction, StopLift
from scheduling.models import Appointment
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db

LATER = make.at("2026-09-22", "10:00")
WHY = "The strip was read wrongly; the laboratory's test is negative."
HELD = "The network of the clinic was down."


def lift(day, stop, *, role="clinician", second="nurse", now="09:00", **more):
    answers = {"stop": str(stop.pk), "mistaken": True, "reason": WHY, **more}
    return day.act("lift_stop", answers, now, role, second)


def fever():
    day = Day.ready()
    day.check_in(temperature_c="38.4")
    return day


def evaluated_again(day, now=LATER, **changes):
    return make.done(
        make.act(
            day.place, day.episode, "evaluate", make.evaluation(**changes), now=now
        )
    )


def approve(day, now=LATER + timedelta(minutes=5)):
    return make.act(day.place, day.episode, "decide", make.decision(), now=now)


def test_a_fever_leaves_a_stop_with_its_value_and_a_task():
    fever()

    stop = Stop.objects.get()
    assert (stop.rule, stop.scope, stop.act) == ("INF-01", "patient", "check_in")
    assert "38.4" in stop.text
    task = Task.objects.get(subject=f"stop:{stop.pk}")
    assert (task.done_at, task.owner_role) == (None, "clinician")
    assert "38" not in task.text


def test_a_fever_told_beside_another_fault_is_kept():
    day = Day.ready()

    refused = day.check_in(temperature_c="38.4", pregnancy_test_at=None)

    assert set(codes(refused)) == {"INF-01", "pregnancy-test-missing"}
    assert Stop.objects.get().rule == "INF-01"
    assert day.episode.stage == "deferred"


def test_the_evaluation_before_the_fever_approves_nothing():
    day = fever()

    assert codes(approve(day)) == ["stop-open"]


def test_an_evaluation_that_does_not_measure_the_temperature_lifts_no_fever():
    day = fever()

    evaluated_again(day, temperature_c=None)

    assert codes(approve(day)) == ["stop-open"]


def test_a_new_evaluation_lifts_the_fever_and_closes_its_task():
    day = fever()

    evaluated_again(day)

    assert StopLift.objects.get().how == "evaluation"
    assert not Task.objects.filter(kind="stop", done_at=None).exists()
    assert make.done(approve(day)).stage == "approved"


def test_a_corrected_evaluation_lifts_nothing():
    day = fever()
    row = day.episode.evaluations.get()

    make.done(
        make.act(
            day.place,
            day.episode,
            "correct",
            {
                "record": "evaluation",
                "record_id": str(row.pk),
                "reason": "Temperature taken again.",
                "values": make.evaluation(temperature_c=36.5),
            },
            now=LATER,
        )
    )

    assert codes(approve(day)) == ["stop-open"]


def test_a_fever_in_one_episode_stops_the_others_of_the_patient():
    day = fever()
    other = make.episode(day.place, patient=day.episode.patient)

    before = day.at("08:00")
    make.done(
        make.act(
            day.place,
            other,
            "evaluate",
            make.evaluation(),
            now=day.at("09:00"),
            occurred_at=before,
            late_reason=HELD,
        )
    )
    refused = make.act(day.place, other, "decide", make.decision(), now=day.at("09:10"))

    assert codes(refused) == ["stop-open"]


def test_withdrawing_and_beginning_again_leaves_the_stop():
    day = fever()
    make.done(day.act("withdraw", {"reason": "begins anew"}, "09:00", "nurse"))
    other = make.episode(day.place, patient=day.episode.patient)

    assert Stop.objects.filter(lift=None, patient=other.patient).exists()
    outcome = make.book(day.place, other, LATER, now=day.at("09:30"))
    assert "stop-open" in codes(outcome)


def test_an_older_evaluation_of_a_parallel_episode_carries_no_approval():
    day = Day.ready()
    other = make.episode(day.place, patient=day.episode.patient)
    make.done(make.act(day.place, other, "evaluate", make.evaluation()))
    day.check_in(temperature_c="38.4")
    evaluated_again(day)

    outcome = make.act(
        day.place, other, "decide", make.decision(), now=LATER + timedelta(hours=1)
    )

    assert codes(outcome) == ["evaluation-older"]


def test_a_positive_pregnancy_test_ends_the_day_and_a_negative_one_changes_nothing():
    day = Day.ready()
    who = day.episode.patient
    who.biological_sex, who.birth_date = "female", "1996-01-01"
    who.version += 1
    who.save()

    positive = day.check_in(pregnancy_test="positive")
    again = day.check_in("08:40")

    assert codes(positive) == ["PREG-01"]
    assert codes(again) == ["stage"]
    assert day.episode.stage == "deferred"
    assert Appointment.objects.get().status == "cancelled"
    said = StopContradiction.objects.get()
    assert said.text == "Pregnancy test: negative"


@pytest.mark.parametrize(
    ("tested", "code"),
    [
        (("2026-09-12", "08:00"), "pregnancy-test-old"),
        (("2026-09-15", "09:30"), "in-the-future"),
        (None, "pregnancy-test-missing"),
    ],
)
def test_a_negative_test_is_of_today_and_past(tested, code):
    at = make.at(*tested) if tested else None

    assert codes(Day.ready().check_in(pregnancy_test_at=at)) == [code]


def test_a_purulent_effusion_is_not_clear_a_minute_later():
    day = Day.ready().until("released")
    make.done(day.time_out("10:02"))

    first = day.inject(effusion_aspirated_ml=8, effusion_appearance="purulent")
    second = day.inject("10:10", effusion_appearance="clear")

    assert codes(first) == ["INF-01"]
    assert codes(second) == ["stop-open"]
    assert StopContradiction.objects.get().text == "Effusion: clear"
    assert day.episode.stage == "released"


def test_a_sign_of_infection_at_the_time_out_stops_the_harvest():
    day = Day.ready().until("checked_in")

    assert codes(day.time_out(infection_absent=False)) == ["time-out-no"]
    assert codes(day.time_out("09:13")) == ["stop-open"]
    assert Stop.objects.get().question == "infection"


def test_a_physician_and_a_second_person_lift_a_mistaken_finding():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)

    make.done(lift(day, Stop.objects.get(), now="09:14"))

    make.done(day.time_out("09:20"))
    assert StopLift.objects.get().second_person_role == "nurse"


def test_a_nurse_lifts_nothing_and_nobody_alone():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)
    stop = Stop.objects.get()

    assert lift(day, stop, role="nurse", second="clinician").status == 403
    assert codes(lift(day, stop, second="clinician")) == ["second-person-same"]
    assert codes(lift(day, stop, mistaken=False)) == ["finding-stands"]


def test_a_contradiction_is_asked_about_before_a_stop_is_lifted():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)
    day.time_out("09:13")
    stop = Stop.objects.get()

    assert codes(lift(day, stop, now="09:14")) == ["contradiction-unanswered"]
    told = "The first answer was ticked on the wrong line."
    make.done(lift(day, stop, now="09:14", contradiction=told))


def test_what_happened_while_a_stop_stood_is_not_entered_later():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)
    make.done(lift(day, Stop.objects.get(), now="09:20"))

    answers = {"now": "09:30"}
    refused = day.act(
        "time_out",
        _all_yes(day),
        answers["now"],
        "clinician",
        "nurse",
        occurred_at=day.at("09:15"),
    )

    assert codes(refused) == ["stop-open"]


def _all_yes(day):
    from procedures.day_vocabulary import TIME_OUT_ITEM_NAMES

    mark = {"target": day.target, "laterality": "right", "marked_at": day.at("08:58")}
    return dict.fromkeys(TIME_OUT_ITEM_NAMES, True) | {"site_marks": [mark]}


def test_a_pressure_that_stopped_the_day_is_cleared_before_it_goes_on():
    day = Day.ready()

    assert codes(day.check_in(systolic_mmhg=190)) == ["vitals.pressure_high"]
    assert codes(day.check_in("08:40")) == ["stop-open"]
    day.check_in("08:45", clearance_reason=WHY, second="clinician")

    assert day.episode.stage == "checked_in"
    assert StopLift.objects.get().how == "physician"


def test_a_hard_rule_of_an_evaluation_is_not_corrected_away():
    place = make.site()
    path = make.evaluated(place, finding={"grade_kl": 4})
    row = path.evaluations.get()
    values = make.evaluation()
    answers = {"record": "evaluation", "record_id": str(row.pk), "values": values}
    made = answers | {"reason": "The film was read again."}
    make.done(make.act(place, path, "correct", made))

    assert codes(make.act(place, path, "decide", make.decision())) == ["stop-open"]


def test_nothing_is_kept_where_nothing_was_found():
    Day.ready().until("injected")

    assert not Stop.objects.exists()
    assert not NotDone.objects.exists()
