"""Stops as the app's role meets them in SQL."""

import uuid
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from procedures.models import Stop, StopLift
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.procedures.refusals import copy

pytestmark = pytest.mark.django_db


def stopped(day, **changes):
    """A stop of the patient, written as the service writes it."""
    told = {
        "episode": day.episode,
        "patient_id": day.episode.patient_id,
        "scope": "patient",
        "rule": "INF-01",
        "level": "HARD",
        "question": "infection",
        "text": "INF-01: a sign of infection.",
        "act": "time_out",
        "found_at": NOW,
        "recorded_at": NOW,
        "recorded_by": "staff:1",
        "recorded_by_name": "Nurse",
    }
    return Stop.objects.create(**told | changes)


def refused(words, act):
    with pytest.raises(Error, match=words), transaction.atomic():
        act()


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("procedures_harvest", "harvests"),
        ("procedures_release", "releases"),
        ("procedures_timeout", "timeouts"),
        ("procedures_injection", "injections"),
    ],
)
def test_nothing_on_the_way_is_written_while_a_stop_stands(table, rows):
    day = Day.ready().until("injected")
    row = getattr(day.episode, rows).order_by("occurred_at").last()
    stopped(day)

    refused("a stop stands", lambda: copy(table, row.pk))


def test_no_approval_is_written_while_a_stop_stands():
    day = Day.ready()
    stopped(day)
    row = day.episode.decisions.get()

    refused("a stop stands", lambda: copy("procedures_decision", row.pk))


@pytest.mark.parametrize("statement", ["UPDATE {} SET text = 'fine'", "DELETE FROM {}"])
def test_a_stop_is_never_changed(statement):
    stopped(Day.ready())

    def act():
        with connection.cursor() as cursor:
            cursor.execute(statement.format("procedures_stop"))

    refused("never changed", act)


def lift(stop, **ground):
    return StopLift.objects.create(
        stop=stop,
        lifted_at=NOW,
        recorded_at=NOW,
        recorded_by="staff:1",
        recorded_by_name="Nurse",
        **ground,
    )


def test_nobody_lifts_a_stop_alone():
    day = Day.ready()
    stop, decision = stopped(day), day.episode.decisions.get()
    alone = {
        "signature": decision.signature,
        "second_person_id": decision.signature.signer_id,
        "second_person_role": "clinician",
        "reason": "Seen again, and it was a mistake.",
    }

    refused("two people", lambda: lift(stop, how="physician", **alone))


def test_an_older_evaluation_lifts_no_stop():
    day = Day.ready()
    stop, row = stopped(day), day.episode.evaluations.get()

    refused("newer evaluation", lambda: lift(stop, how="evaluation", evaluation=row))


def test_a_stop_names_its_episodes_patient():
    day, other = Day.ready(), make.episode(make.site())
    stop = stopped(day)

    def act():
        Stop.objects.create(
            **{
                name: getattr(stop, name)
                for name in ("scope", "rule", "level", "question", "text", "act")
            },
            id=uuid.uuid4(),
            episode=day.episode,
            patient_id=other.patient_id,
            found_at=NOW,
            recorded_at=NOW,
            recorded_by="staff:1",
            recorded_by_name="Nurse",
        )

    refused("its episode's patient", act)


LATER, NEXT_DAY = NOW + timedelta(hours=1), NOW + timedelta(days=1)


def evaluation(day, at, **changes):
    """A newer evaluation of another way of the same patient, whatever it lifts."""
    other = make.episode(day.place, patient=day.episode.patient)
    answers = make.evaluation(**changes)
    make.done(make.act(day.place, other, "evaluate", answers, now=at))
    return other.evaluations.get()


def test_an_evaluation_of_the_same_day_lifts_no_stop():
    day = Day.ready()
    row = evaluation(day, LATER)

    refused(
        "newer evaluation",
        lambda: lift(stopped(day), how="evaluation", evaluation=row),
    )


def test_an_evaluation_of_the_next_day_lifts_the_stop():
    day = Day.ready()
    row = evaluation(day, NEXT_DAY)

    assert lift(stopped(day), how="evaluation", evaluation=row).pk


@pytest.mark.parametrize(
    "kind",
    [
        {"question": "vitals", "scope": "episode", "rule": "vitals.pressure_high"},
        {"question": "conditions", "rule": "conditions-unmet"},
        {"question": "", "rule": "HEM-01-LOW"},
        {"question": "", "rule": "HEM-03-HIGH"},
        {"question": "", "rule": "MET-01"},
    ],
)
def test_an_evaluation_lifts_only_what_it_asked_about(kind):
    day = Day.ready()
    row = evaluation(day, NEXT_DAY)
    stop = stopped(day, **{**kind, "scope": "patient"})

    refused("newer evaluation", lambda: lift(stop, how="evaluation", evaluation=row))


def test_the_laboratory_value_lifts_what_it_was_about():
    day = Day.ready()
    lab = {"loinc": "777-3", "value": 210, "collected_on": NEXT_DAY.date()}
    row = evaluation(day, NEXT_DAY, labs=[lab])
    stop = stopped(day, rule="HEM-01-LOW", question="")

    assert lift(stop, how="evaluation", evaluation=row).pk


def test_two_people_sign_for_this_very_stop():
    day = Day.ready()
    stop, decision = stopped(day), day.episode.decisions.get()
    second = {
        "second_person_id": day.place.person("nurse").user_id,
        "second_person_role": "nurse",
        "reason": "Seen again, and it was a mistake.",
    }

    refused(
        "two people",
        lambda: lift(stop, how="physician", signature=decision.signature, **second),
    )


def replaced(row):
    """The row, no longer the current one."""
    type(row).objects.filter(pk=row.pk).update(superseded_at=row.recorded_at)
    return row


def corrected(day, rows, **changes):
    """A row that says it corrects that one, in the words of `changes`."""
    row = replaced(getattr(day.episode, rows).get())
    told = {"corrects_id": str(row.pk), "correction_reason": "It was a slip."}
    table = type(row)._meta.db_table
    copy(table, row.pk, superseded_at=None, **told | changes)


@pytest.mark.parametrize("rows", ["harvests", "injections"])
def test_a_correction_told_later_is_another_one_and_is_stopped(rows):
    day = Day.ready().until("injected")
    stopped(day)
    start = getattr(day.episode, rows).get().start_at

    later = {"start_at": start + timedelta(minutes=1)}
    refused("a stop stands", lambda: corrected(day, rows, **later))


def test_a_correction_of_what_was_given_is_let_pass():
    day = Day.ready().until("injected")
    stopped(day)

    corrected(day, "injections")

    assert day.episode.injections.filter(superseded_at=None).get().corrects


def test_a_correction_names_a_row_of_its_own_episode():
    day, other = Day.ready().until("injected"), Day.ready(make.open_site())
    other.until("injected")
    stopped(day)
    foreign = {"corrects_id": str(other.episode.injections.get().pk)}

    refused("a stop stands", lambda: corrected(day, "injections", **foreign))


def test_a_stop_says_nothing_of_a_harvest_that_had_begun_before_it():
    day = Day.ready().until("injected")
    start = day.episode.harvests.get().start_at
    found_at = start + timedelta(minutes=1)
    found = {"found_at": found_at, "recorded_at": found_at}
    stopped(day, **found)
    begun_after = {"start_at": start + timedelta(minutes=2)}

    refused("a stop stands", lambda: copy_of_harvest(day, **begun_after))
    # Its stage refuses it here; the service's own test records one.
    refused("not recorded now", lambda: copy_of_harvest(day))


def copy_of_harvest(day, **changes):
    row = replaced(day.episode.harvests.order_by("recorded_at").first())
    copy("procedures_harvest", row.pk, superseded_at=None, **changes)
