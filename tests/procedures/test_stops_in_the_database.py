"""Stops as the app's role meets them in SQL."""

import uuid

import pytest
from django.db import Error, connection, transaction

from procedures.models import Stop, StopLift
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.procedures.refusals import copy

pytestmark = pytest.mark.django_db


def stopped(day):
    """A stop of the patient, written as the service writes it."""
    return Stop.objects.create(
        episode=day.episode,
        patient_id=day.episode.patient_id,
        scope="patient",
        rule="INF-01",
        level="HARD",
        question="infection",
        text="INF-01: a sign of infection.",
        act="time_out",
        found_at=NOW,
        recorded_at=NOW,
        recorded_by="staff:1",
        recorded_by_name="Nurse",
    )


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
