"""A warning sign acts at the press of its answer, in whatever stage, once."""

import pytest

from core.actor import Actor
from core.refusal import Refused
from notifications.models import Message
from patients.models import Task, TaskNote
from patients.services import tasks
from procedures.follow_up import responses
from procedures.models import DraftAnswer, FollowUp, Response, SaidAnswer
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes
from tests.procedures.test_not_done import TwoKnees

pytestmark = pytest.mark.django_db
D3 = make.at("2026-09-18", "10:00")
LATER = make.at("2026-09-18", "10:04")
CALM = {
    "nrs": 4,
    "temperature_c": "36.8",
    "swelling": "mild",
    "bears_weight": "yes",
    "warning_signs": [],
}


@pytest.fixture
def day():
    return Day.ready().until("discharged")


def contact(day, code="D3"):
    return FollowUp.objects.get(episode=day.episode, code=code)


def patient(day):
    who = day.episode.patient
    return Actor("patient", str(who.pk), role="patient", clinic_id=who.clinic_id)


def press(day, question, value, now=D3):
    return responses.save_answer(
        follow_up_id=contact(day).pk,
        question=question,
        value=value,
        by=patient(day),
        now=now,
    )


def submit(day, answers, now=LATER):
    return responses.submit(
        follow_up_id=contact(day).pk, answers=answers, by=patient(day), now=now
    )


def notes(task):
    return list(task.notes.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("question", "value", "tier"),
    [
        ("nrs", "9", 2),
        ("temperature_c", "101.1", 2),
        ("swelling", "severe", 2),
        ("bears_weight", "no", 2),
        ("warning_signs", ["chest_pain"], 1),
        ("warning_signs", ["rash_or_itch"], 3),
    ],
)
def test_the_answer_that_raises_a_flag_has_its_task_at_that_press(
    day, question, value, tier
):
    press(day, question, value)

    task = Task.objects.get(kind="red-flag")
    assert (task.tier, task.created_at) == (tier, D3)
    assert not Response.objects.exists()
    assert Message.objects.filter(task=task).exists() is (tier in (1, 2))


def test_a_calm_answer_raises_nothing(day):
    press(day, "nrs", "4")

    assert not Task.objects.exists()
    assert SaidAnswer.objects.get().value == 4


def test_a_changed_answer_stays_on_record_and_on_the_task(day):
    press(day, "nrs", "9")
    press(day, "nrs", "3", now=LATER)

    task = Task.objects.get(kind="red-flag")
    assert task.done_at is None
    assert DraftAnswer.objects.get().value == 3
    kept = SaidAnswer.objects.values_list("before", "value", "said_at")
    assert list(kept) == [(None, 9, D3), (9, 3, LATER)]
    assert notes(task) == [
        "How much pain do you have now? 9",
        "How much pain do you have now? 3 (before: 9)",
    ]


def test_the_same_press_twice_is_one(day):
    press(day, "nrs", "9")
    press(day, "nrs", "9", now=LATER)

    assert SaidAnswer.objects.count() == 1
    assert TaskNote.objects.count() == 1


def test_a_graver_answer_raises_its_own_task(day):
    press(day, "nrs", "9")
    press(day, "warning_signs", ["chest_pain"], now=LATER)

    assert sorted(Task.objects.values_list("tier", flat=True)) == [1, 2]


def test_a_further_sign_as_grave_is_added_to_the_task(day):
    press(day, "nrs", "9")
    press(day, "bears_weight", "no", now=LATER)

    task = Task.objects.get(kind="red-flag")
    assert len(notes(task)) == 2


def test_a_sign_that_comes_back_after_the_call_raises_a_new_task(day):
    press(day, "nrs", "9")
    first = Task.objects.get(kind="red-flag")
    tasks.close(
        task_id=first.pk,
        outcome="Seen.",
        contacted_at=LATER,
        by=day.place.actor("clinician"),
        now=LATER,
    )
    press(day, "nrs", "3", now=make.at("2026-09-18", "11:00"))
    press(day, "nrs", "9", now=make.at("2026-09-18", "12:00"))

    assert Task.objects.filter(kind="red-flag").count() == 2


def test_sending_what_was_pressed_raises_nothing_more(day):
    press(day, "nrs", "9")
    submit(day, CALM | {"nrs": 9})

    assert Task.objects.filter(kind="red-flag").count() == 1
    assert Response.objects.get().tier == 2


def test_a_flag_taken_back_before_sending_keeps_its_task(day):
    press(day, "nrs", "9")
    press(day, "nrs", "3")
    submit(day, CALM | {"nrs": 3})

    assert Response.objects.get().tier == 4
    assert Task.objects.get(kind="red-flag").done_at is None


def half_done():
    """One of two knees is injected, the other not yet."""
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
    return day


@pytest.mark.parametrize("ending", ["released", "aborted"])
def test_who_was_injected_once_is_followed_up_however_the_day_ended(ending):
    day = half_done()
    if ending == "aborted":
        answers = {"reason": "patient_request", "note": ""}
        make.done(day.act("abort", answers, "10:20", "clinician"))
    assert day.episode.stage == ending

    press(day, "nrs", "9")
    assert isinstance(submit(day, CALM | {"nrs": 9}), FollowUp)

    assert Task.objects.get(kind="red-flag").tier == 2
    assert contact(day).state == "answered"
    day.episode.refresh_from_db()
    assert day.episode.stage == ending


def withdraw(day):
    answers = {"reason": "moves away"}
    make.done(make.act(day.place, day.episode, "withdraw", answers, now=D3))


def close(day):
    answers = {"outcome": "converted_to_surgery", "reason": "new joint"}
    make.done(make.act(day.place, day.episode, "complete", answers, now=D3))


@pytest.mark.parametrize(("end", "refused"), [(withdraw, False), (close, True)])
def test_a_flag_is_taken_in_whatever_became_of_the_episode(day, end, refused):
    end(day)

    outcome = submit(day, CALM | {"warning_signs": ["chest_pain"]})

    assert Task.objects.get(kind="red-flag").tier == 1
    assert isinstance(outcome, Refused) is refused


def test_a_refused_answer_with_a_sign_raises_it_once(day):
    submit(day, CALM)
    again = {"follow_up": "D3", "nrs": 9}
    for _ in range(2):
        refused = make.act(
            day.place, day.episode, "respond", again, role="nurse", now=LATER
        )
        assert codes(refused) == ["follow-up-answered"]

    assert Task.objects.get(kind="red-flag").tier == 2
    assert SaidAnswer.objects.get(question="refused").value["nrs"] == 9


def test_signs_and_words_are_taken_after_the_contact_is_over(day):
    FollowUp.objects.filter(pk=contact(day).pk).update(state="cancelled")
    responses.tell_signs(
        follow_up_id=contact(day).pk,
        signs=["calf_pain_or_swelling"],
        words="since last night",
        by=patient(day),
        now=D3,
    )

    task = Task.objects.get(kind="red-flag")
    assert task.tier == 2
    assert notes(task) == ["Calf pain or swelling; since last night"]


def test_words_alone_page_a_clinician(day):
    responses.tell_signs(
        follow_up_id=contact(day).pk,
        signs=[],
        words="my leg is cold and white",
        by=patient(day),
        now=D3,
    )

    assert Task.objects.get(kind="red-flag").tier == 2


@pytest.mark.parametrize(
    ("signs", "words"), [([], "  "), ([], "x" * 1001), (["not_a_sign"], "")]
)
def test_what_says_nothing_or_too_much_is_refused(day, signs, words):
    with pytest.raises(responses.InvalidAnswer):
        responses.tell_signs(
            follow_up_id=contact(day).pk,
            signs=signs,
            words=words,
            by=patient(day),
            now=D3,
        )

    assert not Task.objects.exists()
