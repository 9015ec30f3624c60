"""May anything leave at present?"""

from django.conf import settings
from django.db.models.functions import Now

from notifications.models import ProviderState, SendingInstance


def held(provider: str) -> str:
    """Return why `provider` may not be used just now, "" if it may."""
    rows = ProviderState.objects.filter(provider__in=[provider, ProviderState.ALL])
    for row in rows.annotate(real_now=Now()):
        if row.paused_at:
            return "paused"
        if row.blocked_until and row.blocked_until > row.real_now:
            return "blocked"
    return ""


def strange_instance() -> str:
    """Return the name this database belongs to, if it is not ours; else "".

    A restored or cloned database would send everything again: it stays silent until
    somebody says `resume_sending`.
    """
    ours = instance_name()
    row = SendingInstance.objects.first()
    return row.name if row and ours and row.name != ours else ""


def instance_name() -> str:
    """Return the name of this installation, "" where none is configured."""
    return str(getattr(settings, "INSTANCE_ID", ""))


def is_paused() -> bool:
    """Return True if all sending is switched off."""
    return ProviderState.objects.filter(
        provider=ProviderState.ALL, paused_at__isnull=False
    ).exists()
