"""A row of the access log is for good: the database itself refuses, whoever asks."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from clinics.models import AccessLogEntry
from clinics.web import access_log
from clinics.web.access_log import PatientsShown
from tests.factories import clinics as make

CHANGES = [
    "UPDATE clinics_accesslogentry SET actor = 'nobody'",
    "DELETE FROM clinics_accesslogentry",
    "TRUNCATE clinics_accesslogentry",
]


def entry():
    seen = PatientsShown()
    seen.add("p1", count=None, deliberate=True)
    return access_log.write(
        seen, by=make.actor("nurse"), view="patient", request_id="r", at=make.NOW
    )


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES)
def test_the_apps_role_cannot_change_or_delete_a_row(statement):
    entry()

    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AccessLogEntry.objects.count() == 1


def test_not_even_the_owner_changes_a_row_by_accident(committed_db, owner_connection):
    entry()

    for statement in CHANGES:
        with pytest.raises(psycopg.errors.CheckViolation):
            owner_connection.execute(statement)

    assert AccessLogEntry.objects.count() == 1


@pytest.mark.django_db
def test_a_row_goes_with_the_act_that_is_undone():
    def undone():
        with transaction.atomic():
            entry()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()

    assert not AccessLogEntry.objects.exists()
