"""The database takes no record out of the count without a word."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from procedures.corrections.records import rows_of
from procedures.corrections.table import KINDS
from procedures.models import CheckIn, Consent, EnteredInError, Processing
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.procedures.correcting import WHY, answered, struck
from tests.procedures.two_knees import TwoKnees

pytestmark = pytest.mark.django_db


def at_once():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


LETTER = "Prescriber's letter of 2026-08-30: hold from 48 hours before."


@pytest.mark.parametrize("kind", KINDS)
def test_no_record_is_superseded_by_nothing(kind):
    rows = rows_of(having(kind), kind).filter(superseded_at=None)
    row = rows.first()
    assert row is not None

    with pytest.raises(IntegrityError, match="replaced by another"):
        _supersede(rows, row, row.recorded_at + timedelta(hours=1))


def having(kind):
    """An episode with a current record of that kind."""
    if kind == "override":
        return overridden()
    if kind == "not_done":
        return left_out()
    day = Day.ready().until("discharged")
    if kind == "adverse_event":
        report = {
            "term": "bleeding",
            "grade": 1,
            "onset_at": day.at("10:30"),
            "place": "target",
            "relatedness": "possible",
            "expected": True,
            "outcome": "recovered",
        }
        make.done(day.act("adverse_event", report, "11:00", "nurse"))
    if kind == "response":
        make.done(answered(day, make.at("2026-09-16", "10:00")))
    return day.episode


def overridden():
    place = make.site()
    drug = {"name": "apixaban", "drug_class": "anticoagulant"}
    path = make.evaluated(place, medications=[drug | {"last_dose_on": NOW.date()}])
    answers = {"rule": "MED-AC-01", "reason": LETTER}
    return make.done(make.act(place, path, "override", answers, second="nurse"))


def left_out():
    day = TwoKnees.ready()
    make.done(day.check_in())
    return make.done(day.leave_out(day.other, "08:50"))


def _supersede(rows, row, at):
    with transaction.atomic():
        rows.filter(pk=row.pk).update(superseded_at=at)
        at_once()


def test_an_entry_in_error_without_its_record_is_refused():
    day = Day.ready().until("checked_in")
    struck(day, "check_in", CheckIn.objects.get(), "nurse", "technician", "08:50")
    known = EnteredInError.objects.filter(record_kind="check_in").values().get()
    consent = Consent.objects.get()

    forged = {"id": consent.pk, "record_kind": "consent", "record_id": consent.pk}
    with pytest.raises(IntegrityError, match="strikes a record"):
        forge(known | forged)


def forge(columns):
    with transaction.atomic():
        EnteredInError.objects.create(**columns)
        at_once()


def test_entries_in_error_are_never_changed():
    day = Day.ready().until("checked_in")
    struck(day, "check_in", CheckIn.objects.get(), "nurse", "technician", "08:50")

    with pytest.raises(DatabaseError), transaction.atomic():
        EnteredInError.objects.update(reason="Something else entirely.")
    with pytest.raises(DatabaseError), transaction.atomic():
        EnteredInError.objects.all()._raw_delete("default")


def test_the_database_lifts_no_hold_either():
    day = Day.ready().until("harvested")
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))
    make.done(day.process(additives=["enzyme"]))
    row = Processing.objects.values().get()

    forged = {"id": row["kit_id"], "corrects_id": row["id"], "correction_reason": WHY}
    with pytest.raises(IntegrityError, match="stays on hold"), transaction.atomic():
        Processing.objects.create(
            **row | forged | {"additives": [], "regulatory_hold": False}
        )
