"""Plans that repair a broken day: what is proposed, kept, and changed by hand."""

from datetime import timedelta

import pytest

from core.problems import Invalid, NotFound, StaleVersion
from core.refusal import Reason
from scheduling.absences import services as absences
from scheduling.booking import book, rules
from scheduling.models import Absence, Appointment, Conflict, RepairPlan, Reservation
from scheduling.repair import plans
from scheduling.repair.planning import NoOpening
from scheduling.repair.plans import PlanAtWork
from scheduling.repair.proposals import NothingToRepair
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, act, away, live
from tests.scheduling.repairing import EIGHT, TWO

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice(TWO)


def booked(at, clinician, *offsets, **fields):
    """Consultations of 45 minutes at these minutes after nine, not by request."""
    visits = [
        at.book(clinician=clinician.pk, start=NINE + minutes(offset), **fields)
        for offset in offsets
    ]
    Appointment.objects.update(clinician=None)
    return visits


def propose(at, absence, **fields):
    return repair.propose(
        absence_id=absence.pk, clinic_id=at.clinic.pk, **{**WHO, **fields}
    )


def edit(verb, plan, position=1, **fields):
    plan.refresh_from_db()
    fields = {"version": plan.version, **WHO, **fields}
    if verb is not repair.replan:
        fields["position"] = position
    return verb(plan_id=plan.pk, clinic_id=plan.clinic_id, **fields)


def rows(plan):
    return [(line.way, line.start) for line in plan.lines.order_by("position")]


def planned_resources(line):
    return {claim["resource"] for claim in line.claims}


def test_another_clinician_at_the_same_time_comes_first(at, ill, other):
    [visit] = booked(at, ill, 0)
    absence = away(at, resource_id=ill.pk)

    plan = propose(at, absence)

    assert (plan.state, plan.method) == ("proposed", "exact")
    [line] = plan.lines.all()
    assert (line.way, line.start, line.appointment_version) == ("same-time", NINE, 1)
    assert other.pk in planned_resources(line)
    room = live(visit).get(resource__kind="consult_room").resource_id
    assert room in planned_resources(line)


def test_then_the_same_day_then_the_first_opening(at, ill, other):
    booked(at, ill, 0, 60)
    # The other clinician is busy, but for the last 45 minutes of the day.
    away(
        at,
        resource_id=other.pk,
        start=EIGHT,
        end=NINE + minutes(8 * 60 - 45),
    )
    absence = away(at, resource_id=ill.pk, start=EIGHT)

    plan = propose(at, absence)

    next_day = NINE + timedelta(days=1) - minutes(60)
    ways = dict(rows(plan))
    assert set(ways) == {"same-day", "first-opening"}
    assert ways["same-day"] == NINE + minutes(8 * 60 - 45)
    assert ways["first-opening"] == next_day


def test_starts_are_as_fine_as_the_engine_s(at, ill, other):
    """Every five minutes, as anybody could book; not only quarters of an hour."""
    booked(at, ill, 0)
    away(at, resource_id=other.pk, start=EIGHT, end=NINE + minutes(65))
    away(at, resource_id=other.pk, start=NINE + minutes(110))
    absence = away(at, resource_id=ill.pk, start=EIGHT, end=NINE + timedelta(days=60))

    plan = propose(at, absence)

    assert rows(plan) == [("same-day", NINE + minutes(65))]


def test_the_call_list_comes_last(at, ill, other):
    booked(at, ill, 0)
    away(at, resource_id=other.pk, start=EIGHT, end=NINE + timedelta(days=60))
    absence = away(at, resource_id=ill.pk, start=EIGHT, end=NINE + timedelta(days=60))

    plan = propose(at, absence)

    assert rows(plan) == [("call", None)]
    assert "four weeks" in plan.lines.get().detail


def test_it_lists_exactly_the_visits_in_the_way(at, ill, other):
    """ux C7.1"""
    mine = booked(at, ill, 0, 60)
    booked(at, other, 120)
    absence = away(at, resource_id=ill.pk, end=NINE + minutes(200))
    booked(at, ill, 300)

    plan = propose(at, absence)

    assert [line.appointment for line in plan.lines.all()] == mine


def test_the_plan_is_free_of_conflicts(at, ill, other):
    """ux C7.2: with each other and with everything that is booked."""
    booked(at, ill, 0, 45, 90, 180, 240)
    booked(at, other, 60, 300)
    absence = away(at, resource_id=ill.pk)

    plan = propose(at, absence)

    claims = [
        (claim["resource"], claim["start"], claim["end"], line.appointment_id)
        for line in plan.lines.all()
        for claim in line.claims
    ]
    assert claims
    for resource, start, end, visit in claims:
        taken = Reservation.objects.filter(
            resource=resource, released_at=None, starts_at__lt=end, ends_at__gt=start
        )
        assert not taken.exclude(appointment=visit).exists()
        clashes = [
            c for c in claims if c[0] == resource and c[1] < end and start < c[2]
        ]
        assert len(clashes) == 1


def test_nothing_is_written_to_a_visit_before_it_is_applied(at, ill):
    """ux C7.4"""
    booked(at, ill, 0, 60)
    absence = away(at, resource_id=ill.pk)
    before = snapshot()

    plan = propose(at, absence)
    edit(plans.set_way, plan, way="call")
    edit(repair.replan, plan)

    assert snapshot() == before


def snapshot():
    tables = (Appointment, Reservation, Conflict, Absence)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_replanning_leaves_locked_rows_untouched(at, ill, other):
    """ux C7.3"""
    booked(at, ill, 0, 60)
    absence = away(at, resource_id=ill.pk, start=EIGHT)
    plan = propose(at, absence)
    locked = edit(plans.set_way, plan, 1, way="first-opening")
    away(at, resource_id=other.pk, start=EIGHT)

    edit(repair.replan, plan)

    first, second = plan.lines.order_by("position")
    assert (first.pk, first.start, first.claims, first.locked) == (
        locked.pk,
        locked.start,
        locked.claims,
        True,
    )
    assert second.way == "first-opening"
    assert not planned_resources(second) & planned_resources(first)


def test_replanning_nothing_leaves_it_changed_by_hand(at, ill):
    booked(at, ill, 0)
    plan = propose(at, away(at, resource_id=ill.pk))
    edit(plans.set_way, plan, 1, way="call")

    edit(repair.replan, plan)

    plan.refresh_from_db()
    assert (plan.method, rows(plan)) == ("by-hand", [("call", None)])


def test_unlocked_again_a_line_is_planned_anew(at, ill):
    booked(at, ill, 0)
    plan = propose(at, away(at, resource_id=ill.pk))
    edit(plans.set_way, plan, way="call")
    edit(plans.set_locked, plan, locked=False)

    edit(repair.replan, plan)

    assert rows(plan) == [("same-time", NINE)]


@pytest.mark.parametrize(
    ("asked", "way", "start"),
    [
        ({"way": "same-day"}, "same-day", NINE + minutes(-5)),
        ({"way": "first-opening"}, "first-opening", NINE + minutes(23 * 60)),
        ({"way": "call"}, "call", None),
        ({"start": NINE + minutes(120)}, "same-day", NINE + minutes(120)),
    ],
)
def test_a_line_is_changed_by_hand_and_locked_by_it(at, ill, asked, way, start):
    booked(at, ill, 0)
    plan = propose(at, away(at, resource_id=ill.pk))

    line = edit(plans.set_way, plan, **asked)

    assert (line.way, line.start, line.locked) == (way, start, True)


def test_by_hand_nobody_elses_time_is_taken(at, ill):
    booked(at, ill, 0, 60)
    plan = propose(at, away(at, resource_id=ill.pk))

    with pytest.raises(NoOpening):
        edit(plans.set_way, plan, 1, start=NINE + minutes(60))
    with pytest.raises(Invalid, match="Choose one of"):
        edit(plans.set_way, plan, 1, way="teleport")


def test_patients_without_phone_and_email_are_not_moved_but_called(at, ill, other):
    """ux C7.7"""
    who = at.patient(phone="", email="")
    at.book(who, clinician=ill.pk)
    Appointment.objects.update(clinician=None)
    away(at, resource_id=other.pk)

    plan = propose(at, away(at, resource_id=ill.pk))

    [line] = plan.lines.all()
    assert line.way == "call"
    assert "no phone number" in line.detail


def test_nor_is_anybody_whose_visit_is_about_to_start(at, ill, other):
    booked(at, ill, 0, 60)
    away(at, resource_id=other.pk)
    absence = away(at, resource_id=ill.pk)

    plan = propose(at, absence, now=NINE - minutes(90))

    assert [way for way, _ in rows(plan)] == ["call", "first-opening"]


def test_the_clinician_asked_for_is_replaced_only_if_it_is_they_who_are_away(at, ill):
    other = at.by_kind["clinician"][1]
    at.book(clinician=ill.pk)
    room = at.one("consult_room")
    plan = propose(at, away(at, resource_id=ill.pk))
    assert other.pk in planned_resources(plan.lines.get())

    visit = at.book(clinician=other.pk, start=NINE + minutes(120))
    room = live(visit).get(resource__kind="consult_room").resource
    flooded = propose(at, away(at, resource_id=room.pk, kind="unusable"))
    line = flooded.lines.get(appointment=visit)
    assert (line.way, other.pk in planned_resources(line)) == ("same-time", True)


def test_a_start_that_a_rule_is_against_is_not_proposed(at, ill, other, monkeypatch):
    booked(at, ill, 0)
    away(at, resource_id=other.pk)
    no = rules.Rule(lambda ask: [Reason("no", "The approval ends that day.")], True)
    monkeypatch.setattr(rules, "_rules", [no])

    plan = propose(at, away(at, resource_id=ill.pk))

    assert rows(plan) == [("call", None)]
    assert plan.lines.get().detail == "The approval ends that day."


def test_more_than_ten_visits_are_proven_best_too(at, ill):
    booked(at, ill, *range(-60, 7 * 60, 45))
    assert Appointment.objects.count() == 11

    plan = propose(at, away(at, resource_id=ill.pk, start=EIGHT))

    assert plan.method == "exact"
    assert {way for way, _ in rows(plan)} == {"same-time"}


def test_proposing_again_drops_the_first_plan(at, ill):
    booked(at, ill, 0)
    absence = away(at, resource_id=ill.pk)
    first = propose(at, absence)

    second = propose(at, absence)

    first.refresh_from_db()
    assert (first.state, second.state) == ("dropped", "proposed")


def test_what_cannot_be_planned_or_edited_is_told(at, ill):
    [visit] = booked(at, ill, 0)
    absence = away(at, resource_id=ill.pk)
    plan = propose(at, absence)

    with pytest.raises(StaleVersion):
        edit(repair.replan, plan, version=99)
    with pytest.raises(NotFound):
        edit(plans.set_locked, plan, 9, locked=True)
    with pytest.raises(NotFound):
        repair.propose(
            absence_id=absence.pk, clinic_id=make.practice().clinic.pk, **WHO
        )
    RepairPlan.objects.update(state="applying")
    with pytest.raises(PlanAtWork):
        edit(repair.replan, plan)
    with pytest.raises(PlanAtWork):
        propose(at, absence)
    RepairPlan.objects.update(state="applied")
    act(book.cancel, visit)
    with pytest.raises(NothingToRepair):
        propose(at, absence)


def test_ending_the_absence_drops_its_proposed_plan(at, ill):
    booked(at, ill, 0)
    absence = away(at, resource_id=ill.pk)
    plan = propose(at, absence)

    absences.end_absence(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)

    plan.refresh_from_db()
    assert plan.state == "dropped"
