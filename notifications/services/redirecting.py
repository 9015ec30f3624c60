"""A corrected address: what went to the wrong one was told to nobody.

Its links end, whatever still waits gets new ones, and planning tells the new address
what it does not know yet: the visits to come, a time that was moved, a reminder.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from notifications.domain import states
from notifications.models import Attempt, Message
from notifications.services.planning import planner
from patients.services import links


def redirect(*, patient_id: UUID, now: datetime) -> None:
    """Mark what the patient's ended addresses were sent, and end its links.

    The caller holds the patient's row and plans the patient anew afterwards.
    """
    wrong = Attempt.objects.filter(
        message=OuterRef("pk"), contact__ended_at__isnull=False
    )
    rows = Message.objects.filter(
        Exists(wrong), patient_id=patient_id, misdirected_at=None, sent_at__isnull=False
    ).exclude(state__in=states.WAITING)
    sent = list(rows.select_related("link", "clinic"))
    if not sent:
        return
    Message.objects.filter(pk__in=[row.pk for row in sent]).update(misdirected_at=now)
    ended = {
        row.link.pk: row.link for row in sent if row.link and row.link.expires_at > now
    }
    if not ended:
        return
    by = planner(sent[0].clinic_id)
    links.revoke_those(list(ended.values()), by=by, now=now)
    waiting = Message.objects.filter(link__in=ended, state__in=states.WAITING)
    for row in waiting.select_related("link__patient__clinic"):
        assert row.link is not None
        row.link = links.issue(
            patient=row.link.patient,
            purpose=row.link.purpose,
            subject=row.link.subject,
            revision=row.link.revision,
            expires_at=row.link.expires_at,
            by=by,
            now=now,
        )
        row.save(update_fields=["link"])
