"""Addresses that providers of texts post to: what became of ours, and what was written.

Only what the provider signed is read; of anything else not a byte is kept or logged.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock
from core.db import unit_of_work
from notifications import channels
from notifications.channels.contract import Forged, Hooks, Posted
from notifications.services import inbound, provider_events

log = structlog.get_logger()

LARGEST_BODY: Final = 64 * 1024
Use = Callable[[Hooks, str, Posted], HttpResponse]
# Twilio sends back to the writer what an inbound hook answers: nothing.
NO_ANSWER: Final = "<Response/>"
NO_CLINIC: Final = "No clinic is set up here yet; post it again later.\n"


@csrf_exempt
@require_POST
def status(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep what a provider tells about a message of ours; applied by the sweep."""
    return _read(request, provider, _keep_status)


@csrf_exempt
@require_POST
def written(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in a text that somebody wrote to us."""
    return _read(request, provider, _take_in)


# Anybody may call, and only the provider's signature lets anything in (clinics.checks).
status.public = written.public = True  # type: ignore[attr-defined]


def _read(request: HttpRequest, provider: str, use: Use) -> HttpResponse:
    hooks = channels.HOOKS.get(provider)
    if hooks is None:
        return HttpResponse(status=404)
    # Before a byte is read; without a length there is no body.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        log.warning("hook_too_large", provider=provider)
        return HttpResponse(status=413)
    try:
        return use(hooks, provider, _posted(request))
    except Forged:
        log.warning("hook_refused", provider=provider)
        return HttpResponse(status=403)


def _posted(request: HttpRequest) -> Posted:
    # What was signed is the public address, which a proxy may have changed.
    return Posted(
        url=settings.SITE_URL + request.get_full_path(),
        content_type=request.content_type or "",
        headers={name.lower(): value for name, value in request.headers.items()},
        query={name: str(value) for name, value in request.GET.items()},
        body=request.body,
    )


def _keep_status(hooks: Hooks, provider: str, posted: Posted) -> HttpResponse:
    told = hooks.read_status(posted)
    if told is not None:
        keep = partial(
            provider_events.receive,
            provider=provider,
            event_id=told.event_id,
            message_ref=told.message_ref,
            provider_message_id=told.provider_message_id,
            type=told.type,
            reason=told.reason,
            occurred_at=told.occurred_at,
        )
        unit_of_work(keep)
    return HttpResponse(status=204)


def _take_in(hooks: Hooks, provider: str, posted: Posted) -> HttpResponse:
    text = hooks.read_inbound(posted)
    if text is not None:
        now: datetime = clock.now()
        take = partial(
            inbound.receive,
            provider=provider,
            event_id=text.event_id,
            sender=text.sender,
            recipient=text.recipient,
            body=text.body,
            received_at=text.received_at or now,
            now=now,
        )
        if not unit_of_work(take):
            # Not taken: it stays in the provider's log, which may post it again.
            log.warning("text_for_no_clinic", provider=provider)
            return HttpResponse(NO_CLINIC, status=404, content_type="text/plain")
    return HttpResponse(NO_ANSWER, content_type="text/xml")
