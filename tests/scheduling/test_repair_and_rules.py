"""Plans that repair a day where the rules of other apps are against some starts."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from core.problems import Invalid
from core.refusal import Reason
from scheduling.booking import rules
from scheduling.repair import planning, plans, proposals
from scheduling.repair.world import BEGUN, SOON, call_first
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, away
from tests.scheduling.repairing import EIGHT

pytestmark = pytest.mark.django_db

CHICAGO = ZoneInfo("America/Chicago")
ONE_ROOM = {**make.ONE_OF_EACH, "clinician": 2, "consult_room": 1}


@pytest.fixture
def at():
    return make.practice(ONE_ROOM)


@pytest.fixture
def objecting(monkeypatch):
    """Rules that are against a move whenever the given test says so, and a count."""
    asked = []

    def use(is_refused, why="Not then."):
        def check(ask):
            asked.append(ask)
            refused = ask.act == "move" and is_refused(ask)
            return [Reason("not-then", why)] if refused else []

        monkeypatch.setattr(rules, "_rules", [rules.Rule(check, decides=True)])
        return asked

    return use


def propose(at, absence):
    return repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)


def starts(plan):
    """When each patient comes now, by patient; None: they are called."""
    return {
        line.appointment.patient_id: line.start
        for line in plan.lines.select_related("appointment")
    }


def local(start):
    return start.astimezone(CHICAGO)


def test_the_nearest_start_allowed_is_found_however_far(at, ill, other, objecting):
    visit = at.book(clinician=ill.pk)
    away(at, resource_id=other.pk, start=NINE, end=NINE + minutes(60))
    objecting(lambda ask: local(ask.start).hour < 14)

    plan = propose(at, away(at, resource_id=ill.pk))

    assert local(starts(plan)[visit.patient_id]).strftime("%H:%M") == "14:00"
    assert plan.method == "exact"


def test_who_has_one_day_only_gets_its_one_free_time(at, ill, other, objecting):
    """The other visit is nearer to it, but may go to another day."""
    free, bound = (
        at.book(clinician=ill.pk, start=NINE + minutes(60)),
        at.book(clinician=ill.pk, start=NINE),
    )
    last = NINE + minutes(6 * 60)
    away(at, resource_id=other.pk, start=EIGHT, end=last)
    away(at, resource_id=other.pk, start=last + minutes(45), end=last + minutes(300))
    objecting(
        lambda ask: (
            ask.patient_id == bound.patient_id
            and local(ask.start).date() != local(NINE).date()
        )
    )

    plan = propose(at, away(at, resource_id=ill.pk, start=EIGHT))

    found = starts(plan)
    assert found[bound.patient_id] == last
    assert local(found[free.patient_id]).date() > local(NINE).date()
    assert plan.method == "exact"


def test_no_start_is_asked_about_twice(at, ill, other, objecting):
    at.book(clinician=ill.pk)
    away(at, resource_id=other.pk)
    asked = objecting(lambda ask: local(ask.start).weekday() != 4)

    propose(at, away(at, resource_id=ill.pk))

    moved_to = [ask.start for ask in asked if ask.act == "move"]
    assert len(moved_to) == len(set(moved_to)) > 1


def test_beyond_what_can_be_asked_the_plan_is_not_called_the_best(
    at, ill, other, objecting, monkeypatch
):
    visit = at.book(clinician=ill.pk)
    away(at, resource_id=other.pk)
    monkeypatch.setattr(planning, "MOST_ASKED", 3)
    objecting(lambda ask: True, "The approval ends that day.")

    plan = propose(at, away(at, resource_id=ill.pk))

    assert starts(plan) == {visit.patient_id: None}
    assert plan.method == "found"
    assert plan.lines.get().detail == "The approval ends that day."


def test_all_searches_together_have_a_limit(at, ill, other, objecting, monkeypatch):
    """Each day has one time that may be; the limit ends before both have theirs."""
    given, real = [], proposals.solve

    def searched(problem, limit, tell):
        given.append(limit)
        return replace(real(problem, limit, tell), work=limit)

    monkeypatch.setattr(proposals, "solve", searched)
    for offset in (0, 60):
        at.book(clinician=ill.pk, start=NINE + minutes(offset))
    away(at, resource_id=other.pk, start=EIGHT)
    objecting(lambda ask: f"{local(ask.start):%H:%M}" != "10:00")

    propose(at, away(at, resource_id=ill.pk, start=EIGHT))

    assert len(given) > 2
    assert given == [planning.LIMIT, *[planning.LEAST] * (len(given) - 1)]


def test_a_way_chosen_by_hand_finds_the_start_that_may_be(at, ill, other, objecting):
    visit = at.book(clinician=ill.pk)
    away(at, resource_id=other.pk, start=NINE, end=NINE + minutes(60))
    plan = propose(at, away(at, resource_id=ill.pk))
    objecting(lambda ask: local(ask.start).hour < 15)

    line = choose(plan, way="same-day")

    assert local(line.start).strftime("%H:%M") == "15:00"
    assert line.appointment_id == visit.pk


def test_a_way_that_no_rule_allows_is_refused_with_its_words(at, ill, other, objecting):
    at.book(clinician=ill.pk)
    away(at, resource_id=other.pk, start=NINE, end=NINE + minutes(60))
    plan = propose(at, away(at, resource_id=ill.pk))
    objecting(lambda ask: True, "The approval ends that day.")

    with pytest.raises(Invalid, match="The approval ends that day"):
        choose(plan, way="same-day")


def test_a_plan_changed_by_hand_is_no_longer_called_the_best(at, ill):
    for offset in (0, 60):
        at.book(clinician=ill.pk, start=NINE + minutes(offset))
    plan = propose(at, away(at, resource_id=ill.pk))
    assert plan.method == "exact"

    choose(plan, way="call")

    plan.refresh_from_db()
    assert plan.method == "by-hand"
    again = repair.replan(
        plan_id=plan.pk, clinic_id=plan.clinic_id, version=plan.version, **WHO
    )
    assert again.method == "exact"


def choose(plan, **fields):
    plan.refresh_from_db()
    return plans.set_way(
        plan_id=plan.pk,
        position=1,
        clinic_id=plan.clinic_id,
        version=plan.version,
        **fields,
        **WHO,
    )


@pytest.mark.parametrize(
    ("minutes_before", "why"),
    [(121, ""), (120, ""), (119, SOON), (0, BEGUN), (-9, BEGUN)],
)
def test_who_must_be_called_first_is_said_as_it_is(at, ill, minutes_before, why):
    visit = at.book(clinician=ill.pk)

    assert call_first(visit, True, NINE - minutes(minutes_before)) == why
