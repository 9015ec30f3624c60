"""An absence that ends, or will sooner, while its plan is half carried out."""

from functools import partial

import pytest

from core.db import unit_of_work
from patients.models import Task
from scheduling.absences import services as absences
from scheduling.models import Conflict
from scheduling.repair import execution
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO
from tests.scheduling.repairing import (
    SOON,
    TWO,
    a_plan,
    apply,
    carry_on,
    check_clean,
    start,
    start_undo,
    states,
    undo,
)

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")


@pytest.fixture
def plan():
    at = make.practice(TWO)
    return a_plan(at, at.by_kind["clinician"][0], 0, 60, 120)


def end(plan, **fields):
    which = {"absence_id": plan.absence_id, "clinic_id": plan.clinic_id}
    return absences.end_absence(**which, **WHO, **fields)


def do_first(plan):
    start(plan)
    line = plan.lines.get(position=1)
    unit_of_work(partial(execution._apply_line, line.pk, WHO["by"], NOW))


def resolutions():
    found = Conflict.objects.order_by("appointment__during")
    return list(found.values_list("resolution", flat=True))


def test_ended_half_way_the_rest_stay_as_they_are_and_nobody_calls(plan):
    do_first(plan)

    end(plan)
    carry_on(plan)

    assert (plan.state, states(plan)) == ("applied", ["done", "failed", "failed"])
    assert "Not needed any more" in plan.lines.get(position=2).detail
    assert resolutions() == ["moved", "kept", "kept"]
    assert not Task.objects.exists()
    check_clean()


def test_shortened_half_way_it_goes_on_with_who_is_still_in_the_way(plan):
    do_first(plan)

    end(plan, until=NINE + minutes(110))
    carry_on(plan)

    assert states(plan) == ["done", "done", "failed"]
    assert resolutions() == ["moved", "moved", "kept"]
    check_clean()


def test_undone_after_the_end_no_conflict_is_open_again(plan):
    apply(plan)
    end(plan)

    undo(plan)

    assert states(plan) == ["undone"] * 3
    assert resolutions() == ["moved"] * 3
    check_clean()


def test_ended_half_way_back_only_who_was_back_before_is_kept(plan):
    apply(plan)
    start_undo(plan, SOON)
    last = plan.lines.get(position=3)
    unit_of_work(partial(execution._undo_line, last.pk, WHO["by"], SOON))
    assert resolutions() == ["moved", "moved", ""]

    end(plan)
    carry_on(plan, SOON)

    assert (plan.state, states(plan)) == ("undone", ["undone"] * 3)
    assert resolutions() == ["moved", "moved", "kept"]
    check_clean()


def test_undone_after_it_was_shortened_only_who_is_in_the_way_has_a_conflict(plan):
    apply(plan)
    end(plan, until=NINE + minutes(50))

    undo(plan)

    assert states(plan) == ["undone"] * 3
    assert resolutions() == ["", "moved", "moved"]
    check_clean()
