"""How a path ends: aborted on the day, or closed after follow-up."""

from datetime import timedelta

import pytest

from core.refusal import Refused
from procedures.models import EpisodeVisit
from scheduling.models import Appointment
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.factories.procedures import done

pytestmark = pytest.mark.django_db

ABORT = {"reason": "patient_intolerance", "note": "Asked to stop."}


def close(day, after_days, **answers):
    return make.act(
        day.place,
        day.episode,
        "complete",
        answers,
        now=day.at("12:00") + timedelta(days=after_days),
    )


@pytest.mark.parametrize("stage", ["checked_in", "harvested", "processed", "released"])
def test_the_day_can_be_aborted_until_the_injection(stage):
    day = Day.ready().until(stage)

    path = done(day.act("abort", ABORT, "10:03", "clinician"))

    visit = EpisodeVisit.objects.get(episode=path)
    appointment = Appointment.objects.get(pk=visit.appointment_id)
    assert path.stage == "aborted"
    assert path.closing_reason == "patient_intolerance: Asked to stop."
    assert (visit.released_at, appointment.status) == (day.at("10:03"), "fulfilled")
    assert path.closed_at == day.at("10:03")


def test_an_aborted_product_is_discarded():
    day = Day.ready().until("released")

    path = done(day.act("abort", ABORT, "10:03", "clinician"))

    [row] = path.dispositions.filter(superseded_at=None, kind="discarded")
    assert row.volume_ml == 7


@pytest.mark.parametrize("stage", ["ready", "injected"])
def test_before_check_in_and_after_the_injection_nothing_is_aborted(stage):
    day = Day.ready().until(stage)

    outcome = day.act("abort", ABORT, "10:50", "clinician")

    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "stage"
    assert outcome.reasons[0].lifts.endswith(
        "checked in, harvested, processed, released"
    )


def test_an_episode_is_not_completed_while_follow_ups_are_open():
    day = Day.ready().until("discharged")

    outcome = close(day, after_days=30)

    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "follow-ups-open"
    assert "M12" in outcome.reasons[0].text


def test_an_episode_is_completed_when_every_window_has_closed():
    day = Day.ready().until("discharged")

    path = done(close(day, after_days=500))

    assert path.stage == "completed"
    assert path.closed_at is not None


@pytest.mark.parametrize("outcome", ["lost_to_follow_up", "converted_to_surgery"])
def test_follow_up_can_end_early_with_a_reason(outcome):
    day = Day.ready().until("discharged")

    refused = close(day, after_days=60, outcome=outcome)
    path = done(close(day, after_days=60, outcome=outcome, reason="Letter of 11-03"))

    assert isinstance(refused, Refused)
    assert refused.reasons[0].code == "reason-missing"
    assert (path.stage, path.closing_reason) == (outcome, "Letter of 11-03")
