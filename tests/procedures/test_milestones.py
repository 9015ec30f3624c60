"""Steps of a recovery: planned from data, told by patient or staff, and looked at by
somebody where one was not reached in time."""

from datetime import date
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core import clock
from core.actor import Actor
from core.models import JournalEntry
from core.problems import Invalid
from patients.models import Task
from procedures.fields.schema import InvalidData
from procedures.follow_up import milestone_reports, reopened_responses, responses
from procedures.follow_up import milestone_selectors as selector
from procedures.models import EpisodeMilestone, FollowUp, MilestoneReport
from procedures.tasks import ask_for_milestones
from tests.factories import procedures as make
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

# Treated on 2026-09-15.
WINDOWS = {
    "light_activities": (date(2026, 9, 18), date(2026, 9, 22)),
    "protected_use": (date(2026, 9, 15), date(2026, 10, 2)),
    "therapy": (date(2026, 9, 22), date(2026, 10, 6)),
    "improvement": (date(2026, 10, 20), date(2026, 11, 10)),
    "progress_m3": (date(2026, 12, 1), date(2026, 12, 29)),
    "progress_m6": (date(2027, 2, 22), date(2027, 4, 5)),
    "progress_m12": (date(2027, 8, 16), date(2027, 10, 15)),
}
ANSWERS = {
    "nrs": 4,
    "temperature_c": "36.8",
    "swelling": "mild",
    "bears_weight": "yes",
    "warning_signs": [],
}
D3, D7 = make.at("2026-09-18", "17:30"), make.at("2026-09-22", "17:30")
LIGHT = "milestone:light_activities"


@pytest.fixture
def day():
    return Day.ready().until("discharged")


def contact(day, code="D3"):
    return FollowUp.objects.get(episode=day.episode, code=code)


def step(day, code="light_activities"):
    return next(one for one in selector.steps(day.episode) if one.row.code == code)


def answer(day, now, code="D3", **changes):
    who = day.episode.patient
    by = Actor("patient", str(who.pk), role="patient", clinic_id=who.clinic_id)
    return responses.submit(
        follow_up_id=contact(day, code).pk, answers=ANSWERS | changes, by=by, now=now
    )


def record(day, code="light_activities", now=D3, **changes):
    given = {"answer": "reached", "reached_on": date(2026, 9, 17)} | changes
    return milestone_reports.record(
        milestone_id=step(day, code).row.pk,
        clinic_id=day.place.clinic.pk,
        by=day.place.actor("nurse"),
        now=now,
        **given,
    )


def test_every_step_of_the_data_is_planned_with_its_window(day):
    planned = {
        one.row.code: (one.row.window_from, one.row.window_to)
        for one in selector.steps(day.episode)
    }

    assert planned == WINDOWS


ASKED = {
    "D1": [],
    "D3": ["light_activities"],
    "D7": ["light_activities"],
    "D14": ["protected_use", "therapy"],
    "W6": ["therapy", "improvement"],
    "M3": ["progress_m3"],
    "M6": ["progress_m6"],
    "M12": ["progress_m12"],
}


def test_each_contact_asks_for_its_steps_in_both_languages(day):
    for (code, steps), language in product(ASKED.items(), ("en", "es")):
        asked = responses.questions(contact(day, code), language)
        own = [one for one in asked if one.key.startswith("milestone:")]

        assert [one.key for one in own] == [f"milestone:{name}" for name in steps]
        assert all(one.text and one.language == language for one in own)


def test_what_the_patient_tells_is_kept_with_its_day_and_teller(day):
    answer(day, D3, **{LIGHT: "reached"})

    report = step(day).report
    assert (report.answer, report.reached_on) == ("reached", date(2026, 9, 18))
    assert (report.said_by, report.how) == ("patient", "link")
    assert report.follow_up == contact(day)
    assert JournalEntry.objects.filter(name="episode.milestone_told").count() == 1


def test_a_step_that_is_reached_is_asked_no_more_and_one_that_is_not_is(day):
    answer(day, D3, **{LIGHT: "not_yet"})
    keys = {one.key for one in responses.questions(contact(day, "D7"))}
    assert LIGHT in keys

    answer(day, D7, "D7", **{LIGHT: "reached"})

    assert step(day).is_reached
    assert LIGHT in {one.key for one in responses.questions(contact(day, "D7"))}
    assert LIGHT not in {one.key for one in responses.questions(contact(day, "D3"))}
    told = [one.answer for one in selector.history([step(day).row.pk])]
    assert told == ["reached", "not_yet"]


def test_leaving_the_question_out_tells_nothing(day):
    answer(day, D3)

    assert step(day).report is None


def test_a_step_alone_is_something(day):
    outcome = make.act(
        day.place,
        day.episode,
        "respond",
        {"follow_up": "D3", "milestones": {"light_activities": "not_yet"}},
        role="nurse",
        now=D3,
    )

    make.done(outcome)
    assert step(day).report.said_by == "staff"


def test_what_nobody_asked_is_refused_in_words(day):
    for told in (
        {"light_activities": "soon"},
        {"therapy": "reached"},
        {"x": "reached"},
    ):
        with pytest.raises(InvalidData, match="/milestones/"):
            make.act(
                day.place,
                day.episode,
                "respond",
                {"follow_up": "D3", "nrs": 3, "milestones": told},
                role="nurse",
                now=D3,
            )
        assert step(day).report is None


def test_a_corrected_check_in_corrects_the_step(day):
    answer(day, D3, **{LIGHT: "reached"})
    assert reopened_responses.reopen(follow_up_id=contact(day).pk, now=D3)
    assert responses.drafts(contact(day))[LIGHT] == "reached"

    answer(day, D3, **{LIGHT: "not_yet"})

    assert step(day).report.answer == "not_yet"


def test_staff_record_a_step_with_the_day_they_heard(day):
    report = record(day, how="telephone", note=" walks  the dog ")

    assert (report.said_by, report.how) == ("staff", "telephone")
    assert report.reached_on == date(2026, 9, 17)
    assert report.note == "walks the dog"
    assert report.recorded_by_name


WRONG = (
    {"answer": "soon"},
    {"answer": "reached", "reached_on": None},
    {"answer": "not_yet"},
    {"reached_on": date(2026, 9, 19)},
    {"reached_on": date(2026, 9, 14)},
    {"how": "link"},
)


def test_what_does_not_fit_is_said(day):
    for changes in WRONG:
        with pytest.raises(Invalid):
            record(day, **changes)

    assert not MilestoneReport.objects.exists()


REFUSED = (
    ({"answer": "soon", "reached_on": None}, "milestone_answer_is_known"),
    ({"reached_on": None}, "milestone_reached_has_a_day"),
    ({"answer": "not_yet"}, "milestone_reached_has_a_day"),
    ({"said_on": date(2026, 9, 16)}, "milestone_is_reached_before_it_is_told"),
    ({"said_by": "patient"}, "milestone_teller_is_known"),
    ({"superseded_at": None}, "milestone_has_one_report_in_force"),
)


def test_the_database_has_the_last_word(day):
    row = record(day)
    columns = ("milestone", "answer", "reached_on", "said_on", "said_by", "how")
    again = {name: getattr(row, name) for name in columns}
    again |= {"recorded_at": D3, "recorded_by": "x", "recorded_by_name": "x"}
    for changes, constraint in REFUSED:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            MilestoneReport.objects.create(**{**again, "superseded_at": D3, **changes})


def test_a_report_is_never_changed(day):
    rows = MilestoneReport.objects.filter(pk=record(day).pk)

    for change in (rows.delete, lambda: rows.update(note="other")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def sweep(day, clock_at="08:00"):
    clock.set_to(make.at(day, clock_at))
    return ask_for_milestones()


def to_do():
    return Task.objects.filter(kind="milestone_not_reached", done_at=None)


def test_a_step_not_reached_by_its_last_day_becomes_one_task(day):
    assert sweep("2026-09-22", "23:00") == 0
    assert sweep("2026-09-23") == 1
    assert sweep("2026-09-23", "09:00") == 0

    [task] = to_do()
    assert task.owner_role == "nurse"
    assert "Light everyday activities" in task.text
    assert task.patient == day.episode.patient
    assert task.subject == f"milestone:{step(day).row.pk}"


def test_not_yet_and_unknown_become_a_task_as_well(day):
    answer(day, D7, "D7", **{LIGHT: "unknown"})

    assert sweep("2026-09-23") == 1


def test_a_step_that_was_reached_does_not(day):
    record(day)

    assert sweep("2026-09-23") == 0


def test_what_is_told_after_all_closes_the_task(day):
    sweep("2026-09-23")
    record(day, answer="not_yet", reached_on=None, now=make.at("2026-09-23", "11:00"))

    assert not to_do().exists()
    assert sweep("2026-09-24") == 0


def test_nobody_is_asked_for_who_ended_the_path(day):
    make.done(
        make.act(
            day.place,
            day.episode,
            "complete",
            {"outcome": "lost_to_follow_up", "reason": "Moved abroad."},
            role="clinician",
            now=make.at("2026-09-20", "09:00"),
        )
    )

    assert sweep("2026-09-23") == 0
    assert EpisodeMilestone.objects.count() == len(WINDOWS)
