"""No procedure without a signed approval, by whichever way a visit is made."""

from datetime import timedelta

import pytest

from core.refusal import Refused
from patients.models import Task
from procedures.models import EpisodeVisit
from scheduling.booking import book, holds
from scheduling.models import Appointment
from tests.factories import patients
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedures import act, at, done

pytestmark = pytest.mark.django_db

DAY = at("2026-09-15")


@pytest.fixture
def place():
    return make.open_site()


def codes(outcome):
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def booked(outcome):
    assert isinstance(outcome, Appointment), outcome
    return outcome


def book_without_subject(place, patient_id, start=DAY, visit_type="bmc-ultrasound"):
    return book.book(
        clinic_id=place.clinic.pk,
        patient_id=patient_id,
        visit_type=visit_type,
        start=start,
        by=place.actor("coordinator"),
        now=NOW,
    )


def stage(path):
    path.refresh_from_db()
    return path.stage


def test_a_booking_before_the_decision_is_refused(place):
    path = make.evaluated(place)

    assert codes(make.book(place, path, DAY)) == ["not-approved"]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("outcome", ["deferred", "declined"])
def test_a_booking_after_another_decision_is_refused(place, outcome):
    path = make.evaluated(place)
    done(act(place, path, "decide", make.decision(outcome)))

    assert codes(make.book(place, path, DAY)) == ["not-approved"]


def test_a_patient_without_any_episode_is_refused(place):
    stranger = patients.patient(place.clinic)

    assert codes(book_without_subject(place, stranger.pk)) == ["not-approved"]


def test_an_approved_episode_is_scheduled_by_its_booking(place):
    path = make.approved(place)

    appointment = booked(make.book(place, path, DAY))

    visit = EpisodeVisit.objects.get(episode=path)
    assert (visit.appointment_id, visit.purpose) == (appointment.pk, "procedure")
    assert visit.starts_at == DAY
    assert stage(path) == "scheduled"


def test_without_a_name_the_single_approved_episode_is_meant(place):
    path = make.approved(place)

    appointment = booked(book_without_subject(place, path.patient_id))

    assert appointment.subject == f"episode:{path.pk}"
    assert EpisodeVisit.objects.get(episode=path).appointment_id == appointment.pk
    assert stage(path) == "scheduled"


def test_a_hold_for_the_single_approved_episode_is_booked_for_it(place):
    path = make.approved(place)
    who = {"patient_id": path.patient_id, "clinic_id": place.clinic.pk}
    by = {"by": place.actor("coordinator"), "now": NOW}

    held = holds.hold(visit_type="bmc-ultrasound", start=DAY, **who, **by)
    appointment = booked(book.book(hold_id=held.pk, **who, **by))

    assert held.subject == appointment.subject == f"episode:{path.pk}"
    assert stage(path) == "scheduled"


def test_other_visits_without_a_name_get_none(place):
    path = make.approved(place)

    visit = booked(book_without_subject(place, path.patient_id, visit_type="follow-up"))

    assert visit.subject == ""


def test_without_a_name_several_approved_episodes_are_refused(place):
    path = make.approved(place)
    second = make.episode(place, make.KNEE, patient=path.patient)
    done(act(place, second, "evaluate", make.evaluation()))
    done(act(place, second, "decide", make.decision()))

    assert codes(book_without_subject(place, path.patient_id)) == ["several-episodes"]
    booked(make.book(place, second, DAY))
    assert (stage(path), stage(second)) == ("approved", "scheduled")


def test_another_patients_episode_serves_nobody_else(place):
    path = make.approved(place)
    stranger = patients.patient(place.clinic)
    for visit_type in ("bmc-ultrasound", "consultation"):
        outcome = book.book(
            clinic_id=place.clinic.pk,
            patient_id=stranger.pk,
            visit_type=visit_type,
            start=DAY,
            subject=f"episode:{path.pk}",
            by=place.actor("coordinator"),
            now=NOW,
        )

        assert codes(outcome) == ["episode-unknown"]


def test_the_last_day_of_the_approval_counts_and_the_next_does_not():
    place = make.open_site(approval_valid_days=13)  # until Monday 2026-09-14
    path = make.approved(place)

    assert codes(make.book(place, path, DAY)) == ["approval-expired"]
    booked(make.book(place, path, DAY - timedelta(days=1)))


def test_a_move_beyond_the_approval_is_refused():
    place = make.open_site(approval_valid_days=14)
    path = make.approved(place)
    appointment = booked(make.book(place, path, DAY))

    outcome = book.move(
        appointment_id=appointment.pk,
        start=DAY + timedelta(days=1),
        version=appointment.version,
        by=place.actor("coordinator"),
        now=NOW,
    )

    assert codes(outcome) == ["approval-expired"]
    appointment.refresh_from_db()
    assert appointment.start == DAY


def test_a_move_of_a_deferred_patients_visit_is_refused(place):
    path = make.approved(place)
    appointment = booked(make.book(place, path, DAY))
    fever = make.evaluation(temperature_c=38.3)
    assert done(act(place, path, "evaluate", fever)).stage == "deferred"

    outcome = book.move(
        appointment_id=appointment.pk,
        start=DAY + timedelta(days=1),
        version=appointment.version,
        by=place.actor("coordinator"),
        now=NOW,
    )

    assert codes(outcome) == ["not-approved"]


def test_a_visit_that_lost_its_approval_becomes_a_coordinators_task(place):
    path, _ = make.ready(place, DAY)

    done(act(place, path, "evaluate", make.evaluation(temperature_c=38.3)))

    [task] = Task.objects.filter(patient=path.patient, owner_role="coordinator")
    assert task.kind == "visit_without_approval"
    assert "38" not in task.text


def test_a_hold_for_a_patient_asks_the_same_rule(place):
    path = make.evaluated(place)

    outcome = holds.hold(
        clinic_id=place.clinic.pk,
        patient_id=path.patient_id,
        visit_type="bmc-ultrasound",
        start=DAY,
        subject=f"episode:{path.pk}",
        by=place.actor("coordinator"),
        now=NOW,
    )

    assert codes(outcome) == ["not-approved"]


def test_one_episode_has_one_procedure_visit(place):
    path = make.approved(place)
    booked(make.book(place, path, DAY))

    assert codes(make.book(place, path, DAY + timedelta(days=1))) == ["already-booked"]


def test_a_move_takes_the_visit_along(place):
    path = make.approved(place)
    appointment = booked(make.book(place, path, DAY))

    booked(
        book.move(
            appointment_id=appointment.pk,
            start=DAY + timedelta(days=1),
            version=appointment.version,
            by=place.actor("coordinator"),
            now=NOW,
        )
    )

    assert path.visits.get().starts_at == DAY + timedelta(days=1)
    assert stage(path) == "scheduled"


@pytest.mark.parametrize("act_name", ["cancel", "no_show"])
def test_a_freed_procedure_leaves_the_episode_approved(place, act_name):
    path, appointment = make.ready(place, DAY)
    verb = getattr(book, act_name)

    booked(
        verb(
            appointment_id=appointment.pk,
            reason="patient asked",
            by=place.actor("coordinator"),
            now=DAY + timedelta(hours=1),
        )
    )

    assert stage(path) == "approved"
    assert path.visits.get().released_at == DAY + timedelta(hours=1)
    booked(make.book(place, path, DAY + timedelta(days=7)))
    assert stage(path) == "ready"


def missed(place, appointment):
    return booked(
        book.no_show(
            appointment_id=appointment.pk,
            by=place.actor("coordinator"),
            now=DAY + timedelta(minutes=20),
        )
    )


def come_after_all(place, appointment, now=DAY + timedelta(minutes=25)):
    return book.undo_no_show(
        appointment_id=appointment.pk, by=place.actor("nurse"), now=now
    )


def test_a_missed_procedure_that_takes_place_after_all_is_ready_again(place):
    path, appointment = make.ready(place, DAY)
    visit = missed(place, appointment)
    assert stage(path) == "approved"

    booked(come_after_all(place, visit))

    assert stage(path) == "ready"
    assert path.visits.get().released_at is None


def test_a_missed_procedure_booked_anew_meanwhile_stays_missed(place):
    path, appointment = make.ready(place, DAY)
    visit = missed(place, appointment)
    booked(make.book(place, path, DAY + timedelta(days=7)))

    refused = come_after_all(place, visit)

    assert [reason.code for reason in refused.reasons] == ["already-booked"]
    assert path.visits.filter(released_at=None).count() == 1


def test_a_missed_procedure_without_an_approval_any_more_stays_missed(place):
    path, appointment = make.ready(place, DAY)
    visit = missed(place, appointment)
    declined = make.decision("declined")
    make.done(
        make.act(place, path, "decide", declined, now=DAY + timedelta(minutes=21))
    )

    refused = come_after_all(place, visit)

    assert [reason.code for reason in refused.reasons] == ["not-approved"]


def test_a_missed_consultation_counts_again_and_changes_no_stage(place):
    path = make.episode(place)
    appointment = booked(make.book(place, path, DAY, "consultation"))
    visit = missed(place, appointment)
    assert path.visits.get().released_at is not None

    booked(come_after_all(place, visit))

    assert stage(path) == "consultation"
    assert path.visits.get().released_at is None


def test_a_booked_consultation_opens_the_path(place):
    path = make.episode(place)

    booked(make.book(place, path, DAY, "consultation"))

    assert stage(path) == "consultation"
    assert path.visits.get().purpose == "consultation"


def test_a_cancelled_consultation_changes_no_stage(place):
    path = make.episode(place)
    appointment = booked(make.book(place, path, DAY, "consultation"))

    book.cancel(appointment_id=appointment.pk, by=place.actor("coordinator"), now=NOW)

    assert stage(path) == "consultation"


def test_a_deferral_cancels_the_booked_procedure(place):
    path, appointment = make.ready(place, DAY)

    path = done(act(place, path, "decide", make.decision("deferred")))

    appointment.refresh_from_db()
    assert (path.stage, appointment.status) == ("deferred", "cancelled")


def test_a_withdrawal_cancels_the_booked_procedure(place):
    path, appointment = make.ready(place, DAY)

    wish = {"reason": "Moves to another city"}
    path = done(act(place, path, "withdraw", wish, role="coordinator"))

    appointment.refresh_from_db()
    assert (path.stage, appointment.status) == ("withdrawn", "cancelled")
    assert path.closing_reason == "Moves to another city"


def test_a_renewed_approval_keeps_the_booked_procedure(place):
    path, appointment = make.ready(place, DAY)

    path = done(act(place, path, "decide", make.decision()))

    appointment.refresh_from_db()
    assert (path.stage, appointment.status) == ("ready", "booked")
