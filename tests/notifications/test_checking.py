"""`check_messages` finds what is lost, extra, stuck or late, and says so."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from core import clock
from notifications.models import Message
from notifications.services.checking import faults
from notifications.services.sending import send_due
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories import patients as make_patient
from tests.factories.notifications import NOW

pytestmark = pytest.mark.django_db


def lose(kind):
    """Remove a message as no code of ours can: below its triggers' sight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET subject = 'appointment:'"
            " || gen_random_uuid(), state = 'cancelled', reason = 'lost' "
            "WHERE kind = %s",
            [kind],
        )


def test_a_clinic_where_all_is_well_has_no_faults():
    place, who, visit = make.booked()
    make.move(place, visit, start=make.at("2026-09-09 11:00"), now=NOW)
    make_clinic.on_call(make_clinic.membership("clinician", place.clinic))
    make_patient.task(place.clinic, kind="red_flag", tier=1, patient_id=who.pk, now=NOW)
    assert faults(NOW) == []

    send_due(as_of=NOW)

    assert faults(NOW) == []


def test_a_missing_message_is_named():
    _, _, visit = make.booked()
    lose("day_before")

    (fault,) = faults(NOW)

    key = f"appointment:{visit.pk}:r0:day_before::sms"
    assert (fault.kind, fault.text) == ("missing", f"Missing: {key}")


def test_an_extra_message_is_named():
    _, _, visit = make.booked()
    extra = Message.objects.get(kind="day_before")
    extra.pk, extra.dedupe_key = uuid4(), f"appointment:{visit.pk}:r9:day_before::sms"
    extra.save(force_insert=True)

    (fault,) = faults(NOW)

    assert (fault.kind, fault.text) == ("extra", f"Extra: {extra.dedupe_key}")


def test_messages_of_a_visit_that_is_gone_are_extra():
    make.booked()
    gone = f"appointment:{uuid4()}"
    waiting = Message.objects.get(kind="day_before")
    waiting.pk, waiting.dedupe_key, waiting.subject = uuid4(), gone, gone
    waiting.save(force_insert=True)

    (fault,) = faults(NOW)

    assert (fault.kind, fault.subject) == ("extra", gone)


@pytest.mark.parametrize(
    ("path", "minutes", "found"),
    [
        (["claimed"], 4, 0),
        (["claimed"], 6, 1),
        (["claimed", "sending"], 6, 1),
        (["claimed", "sending", "uncertain"], 14, 0),
        (["claimed", "sending", "uncertain"], 16, 1),
    ],
)
def test_a_message_nobody_works_on_is_stuck(path, minutes, found):
    make.booked()
    ended = clock.real_now() - timedelta(minutes=minutes)
    for state in path:
        Message.objects.filter(kind="confirmation").update(
            state=state, lease_token=uuid4(), lease_until=ended, sent_at=NOW
        )

    stuck = [fault for fault in faults(NOW) if fault.kind == "stuck"]

    assert len(stuck) == found


def test_a_message_that_should_have_left_is_late(settings):
    make.booked()
    settings.DEMO = False

    assert faults(NOW + timedelta(minutes=9)) == []
    (fault,) = faults(NOW + timedelta(minutes=11))

    assert fault.kind == "late"


def test_the_command_says_it_in_words_and_exits_with_1(capsys):
    clock.set_to(NOW)
    make.booked()
    call_command("check_messages")
    assert "nothing lost, extra or stuck" in capsys.readouterr().out
    lose("day_before")

    with pytest.raises(SystemExit) as stopped:
        call_command("check_messages")

    assert stopped.value.code == 1
    assert "Missing: appointment:" in capsys.readouterr().out


def test_the_command_speaks_json(capsys):
    clock.set_to(NOW)
    make.booked()
    lose("confirmation")

    with pytest.raises(SystemExit):
        call_command("check_messages", "--json")

    found = json.loads(capsys.readouterr().out)["faults"]
    assert [fault["kind"] for fault in found] == ["missing"]
