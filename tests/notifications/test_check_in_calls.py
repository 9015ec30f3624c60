"""Calls for recovery contacts: where no message may go, and where nobody answered."""

from datetime import timedelta

import pytest

from core import clock
from core.actor import Actor
from core.models import FailedReaction
from notifications.models import Message, PlannedCall
from notifications.services.check_in_calls import ask_for_calls, to_plan
from notifications.services.checking import faults
from patients.models import Task
from patients.services import consents, tasks
from procedures.follow_up import responses
from procedures.follow_up import services as service
from procedures.models import FollowUp
from scheduling.booking import book
from tests.factories import procedures as make
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

ANSWERS = {
    "nrs": 4,
    "temperature_c": "36.8",
    "swelling": "mild",
    "bears_weight": "yes",
    "warning_signs": [],
}
# The contacts of an injection on 2026-09-15: code, target, day after the window.
TARGETS = {
    "D1": ("2026-09-16", "2026-09-18"),
    "D3": ("2026-09-18", "2026-09-20"),
    "D7": ("2026-09-22", "2026-09-25"),
    "D14": ("2026-09-29", "2026-10-03"),
    "W6": ("2026-10-27", "2026-11-11"),
    "M3": ("2026-12-15", "2026-12-30"),
    "M6": ("2027-03-15", "2027-04-06"),
    "M12": ("2027-09-15", "2027-10-16"),
}


@pytest.fixture
def silent():
    """A treated patient who agreed to neither texts nor mail."""
    return Day.ready().until("discharged")


@pytest.fixture
def texted():
    ready = Day.ready()
    agree(ready, make.at("2026-09-15", "08:31"))
    return ready.until("discharged")


def agree(day, now):
    consents.grant(
        patient_id=day.episode.patient_id,
        channel="sms",
        by=day.place.actor("coordinator"),
        now=now,
    )


@pytest.fixture
def sweep(monkeypatch):
    def run(day, time="10:00"):
        now = make.at(day, time)
        clock.set_to(now)
        changed = ask_for_calls(now)
        assert list(to_plan(now)) == []
        assert not FailedReaction.objects.exists()
        return changed

    return run


def calls(day, **only):
    found = Task.objects.filter(
        kind="call_patient", patient=day.episode.patient_id, **only
    )
    return list(found.order_by("created_at"))


def contact(day, code):
    return FollowUp.objects.get(episode=day.episode, code=code)


def answer(day, code, now, by=None):
    who = day.episode.patient
    patient = Actor("patient", str(who.pk), role="patient", clinic_id=who.clinic_id)
    return responses.submit(
        follow_up_id=contact(day, code).pk, answers=ANSWERS, by=by or patient, now=now
    )


@pytest.mark.parametrize("code", TARGETS)
def test_without_a_channel_every_contact_becomes_a_call_at_ten_of_its_day(
    silent, sweep, code
):
    target, _ = TARGETS[code]
    subject = f"follow_up:{contact(silent, code).pk}"

    sweep(target, "09:59")
    assert calls(silent, subject=subject) == []
    sweep(target, "10:00")

    [task] = calls(silent, subject=subject)
    assert task.owner_role == "nurse"
    assert task.done_at is None
    assert task.due_at == make.at(target, "14:00")
    assert "recovery contact is due" in task.text
    assert not Message.objects.filter(subject=subject).exists()


def test_a_call_is_asked_for_once(silent, sweep):
    assert sweep("2026-09-16") == 1
    assert sweep("2026-09-16", "10:05") == 0
    assert sweep("2026-09-16", "18:00") == 0

    assert len(calls(silent)) == 1


def test_a_call_somebody_closed_without_an_answer_is_not_asked_for_again(silent, sweep):
    sweep("2026-09-22")
    task = calls(silent, subject=f"follow_up:{contact(silent, 'D7').pk}")[-1]
    tasks.close(
        task_id=task.pk,
        outcome="Voicemail.",
        by=silent.place.actor("nurse"),
        now=make.at("2026-09-22", "11:00"),
    )

    sweep("2026-09-22", "12:00")
    assert calls(silent, done_at=None, subject=task.subject) == []


def test_after_two_days_without_an_answer_it_is_asked_for_once_more(silent, sweep):
    sweep("2026-09-22")
    subject = f"follow_up:{contact(silent, 'D7').pk}"
    tasks.close(
        task_id=calls(silent, subject=subject)[0].pk,
        outcome="Voicemail.",
        by=silent.place.actor("nurse"),
        now=make.at("2026-09-22", "11:00"),
    )

    sweep("2026-09-24")

    [again] = calls(silent, subject=subject, done_at=None)
    assert "overdue" in again.text


def test_an_answer_closes_the_call(silent, sweep):
    sweep("2026-09-16")
    answer(silent, "D1", make.at("2026-09-16", "11:00"))

    [task] = calls(silent)
    assert task.done_at == make.at("2026-09-16", "11:00")
    assert sweep("2026-09-16", "12:00") == 0


def test_an_early_answer_leaves_nothing_to_call_about(silent, sweep):
    answer(silent, "D3", make.at("2026-09-17", "11:00"))

    sweep("2026-09-18")

    assert calls(silent, subject=f"follow_up:{contact(silent, 'D3').pk}") == []


def test_who_takes_texts_is_called_only_after_both_nudges(texted, sweep):
    subject = f"follow_up:{contact(texted, 'W6').pk}"

    sweep("2026-10-27")
    # Summer time ended in between: 48 hours are 48 hours.
    sweep("2026-11-02", "08:59")
    assert calls(texted, subject=subject) == []
    sweep("2026-11-02", "10:00")

    [task] = calls(texted, subject=subject)
    assert "overdue" in task.text


def test_a_message_that_may_be_sent_after_all_replaces_the_call(silent, sweep):
    sweep("2026-09-18", "10:00")
    subject = f"follow_up:{contact(silent, 'D3').pk}"
    assert calls(silent, subject=subject, done_at=None)

    agree(silent, make.at("2026-09-18", "10:30"))

    assert calls(silent, subject=subject, done_at=None) == []
    assert Message.objects.get(subject=subject).state == "scheduled"


@pytest.mark.parametrize(
    ("code", "last"), [("D1", "2026-09-17"), ("D3", "2026-09-19"), ("D7", "2026-09-24")]
)
def test_an_early_contact_nobody_answers_is_called_about_on_its_last_afternoon(
    texted, sweep, code, last
):
    subject = f"follow_up:{contact(texted, code).pk}"

    sweep(last, "14:59")
    assert calls(texted, subject=subject) == []
    sweep(last, "15:00")

    [task] = calls(texted, subject=subject)
    assert "overdue" in task.text


def test_a_withdrawn_consent_turns_a_contact_that_is_due_into_a_call(texted, sweep):
    sweep("2026-09-22")
    subject = f"follow_up:{contact(texted, 'D7').pk}"
    assert calls(texted, subject=subject) == []

    consents.withdraw(
        patient_id=texted.episode.patient_id,
        channel="sms",
        by=texted.place.actor("coordinator"),
        now=make.at("2026-09-22", "11:00"),
    )

    assert len(calls(texted, subject=subject, done_at=None)) == 1


def test_no_call_while_a_visit_for_the_contact_is_to_come(silent, sweep):
    appointment = make.book(
        silent.place,
        silent.episode,
        make.at("2026-11-03", "10:00"),
        visit_type="follow-up",
        contact="W6",
    )
    subject = f"follow_up:{contact(silent, 'W6').pk}"

    sweep("2026-10-27")
    sweep("2026-10-30")
    sweep("2026-11-03", "17:00")
    assert calls(silent, subject=subject) == []
    sweep("2026-11-04")

    assert appointment is not None
    assert len(calls(silent, subject=subject, done_at=None)) == 1


def test_a_visit_booked_later_takes_the_call_back_and_its_end_asks_again(silent, sweep):
    sweep("2026-10-27")
    subject = f"follow_up:{contact(silent, 'W6').pk}"
    clock.set_to(make.at("2026-10-27", "11:00"))
    appointment = make.book(
        silent.place,
        silent.episode,
        make.at("2026-11-03", "10:00"),
        visit_type="follow-up",
        contact="W6",
        now=make.at("2026-10-27", "11:00"),
    )
    sweep("2026-10-27", "11:05")
    assert calls(silent, subject=subject, done_at=None) == []

    appointment.refresh_from_db()
    book.cancel(
        appointment_id=appointment.pk,
        version=appointment.version,
        reason="patient",
        by=silent.place.actor("coordinator"),
        now=make.at("2026-10-28", "09:00"),
    )
    sweep("2026-10-28", "11:00")

    assert len(calls(silent, subject=subject, done_at=None)) == 1


def miss(day, code, at):
    return service.mark_missed(
        follow_up_id=contact(day, code).pk, by=Actor("job", "x", role="job"), now=at
    )


def test_an_early_contact_nobody_called_about_is_still_called_after_its_window(
    silent, sweep
):
    sweep("2026-09-16")
    miss(silent, "D1", make.at("2026-09-18", "08:00"))

    sweep("2026-09-18", "08:05")

    subject = f"follow_up:{contact(silent, 'D1').pk}"
    assert len(calls(silent, subject=subject, done_at=None)) == 1


def test_a_missed_questionnaire_leaves_one_call_and_a_late_answer_closes_it(
    silent, sweep
):
    sweep("2026-10-27")
    miss(silent, "W6", make.at("2026-11-11", "08:00"))
    sweep("2026-11-11", "08:05")
    subject = f"follow_up:{contact(silent, 'W6').pk}"
    waiting = Task.objects.filter(subject=subject, done_at=None)
    assert [task.kind for task in waiting] == ["follow-up-missed"]

    outcome = make.act(
        silent.place,
        silent.episode,
        "respond",
        {"follow_up": "W6", "nrs": 3, "language": "en"},
        role="nurse",
        now=make.at("2026-11-12", "10:00"),
    )

    assert make.done(outcome)
    assert not waiting.all().exists()
    assert calls(silent, done_at=None) == []


def test_a_path_that_ended_asks_for_no_call(silent, sweep):
    sweep("2026-10-27")
    episode = silent.episode
    make.done(
        make.act(
            silent.place,
            episode,
            "complete",
            {"outcome": "lost_to_follow_up", "reason": "Moved abroad."},
            role="clinician",
            now=make.at("2026-10-28", "09:00"),
        )
    )

    sweep("2026-10-29")
    assert calls(silent, done_at=None) == []


def test_the_calls_agree_with_what_the_check_of_messages_finds(silent, sweep):
    sweep("2026-09-18")

    assert faults(make.at("2026-09-18", "10:00") + timedelta(minutes=1)) == []
    assert PlannedCall.objects.count() >= 1
