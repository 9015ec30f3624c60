"""Plans are made by a worker; what happens where there is none, or it is lost."""

import sys
from functools import partial

import pytest
from django.db import connection

from core.db import unit_of_work
from scheduling.absences import conflicts
from scheduling.absences import services as absences
from scheduling.models import Conflict, RepairPlan
from scheduling.repair import proposals, solve
from scheduling.repair.plans import PlanBeingMade, set_locked
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.rivals import race
from tests.scheduling.acts import WHO, away
from tests.scheduling.repairing import EIGHT, TWO, Killed

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")

LATE = NOW + proposals.WORKER_WITHIN


@pytest.fixture
def at():
    return make.practice(TWO)


@pytest.fixture
def absence(at, ill):
    for offset in (0, 60):
        at.book(clinician=ill.pk, start=NINE + minutes(offset))
    return away(at, resource_id=ill.pk, start=EIGHT)


@pytest.fixture
def rung(monkeypatch):
    """The tasks asked for, as (name, arguments)."""
    tasks = []
    monkeypatch.setattr(
        proposals.current_app,
        "send_task",
        lambda name, args, **_: tasks.append((name, args)),
    )
    return tasks


def ask(absence, now=NOW):
    asked = {"absence_id": absence.pk, "clinic_id": absence.resource.clinic_id}
    return unit_of_work(
        partial(proposals.propose, **asked, by=WHO["by"], now=now), repeatable=False
    )


def make_it(plan, now=NOW):
    proposals.make(plan_id=plan.pk, now=now)
    plan.refresh_from_db()
    return plan


def test_asked_for_it_is_being_made_and_a_worker_is_rung_for_it(absence, rung):
    plan = ask(absence)

    assert (plan.state, plan.method, plan.lines.count()) == ("planning", "", 0)
    assert rung == [("scheduling.tasks.make_repair_plan", [str(plan.pk)])]


def test_a_worker_makes_it(absence, rung):
    plan = make_it(ask(absence))

    assert (plan.state, plan.method, plan.because) == ("proposed", "exact", "")
    assert [line.way for line in plan.lines.all()] == ["same-time", "same-time"]


def test_two_presses_plan_once(absence, rung):
    plans = race([partial(ask, absence), partial(ask, absence)])

    assert plans[0].pk == plans[1].pk
    assert len(rung) == RepairPlan.objects.count() == 1


def test_two_workers_make_it_once(absence, rung):
    plan = ask(absence)

    race([partial(proposals.make, plan_id=plan.pk, now=NOW)] * 2)

    plan.refresh_from_db()
    assert (plan.state, plan.version, plan.lines.count()) == ("proposed", 2, 2)


def test_nobody_edits_it_meanwhile(absence, rung):
    plan = ask(absence)

    with pytest.raises(PlanBeingMade):
        set_locked(
            plan_id=plan.pk,
            clinic_id=plan.clinic_id,
            position=1,
            version=plan.version,
            locked=True,
            **WHO,
        )


def test_the_page_is_told_how_far_it_is(absence, rung, monkeypatch):
    plan, seen, real = ask(absence), [], proposals.solve

    def watched(problem, limit, tell):
        def told(stage):
            tell(stage)
            seen.append(RepairPlan.objects.get().stage)

        seen.append(RepairPlan.objects.get().stage)
        return real(problem, limit, told)

    monkeypatch.setattr(proposals, "solve", watched)
    make_it(plan)

    assert seen == ["reading", "fewest-disturbed", "least-delay", "who-serves"]
    assert plan.stage == ""


def test_a_worker_lost_in_the_middle_is_followed_by_another(absence, rung, monkeypatch):
    plan = ask(absence)
    killed = pytest.MonkeyPatch()
    killed.setattr(proposals, "solve", _killed)
    with pytest.raises(Killed):
        make_it(plan)
    killed.undo()

    assert proposals.make_all(now=NOW) == 1

    plan.refresh_from_db()
    assert (plan.state, plan.method, plan.tries) == ("proposed", "exact", 2)
    assert proposals.make_all(now=NOW) == 0


def _killed(*_):
    raise Killed


def test_lost_twice_it_is_made_one_by_one_and_says_so(absence, rung, monkeypatch):
    plan = ask(absence)
    monkeypatch.setattr(proposals, "solve", _killed)
    for _ in range(2):
        with pytest.raises(Killed):
            make_it(plan)

    make_it(plan)

    assert (plan.state, plan.method, plan.because) == ("proposed", "greedy", "stopped")


def test_without_the_solver_it_is_made_one_by_one_and_says_so(
    absence, rung, monkeypatch
):
    monkeypatch.setitem(sys.modules, "scheduling.repair.model", None)

    plan = make_it(ask(absence))

    assert (plan.method, plan.because) == ("greedy", "no-solver")
    assert [line.way for line in plan.lines.all()] == ["same-time", "same-time"]


def test_a_wrong_plan_is_not_used(absence, rung, monkeypatch):
    def wrong(*_):
        raise solve.WrongPlan

    monkeypatch.setattr(proposals, "solve", wrong)

    plan = make_it(ask(absence))

    assert (plan.method, plan.because) == ("greedy", "failed")


def test_without_a_broker_it_is_made_one_by_one_at_once(absence, monkeypatch):
    def unreachable(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(proposals.current_app, "send_task", unreachable)

    plan = ask(absence)

    plan.refresh_from_db()
    assert (plan.state, plan.method, plan.because) == (
        "proposed",
        "greedy",
        "no-worker",
    )
    assert plan.lines.count() == 2


def test_asked_again_where_no_worker_answers_it_is_made_one_by_one(absence, rung):
    first = ask(absence)
    assert ask(absence, LATE - minutes(0.1)).state == "planning"

    again = ask(absence, LATE)

    assert (again.pk, again.state, again.because) == (first.pk, "proposed", "no-worker")
    make_it(first)
    assert first.because == "no-worker"


def test_asked_again_while_a_worker_is_at_it_nothing_happens(
    absence, rung, monkeypatch
):
    plan, real = ask(absence), proposals.solve
    states = []

    def slow(*asked):
        [again] = race([partial(ask, absence, LATE)])
        states.append(again.state)
        return real(*asked)

    monkeypatch.setattr(proposals, "solve", slow)
    make_it(plan)

    assert states == ["planning"]
    assert (plan.state, plan.method) == ("proposed", "exact")


def test_a_visit_kept_meanwhile_has_no_line(absence, rung, monkeypatch):
    plan, real, kept = ask(absence), proposals.solve, []

    def meanwhile(*asked):
        if not kept:
            kept.append(Conflict.objects.order_by("pk").first())
            keep = partial(
                conflicts.keep,
                conflict_id=kept[0].pk,
                clinic_id=plan.clinic_id,
                reason="They come in for it",
                **WHO,
            )
            race([partial(unit_of_work, keep)])
        return real(*asked)

    monkeypatch.setattr(proposals, "solve", meanwhile)
    make_it(plan)

    assert plan.lines.get().conflict_id != kept[0].pk
    assert plan.method == "exact"


def test_an_absence_ended_meanwhile_needs_no_plan(absence, rung):
    plan = ask(absence)
    end = partial(
        absences.end_absence,
        absence_id=absence.pk,
        clinic_id=plan.clinic_id,
        version=absence.version,
        **WHO,
    )
    unit_of_work(end)

    make_it(plan)

    assert (plan.state, plan.lines.count()) == ("dropped", 0)


def test_no_lock_is_left_behind(absence, rung):
    make_it(ask(absence))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)
