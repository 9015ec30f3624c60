"""Yearly rounds to year 5: behind the clinic's switch, also after the path's end."""

from datetime import date

import pytest

from clinics.services import clinics
from core import clock
from core.models import FailedReaction
from notifications.models import Message
from notifications.services.checking import faults
from patients.services import consents
from procedures.follow_up import yearly_rounds
from procedures.models import FollowUp
from procedures.tasks import keep_yearly_rounds
from tests.factories import procedures as make
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

DONE = make.at("2027-09-20", "10:00")


@pytest.fixture
def day():
    """Treated on 2026-09-15, takes texts."""
    ready = Day.ready()
    consents.grant(
        patient_id=ready.episode.patient_id,
        channel="sms",
        by=ready.place.actor("coordinator"),
        now=make.at("2026-09-15", "08:31"),
    )
    return ready.until("discharged")


def switch(day, on, now=DONE):
    clinics.set_policies(
        clinic_id=day.place.clinic.pk,
        yearly_rounds=on,
        by=day.place.actor("admin"),
        now=now,
    )
    clock.set_to(now)
    changed = keep_yearly_rounds()
    assert not list(FailedReaction.objects.values_list("error", "place"))
    assert keep_yearly_rounds() == 0
    return changed


def yearly(day):
    rows = FollowUp.objects.filter(episode=day.episode, code__startswith="Y")
    return {row.code: (row.target_on, row.state) for row in rows}


def complete(day):
    return make.done(
        make.act(
            day.place,
            day.episode,
            "complete",
            {"outcome": "completed"},
            role="clinician",
            now=DONE,
        )
    )


def invitations():
    rows = Message.objects.filter(kind__startswith="check_in_y", state="scheduled")
    return {row.kind: row.next_at for row in rows}


def test_without_the_switch_nobody_is_asked(day):
    clock.set_to(DONE)

    assert keep_yearly_rounds() == 0
    assert yearly(day) == {}


def test_with_it_four_rounds_are_planned_and_invited_to(day):
    assert switch(day, on=True) == 1

    assert yearly(day) == {
        "Y2": (date(2028, 9, 15), "planned"),
        "Y3": (date(2029, 9, 15), "planned"),
        "Y4": (date(2030, 9, 15), "planned"),
        "Y5": (date(2031, 9, 15), "planned"),
    }
    assert invitations() == {
        "check_in_y2": make.at("2028-09-15", "10:00"),
        "check_in_y3": make.at("2029-09-15", "10:00"),
        # A Sunday.
        "check_in_y4": make.at("2030-09-15", "12:00"),
        "check_in_y5": make.at("2031-09-15", "10:00"),
    }
    assert faults(DONE) == []


def test_switched_off_they_are_cancelled_and_on_again_planned_again(day):
    switch(day, on=True)

    assert switch(day, on=False) == 1
    assert invitations() == {}
    assert {state for _, state in yearly(day).values()} == {"cancelled"}

    switch(day, on=True)
    assert len(invitations()) == 4


def test_who_completed_the_path_is_still_asked_and_may_answer(day):
    make.done(
        make.act(
            day.place,
            day.episode,
            "respond",
            {"follow_up": "M12", "nrs": 2},
            role="nurse",
            now=make.at("2027-09-15", "10:00"),
        )
    )
    complete(day)
    switch(day, on=True)
    assert len(invitations()) == 4

    make.done(
        make.act(
            day.place,
            day.episode,
            "respond",
            {"follow_up": "Y2", "nrs": 1},
            role="nurse",
            now=make.at("2028-09-15", "11:00"),
        )
    )

    assert "check_in_y2" not in invitations()
    assert len(invitations()) == 3


def test_what_is_over_is_not_planned(day):
    late = make.at("2030-01-10", "10:00")

    switch(day, on=True, now=late)

    assert set(yearly(day)) == {"Y4", "Y5"}
    far = make.at("2033-01-10", "10:00")
    assert not yearly_rounds.to_change(far.date()).exists()
