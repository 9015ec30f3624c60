"""Tasks: who, until when, and what closes a red flag."""

from datetime import timedelta

import pytest

from core.journal import entries
from core.problems import Invalid, NotFound
from patients import events, selectors
from patients.models import Task
from patients.services import tasks
from patients.tasks import escalate_tasks
from tests.factories import clinics as make
from tests.factories.clinics import NOW
from tests.factories.patients import BY, patient, task
from tests.patients.conftest import errors_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
CONTACT = NOW + 10 * MINUTE
LATER = NOW + 20 * MINUTE


@pytest.fixture
def here():
    return make.clinic()


def close(of, **fields):
    return tasks.close(task_id=of.pk, **{"by": BY, "now": LATER, **fields})


def test_opening_tells_and_is_on_record(here, told):
    marisol = patient(here)
    told.clear()

    opened = task(here, patient_id=marisol.pk)

    assert told == [
        events.TaskOpened(task_id=opened.pk, patient_id=marisol.pk, occurred_at=NOW)
    ]
    entry = entries(f"patient:{marisol.pk}").last()
    assert entry.name == "task.opened"
    assert str(opened.pk) in entry.payload


@pytest.mark.parametrize(
    ("subject", "stream"),
    [("enquiry:1", "enquiry:1"), ("link:1", "clinic:{}"), ("", "clinic:{}")],
)
def test_a_task_of_no_patient_is_on_record_under_its_subject(here, subject, stream):
    opened = task(here, subject=subject)

    assert tasks.stream_of(opened) == stream.format(here.pk)
    assert entries(tasks.stream_of(opened)).get(name="task.opened")


def test_the_same_subject_opens_one_task_at_a_time(here):
    first = task(here, subject="link:1")
    again = task(here, subject="link:1")
    close(first)
    after = task(here, subject="link:1")

    assert first.pk == again.pk
    assert after.pk != first.pk


def test_a_red_flag_of_another_tier_is_a_task_of_its_own(here):
    second = task(here, kind="red_flag", subject="follow_up:1", tier=2)
    first = task(here, kind="red_flag", subject="follow_up:1", tier=1)

    assert first.pk != second.pk


def test_a_tier_brings_the_protocols_owner_and_times(here):
    urgent = task(here, kind="red_flag", tier=2)

    assert urgent.owner_role == "clinician"
    assert urgent.escalate_at == NOW + 30 * MINUTE
    assert urgent.due_at == NOW + 120 * MINUTE


def test_a_task_without_tier_or_due_time_is_a_mistake(here):
    with pytest.raises(ValueError, match="due_at"):
        tasks.open(
            clinic_id=here.pk, kind="x", text="X.", owner_role="nurse", by=BY, now=NOW
        )


def test_a_task_for_another_clinics_patient_is_refused(here):
    with pytest.raises(NotFound):
        task(here, patient_id=patient().pk)


def test_acknowledging_twice_is_acknowledging_once(here, told):
    opened = task(here, tier=1)
    told.clear()

    for by in (make.actor("clinician", here), make.actor("nurse", here)):
        acknowledged = tasks.acknowledge(task_id=opened.pk, by=by, now=LATER)

    assert acknowledged.acknowledged_at == LATER
    assert [type(event) for event in told] == [events.TaskAcknowledged]


@pytest.mark.parametrize("tier", [1, 2])
def test_an_urgent_task_closes_only_with_clinician_contact_and_outcome(here, tier):
    urgent = task(here, tier=tier)
    nurse = make.actor("nurse", here)

    with pytest.raises(Invalid) as problem:
        close(urgent, by=nurse)

    assert set(errors_of(problem)) == {"/clinician", "/contacted_at", "/outcome"}
    assert Task.objects.get().done_at is None


def test_a_clinician_who_closes_is_the_clinician(here, told):
    urgent, doctor = task(here, tier=2), make.actor("clinician", here)
    told.clear()

    closed = close(urgent, by=doctor, contacted_at=CONTACT, outcome="Seen today.")

    assert closed.clinician_id == int(doctor.id)
    assert (closed.done_at, closed.done_by) == (LATER, str(doctor))
    assert [type(event) for event in told] == [
        events.TaskAcknowledged,
        events.TaskClosed,
    ]


def test_a_nurse_may_close_naming_the_clinician_who_called(here):
    doctor = make.membership("medical_director", here)

    closed = close(
        task(here, tier=1),
        by=make.actor("nurse", here),
        clinician_id=doctor.user_id,
        contacted_at=CONTACT,
        outcome="Sent to hospital.",
    )

    assert closed.clinician_id == doctor.user_id


@pytest.mark.parametrize("role", ["nurse", "coordinator"])
def test_somebody_else_is_not_the_clinician(here, role):
    with pytest.raises(Invalid) as problem:
        close(
            task(here, tier=1),
            clinician_id=make.membership(role, here).user_id,
            contacted_at=CONTACT,
            outcome="Called.",
        )

    assert "/clinician" in errors_of(problem)


def test_a_clinician_of_another_clinic_is_not_the_clinician(here):
    with pytest.raises(Invalid):
        close(
            task(here, tier=1),
            clinician_id=make.membership("clinician").user_id,
            contacted_at=CONTACT,
            outcome="Called.",
        )


def test_a_contact_in_the_future_is_refused(here):
    with pytest.raises(Invalid) as problem:
        close(task(here), contacted_at=LATER + MINUTE)

    assert "/contacted_at" in errors_of(problem)


def test_an_ordinary_task_closes_without_more(here):
    assert close(task(here)).done_at == LATER


def test_a_closed_task_is_neither_closed_nor_acknowledged_again(here):
    done = close(task(here))

    with pytest.raises(tasks.AlreadyClosed):
        close(done)
    with pytest.raises(tasks.AlreadyClosed):
        tasks.acknowledge(task_id=done.pk, by=BY, now=LATER)


def test_nobody_acknowledged_so_it_goes_up_once(here, told):
    urgent = task(here, tier=1)
    told.clear()

    early = tasks.escalate(task_id=urgent.pk, by=BY, now=NOW + 4 * MINUTE)
    due = tasks.escalate(task_id=urgent.pk, by=BY, now=NOW + 5 * MINUTE)
    again = tasks.escalate(task_id=urgent.pk, by=BY, now=NOW + 6 * MINUTE)

    assert [early, due, again] == [False, True, False]
    assert Task.objects.get().owner_role == "medical_director"
    assert [type(event) for event in told] == [events.TaskEscalated]


def test_the_job_escalates_what_waits_at_every_clinic_and_leaves_the_rest(here):
    # By the database's clock these tasks of September are long overdue.
    waiting, elsewhere = task(here, tier=1), task(tier=2)
    tasks.acknowledge(task_id=task(here, tier=2).pk, by=BY, now=NOW)
    close(task(here))

    assert escalate_tasks() == 2
    assert escalate_tasks() == 0
    escalated = Task.objects.filter(escalated_at__isnull=False)
    assert set(escalated) == {waiting, elsewhere}


def test_lists_by_state(here):
    late = task(here, due_at=NOW - MINUTE)
    in_grace = task(here, due_at=NOW - MINUTE, grace_minutes=5)
    acknowledged = tasks.acknowledge(task_id=task(here).pk, by=BY, now=NOW)
    done = close(task(here), now=NOW)

    listed = {
        state: set(selectors.tasks(here.pk, now=NOW, state=state))
        for state in selectors.TASK_STATES
    }

    assert listed["open"] == {late, in_grace, acknowledged}
    assert listed["late"] == {late}
    assert listed["acknowledged"] == {acknowledged}
    assert listed["done"] == {done}
    assert listed["all"] == {late, in_grace, acknowledged, done}
    assert [t.state(NOW) for t in (late, in_grace, acknowledged, done)] == [
        "late",
        "due",
        "acknowledged",
        "done",
    ]


def test_another_clinics_task_does_not_exist(here):
    elsewhere = task()

    assert not selectors.tasks(here.pk, now=NOW, state="all").exists()
    with pytest.raises(NotFound):
        selectors.task(elsewhere.pk, here.pk)
    with pytest.raises(NotFound):
        tasks.acknowledge(task_id=elsewhere.pk, clinic_id=here.pk, by=BY, now=NOW)
