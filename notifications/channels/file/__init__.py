"""Puts what a person would receive into a mailbox table, for demos and tests.

It stands for a provider: it keeps a table of its own, reached by plain SQL, and
takes the same message only once.
"""

from typing import Any

from django.db import Error, connection

from notifications.channels.contract import (
    Accepted,
    Capability,
    Letter,
    Result,
    Unknown,
)

DELIVER = """
INSERT INTO notifications_mailboxitem
  (message_ref, clinic_id, patient_id, user_id, channel, address, title, body,
   received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (message_ref) DO NOTHING
"""


class FileChannel:
    """The demo's mailbox."""

    name = "file"
    capability: Capability = "idempotent"

    def send(self, letter: Letter) -> Result:
        """Deliver the letter into the mailbox, once for each message."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(DELIVER, _row(letter))
        except Error as error:
            return Unknown(type(error).__name__)
        return Accepted(f"file-{letter.message_id}")


def _row(letter: Letter) -> list[Any]:
    return [
        letter.message_id,
        letter.clinic_id,
        letter.patient_id,
        letter.user_id,
        letter.channel,
        letter.address,
        letter.title,
        f"{letter.body}\n\n{letter.closing}" if letter.closing else letter.body,
        letter.at,
    ]
