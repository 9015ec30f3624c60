"""Answers at a follow-up: kept once, scored, and somebody called if need be."""

from datetime import datetime
from decimal import Decimal

import pytest

from core import events
from core.actor import Actor
from core.refusal import Refused
from patients.models import Task
from procedures.events import RedFlagRaised, ResponseRecorded
from procedures.fields.schema import InvalidData
from procedures.follow_up import responses
from procedures.follow_up import score_selectors as reading
from procedures.follow_up import services as follow_ups
from procedures.models import (
    DraftAnswer,
    FollowUp,
    InstrumentResponse,
    InstrumentVersion,
    Response,
)
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes, journal_names

pytestmark = pytest.mark.django_db
D3 = make.at("2026-09-18", "10:00")
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


@pytest.fixture
def told(monkeypatch):
    """The events published meanwhile."""
    heard: list[object] = []
    for kind in (RedFlagRaised, ResponseRecorded):
        monkeypatch.setitem(events._subscribers, kind, [heard.append])
    return heard


def contact(day, code="D3"):
    return FollowUp.objects.get(episode=day.episode, code=code)


def patient(day):
    who = day.episode.patient
    return Actor("patient", str(who.pk), role="patient", clinic_id=who.clinic_id)


def submit(day, answers, code="D3", now=D3, language="en"):
    return responses.submit(
        follow_up_id=contact(day, code).pk,
        answers=answers,
        language=language,
        by=patient(day),
        now=now,
    )


def test_contacts_are_planned_once_at_the_injection(day):
    rows = FollowUp.objects.filter(episode=day.episode)

    assert [row.code for row in rows] == [
        "D1",
        "D3",
        "D7",
        "D14",
        "W6",
        "M3",
        "M6",
        "M12",
    ]
    assert {row.planned_at for row in rows} == {day.at("10:09")}
    assert {row.timetable.version for row in rows} == {"2026-11"}


def test_day_three_asks_six_questions_one_after_another(day):
    asked = responses.questions(contact(day))

    assert [question.key for question in asked] == [
        "nrs",
        "temperature_c",
        "swelling",
        "bears_weight",
        "warning_signs",
        "milestone:light_activities",
    ]


def test_our_own_questions_are_asked_in_spanish(day):
    asked = responses.questions(contact(day), "es")

    assert asked[0].text == "¿Cuánto dolor tiene ahora?"
    assert {question.language for question in asked} == {"es"}


def test_week_six_asks_the_knees_questionnaire_in_english(day):
    asked = responses.questions(contact(day, "W6"), "es")

    koos = [question for question in asked if question.key.startswith("koos_jr.")]
    assert len(koos) == 7
    assert {question.language for question in koos} == {"en"}
    assert all("free to use" in question.attribution for question in koos)


def test_a_form_is_resumed_where_it_was_left(day):
    responses.save_answer(
        follow_up_id=contact(day).pk, question="nrs", value="4", now=D3
    )
    rest = {key: value for key, value in CALM.items() if key != "nrs"}

    assert responses.drafts(contact(day)) == {"nrs": 4}
    submit(day, rest)

    assert Response.objects.get().nrs == 4
    assert not DraftAnswer.objects.exists()


def test_a_saved_answer_is_replaced(day):
    for value in ("4", "6"):
        responses.save_answer(
            follow_up_id=contact(day).pk, question="nrs", value=value, now=D3
        )

    assert responses.drafts(contact(day)) == {"nrs": 6}


@pytest.mark.parametrize("value", ["11", "-1", "a lot", "", None])
def test_an_answer_that_does_not_fit_is_not_saved(day, value):
    with pytest.raises(responses.InvalidAnswer):
        responses.save_answer(
            follow_up_id=contact(day).pk, question="nrs", value=value, now=D3
        )

    assert not DraftAnswer.objects.exists()


def test_an_answer_closes_the_contact(day, told):
    submit(day, CALM)

    row = contact(day)
    assert (row.state, row.answered_at) == ("answered", D3)
    assert [type(event) for event in told] == [ResponseRecorded]
    day.episode.refresh_from_db()
    assert day.episode.stage == "follow_up"
    assert not Task.objects.exists()


def test_submitting_twice_is_one_response(day, told):
    submit(day, CALM)
    again = submit(day, {**CALM, "nrs": 9})

    assert not isinstance(again, Refused)
    assert Response.objects.get().nrs == 4
    assert len(told) == 1
    assert journal_names(day).count("episode.responded") == 1


def test_a_required_answer_is_asked_for(day):
    with pytest.raises(responses.InvalidAnswer):
        submit(day, {**CALM, "bears_weight": ""})


def test_fever_in_fahrenheit_pages_the_person_on_call(day, told):
    submit(day, {**CALM, "nrs": 9, "temperature_c": "101.1", "bears_weight": "no"})

    row, task = Response.objects.get(), Task.objects.get(kind="red-flag")
    assert row.temperature_c == Decimal("38.4")
    assert set(row.flags) == {"fever", "severe_pain", "cannot_bear_weight"}
    assert (task.tier, task.subject) == (2, f"follow_up:{contact(day).pk}")
    raised = [event for event in told if isinstance(event, RedFlagRaised)]
    assert [(event.task_id, event.tier) for event in raised] == [(task.pk, 2)]


def test_an_emergency_is_due_within_five_minutes(day, told):
    submit(day, {**CALM, "warning_signs": ["chest_pain"]})

    task = Task.objects.get(kind="red-flag")
    assert task.tier == 1
    assert (task.escalate_at - D3).total_seconds() == 5 * 60


def test_a_minor_sign_waits_for_the_next_business_day(day, told):
    submit(day, {**CALM, "warning_signs": ["rash_or_itch"]})

    assert Task.objects.get(kind="red-flag").owner_role == "coordinator"
    assert not any(isinstance(event, RedFlagRaised) for event in told)


@pytest.mark.parametrize(
    ("kept", "language", "words"),
    [
        ({"warning_signs": ["chest_pain"]}, "en", "Call 911 now."),
        ({"warning_signs": ["chest_pain"]}, "es", "Llame al 911 ahora."),
        ({"temperature_c": "38.0"}, "en", "Call us now."),
        ({"bears_weight": "no"}, "es", "Llámenos ahora."),
    ],
)
def test_an_urgent_answer_is_told_at_once(kept, language, words):
    assert responses.call_now(kept, language)[0] == words


def test_a_calm_answer_is_told_nothing():
    assert responses.call_now({"nrs": 3, "bears_weight": "yes"}) is None


def test_a_contact_cannot_be_answered_before_its_window(day):
    assert codes(submit(day, CALM, now=make.at("2026-09-16", "10:00"))) == [
        "follow-up-early"
    ]


def test_a_nurse_may_answer_for_the_patient(day):
    answers = {"follow_up": "D3", "nrs": 3, "bears_weight": True}

    outcome = make.act(day.place, day.episode, "respond", answers, role="nurse", now=D3)

    make.done(outcome)
    assert Response.objects.get().recorded_by.startswith("staff:")


W6 = make.at("2026-10-27", "10:00")
KOOS_12 = [2, 2, 1, 2, 1, 2, 2]


def koos(values):
    keys = [item.key for item in reading.instrument("koos_jr").items]
    return {
        f"koos_jr.{key}": str(value) for key, value in zip(keys, values, strict=False)
    }


def test_scores_are_kept_beside_the_raw_answers(day):
    submit(day, {**CALM, **koos(KOOS_12)}, "W6", W6)

    row = InstrumentResponse.objects.get(occasion="W6", instrument__key="koos_jr")
    assert (row.raw_score, row.score) == (12, Decimal("57.140"))
    assert list(row.answers.values()).count(2) == 5
    assert row.instrument.version == "1"


def test_six_answers_of_seven_are_kept_without_a_score(day):
    submit(day, {**CALM, **koos(KOOS_12[:6])}, "W6", W6)

    row = InstrumentResponse.objects.get(occasion="W6", instrument__key="koos_jr")
    assert len(row.answers) == 6
    assert row.score is None


def test_the_history_starts_with_the_baseline(day):
    submit(day, {**CALM, **koos(KOOS_12)}, "W6", W6)

    history = reading.history(day.episode, "koos_jr")

    assert [(row.occasion, row.score) for row in history] == [
        ("baseline", Decimal("50.012")),
        ("W6", Decimal("57.140")),
    ]
    assert history[1].change == Decimal("7.128")


def test_an_unknown_questionnaire_is_refused(day):
    answers = {"follow_up": "D3", "instruments": {"oxford": {"a": 1}}}

    with pytest.raises(InvalidData, match="questionnaire"):
        make.act(day.place, day.episode, "respond", answers, role="nurse", now=D3)


def test_a_new_version_leaves_old_scores_as_they_are(day):
    old = InstrumentVersion.objects.get(key="koos_jr")
    changed = {**old.definition, "version": "2", "table": ["1.000"] * 29}
    InstrumentVersion.objects.create(key="koos_jr", version="2", definition=changed)

    submit(day, {**CALM, **koos(KOOS_12)}, "W6", W6)

    rows = InstrumentResponse.objects.filter(instrument__key="koos_jr")
    kept = rows.order_by("occurred_at").values_list("instrument__version", "score")
    assert list(kept) == [("1", Decimal("50.012")), ("2", Decimal("1.000"))]


def test_a_closed_window_is_missed_once_and_late_answers_keep_their_time(day):
    missed_at, job = make.at("2026-09-20", "00:05"), Actor("job", "tests", role="job")
    row = contact(day)

    assert row.pk in follow_ups.overdue(missed_at)
    assert follow_ups.mark_missed(follow_up_id=row.pk, by=job, now=missed_at)
    assert not follow_ups.mark_missed(follow_up_id=row.pk, by=job, now=missed_at)
    late = make.at("2026-09-21", "09:00")
    submit(day, CALM, now=late)

    row.refresh_from_db()
    assert (row.state, row.answered_at) == ("missed", late)


def test_a_window_is_open_until_its_last_day_ends_at_the_clinic(day):
    still_open: datetime = make.at("2026-09-19", "23:59")

    assert contact(day).pk not in follow_ups.overdue(still_open)


def test_a_missed_questionnaire_is_worth_a_call(day):
    row = contact(day, "W6")
    now, job = make.at("2026-11-11", "09:00"), Actor("job", "tests", role="job")

    follow_ups.mark_missed(follow_up_id=row.pk, by=job, now=now)

    assert Task.objects.get().kind == "follow-up-missed"
