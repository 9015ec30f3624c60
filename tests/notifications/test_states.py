"""The database keeps the table of states, and what was sent."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from notifications.domain import states
from notifications.models import (
    AttemptOutcome,
    Message,
)
from notifications.services.sending import send_due
from tests.factories import notifications as make
from tests.factories.notifications import NOW

pytestmark = pytest.mark.django_db


def path_to(state):
    """The states from the beginning to `state`, by the table."""
    paths = [[states.SCHEDULED]]
    for path in paths:
        if path[-1] == state:
            return path[1:]
        paths += [[*path, s] for s in sorted(states.TRANSITIONS[path[-1]] - set(path))]
    raise AssertionError(state)


def is_allowed(pk, state):
    """Does the database allow it? Whatever it says is undone."""
    try:
        with transaction.atomic():
            Message.objects.filter(pk=pk).update(state=state)
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize("before", states.STATES)
def test_the_database_keeps_the_table_of_states(before):
    make.booked()
    pk = Message.objects.get(kind="confirmation").pk
    for state in path_to(before):
        Message.objects.filter(pk=pk).update(state=state)

    allowed = {after for after in states.STATES if is_allowed(pk, after)}

    assert allowed == states.TRANSITIONS[before] | {before}


def test_a_cancelled_message_cannot_be_brought_back():
    place, _, visit = make.booked()
    make.cancel(place, visit, now=NOW)

    with pytest.raises(IntegrityError, match="cannot go from cancelled to scheduled"):
        Message.objects.filter(kind="confirmation").update(state="scheduled")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notifications_message SET dedupe_key = dedupe_key || 'x'",
        "DELETE FROM notifications_message",
        "UPDATE notifications_attempt SET body = ''",
        "DELETE FROM notifications_attempt",
        "UPDATE notifications_attemptoutcome SET outcome = 'accepted'",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_sent(statement):
    make.booked()
    send_due(as_of=NOW)

    with (
        pytest.raises(DatabaseError, match=r"never|denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AttemptOutcome.objects.count() == 1


def test_a_message_begins_as_scheduled():
    make.booked()
    message = Message.objects.get(kind="confirmation")
    message.pk, message.dedupe_key, message.state = None, "another", "accepted"

    with pytest.raises(IntegrityError, match="begins as scheduled"):
        message.save(force_insert=True)
