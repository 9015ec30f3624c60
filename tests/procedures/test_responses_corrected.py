"""Blank answers are none; the patient corrects or completes theirs in the window."""

import pytest

from procedures.follow_up import reopened_responses, responses
from procedures.models import InstrumentResponse, Response
from tests.factories import procedures as make
from tests.procedures.refusals import codes
from tests.procedures.test_responses_kept import (
    CALM,
    D3,
    KOOS_12,
    W6,
    contact,
    day,
    koos,
    patient,
    submit,
)

__all__ = ["day"]  # a fixture
pytestmark = pytest.mark.django_db
CLOSED = make.at("2026-09-20", "10:00")


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"instruments": {"koos_jr": {}}},
        {"instruments": {"koos_jr": {"stairs": ""}}},
        {"instruments": {}},
        {"note": "", "warning_signs": []},
    ],
)
def test_a_blank_form_says_that_nothing_was_answered(day, answers):
    given = {"follow_up": "W6", **answers}

    outcome = make.act(day.place, day.episode, "respond", given, role="nurse", now=W6)

    assert codes(outcome) == ["nothing-answered"]
    assert contact(day, "W6").state == "planned"
    assert not InstrumentResponse.objects.filter(occasion="W6").exists()


def test_real_answers_are_taken_after_a_blank_form(day):
    blank = {"follow_up": "D3", "instruments": {"koos_jr": {}}}
    make.act(day.place, day.episode, "respond", blank, role="nurse", now=D3)

    submit(day, CALM)

    assert Response.objects.get().nrs == 4


def test_a_blank_questionnaire_beside_an_answer_is_not_kept(day):
    given = {"follow_up": "D3", "nrs": 3, "instruments": {"koos_jr": {}}}

    make.done(make.act(day.place, day.episode, "respond", given, role="nurse", now=D3))

    assert (
        not InstrumentResponse.objects.filter(occasion="D3")
        .exclude(instrument__key="nrs")
        .exists()
    )


def correct(day, changes, code="D3", now=D3):
    follow_up = contact(day, code)
    assert reopened_responses.reopen(follow_up_id=follow_up.pk, now=now)
    return submit(day, changes, code, now)


def test_the_patient_corrects_an_answer_and_both_stay_on_record(day):
    submit(day, CALM)
    correct(day, {"nrs": 6})

    first, second = Response.objects.order_by("recorded_at", "superseded_at")
    rows = {row.nrs: row for row in (first, second)}
    assert rows[4].superseded_at == D3
    assert rows[6].corrects_id == rows[4].pk
    assert contact(day).state == "answered"
    assert contact(day).answered_at == D3


def test_partial_answers_are_completed_within_the_window(day):
    submit(day, {**CALM, **koos(KOOS_12[:6])}, "W6", W6)
    assert reopened_responses.unanswered(contact(day, "W6")) > 0

    last = list(koos(KOOS_12).items())[6:]
    correct(day, dict(last), "W6", W6)

    row = InstrumentResponse.objects.get(
        occasion="W6", instrument__key="koos_jr", superseded_at=None
    )
    assert row.raw_score == 12


def test_after_the_window_nothing_is_opened_again(day):
    submit(day, CALM)

    assert not reopened_responses.reopen(follow_up_id=contact(day).pk, now=CLOSED)


def test_the_answers_in_force_count_until_they_are_sent_again(day):
    submit(day, CALM)
    reopened_responses.reopen(follow_up_id=contact(day).pk, now=D3)

    assert Response.objects.get().superseded_at is None
    assert responses.drafts(contact(day))["bears_weight"] == "yes"


def test_a_correction_that_tells_a_sign_raises_its_task_at_the_press(day):
    submit(day, CALM)
    reopened_responses.reopen(follow_up_id=contact(day).pk, now=D3)

    responses.save_answer(
        follow_up_id=contact(day).pk,
        question="warning_signs",
        value=["chest_pain"],
        by=patient(day),
        now=D3,
    )

    assert day.episode.patient.tasks.get(kind="red-flag").tier == 1
