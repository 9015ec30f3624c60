"""Policy, idempotency key, unit of work and access log of every request.

`views` (pages) and `rest` (API) both hand a RequestContext and a function to `handle`;
they differ only in how a response looks.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import (
    DataError,
    IntegrityError,
    InternalError,
    connection,
    transaction,
)
from django.http import Http404, HttpRequest, HttpResponse

from clinics.domain import policy
from clinics.models import Clinic, Membership
from clinics.web import access_log, error_pages
from clinics.web.access_log import PatientsShown
from core import clock, idempotency, journal
from core.actor import Actor
from core.db import Busy, MaybeSaved, Unreachable, unit_of_work
from core.problems import NotFound, Problem

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READ_ONLY = "25006"  # SQLSTATE of a write in a read-only transaction
# SQLSTATEs of our guards: check or trigger, exclusion, unique.
GUARDED = frozenset({"23514", "23P01", "23505"})

# Returned (not raised) answers that commit: what was done, and refusals on record.
COMMITTED = frozenset({*range(200, 400), 403, 409})


@dataclass(slots=True)
class RequestContext:
    """One request, once it is known who asks, and what is gathered while it is handled.

    `actor` is None for public pages until the page knows the patient. `key` is the
    idempotency key, `body` the digest of what was sent, `identifiers` the URL's
    arguments.
    """

    request: HttpRequest
    view: str
    action: str | None
    actor: Actor | None = None
    membership: Membership | None = None
    key: str = ""
    body: bytes = b""
    identifiers: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    shown: PatientsShown = field(default_factory=PatientsShown)

    @property
    def clinic(self) -> Clinic | None:
        return self.membership.clinic if self.membership else None

    @property
    def is_repeatable(self) -> bool:
        """True if a second run is harmless after a COMMIT of which no answer came."""
        return self.request.method in SAFE or bool(self.key and self.actor)


class _Discard(Exception):
    """Rolls the unit of work back and still answers."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


PENDING = "unit_of_work_is_pending"


def mark_pending(request: HttpRequest) -> None:
    """Note that one of our views finds out who asks, and has changed nothing so far."""
    setattr(request, PENDING, True)


def is_pending(request: HttpRequest) -> bool:
    """Return True if one of our views was reached and no unit of work has begun."""
    return bool(getattr(request, PENDING, False))


def handle(context: RequestContext, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a request in one unit of work; problems become documents.

    The answer is rendered inside. It commits if its status is 2xx, 3xx, 403 or 409;
    any other status, and any exception, rolls everything back.
    """
    setattr(context.request, PENDING, False)
    try:
        return unit_of_work(
            lambda: _inside(context, run), repeatable=context.is_repeatable
        )
    except _Discard as discarded:
        return _log_afterwards(context, discarded.response)
    except Busy as busy:
        return error_pages.problem(context.request, _put_off(context, busy))
    except (NotFound, Http404) as error:
        return _not_found(context, error)
    except DataError:
        # PostgreSQL's last word on values no form caught: a NUL, a number too large.
        log.warning("value the database cannot hold", extra={"view": context.view})
        return error_pages.problem(context.request, Unstorable())
    except IntegrityError as error:
        return error_pages.problem(
            context.request, _refused_by_database(context, error)
        )
    except Problem as error:
        return error_pages.problem(context.request, error)


def _put_off(context: RequestContext, busy: Busy) -> Problem:
    if isinstance(busy, MaybeSaved) and context.request.method not in SAFE:
        return error_pages.MaybeSaved(keyed=context.is_repeatable)
    return (
        error_pages.NoDatabase()
        if isinstance(busy, Unreachable)
        else error_pages.BusyNow()
    )


def _refused_by_database(
    context: RequestContext, error: IntegrityError
) -> "RefusedByDatabase":
    """A guard's refusal that no service put into words: on the log, without values."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state not in GUARDED:
        raise error
    diagnosis = getattr(cause, "diag", None)
    log.error(
        "refused by the database",
        extra={
            "view": context.view,
            "sqlstate": state,
            "table": getattr(diagnosis, "table_name", None) or "",
            "constraint": getattr(diagnosis, "constraint_name", None) or "",
        },
    )
    return RefusedByDatabase()


def _inside(context: RequestContext, run: Callable[[], HttpResponse]) -> HttpResponse:
    context.now, context.shown = clock.now(), PatientsShown()  # anew for every try
    context.request.now = context.now  # type: ignore[attr-defined]
    refusal = _refused_by_policy(context)
    if refusal is not None:
        return refusal
    if context.request.method in SAFE:
        response = _read_only(run)
    elif context.key and context.actor:
        response = _once(context, run)
    else:
        response = _render(run())
    if response.status_code not in COMMITTED:
        raise _Discard(response)
    _log_access(context, response)
    return response


def _read_only(run: Callable[[], HttpResponse]) -> HttpResponse:
    """Mail scanners and forged links send GETs: the database itself lets none write.

    The end of the savepoint ends the read-only state, so the access log is written.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL transaction_read_only = on")
            return _render(run())
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", "") == READ_ONLY:
            raise ChangesNothing from error
        raise


def _refused_by_policy(context: RequestContext) -> HttpResponse | None:
    if context.action is None or context.actor is None:
        return None
    decision = policy.may(context.actor.role, context.action)
    if decision.allowed:
        return None
    _record_denial(context, "policy")
    return error_pages.problem(context.request, Forbidden(decision.reason))


class Forbidden(Problem):
    code = "forbidden"
    status = 403
    title = "You may not do this"


class RefusedByDatabase(Problem):
    code = "refused-by-database"
    status = 409
    title = "This goes against what is on record"

    def __init__(self) -> None:
        super().__init__(
            "The database refused it, and nothing was changed. Load it again, check"
            " what is there, and tell whoever runs the system if it happens again."
        )


class ChangesNothing(Problem):
    code = "method-not-allowed"
    status = 405
    title = "Opening an address changes nothing"
    headers: Mapping[str, str] = MappingProxyType({"Allow": "POST"})

    def __init__(self) -> None:
        super().__init__("This one takes a form or a POST. Go back and use its button.")


class Unstorable(Problem):
    code = "invalid"
    title = "Some fields need correcting"

    def __init__(self) -> None:
        super().__init__("A value has characters or a size that cannot be stored.")


def _record_denial(context: RequestContext, why: str) -> None:
    assert context.actor is not None
    assert context.now is not None
    named = {name: str(value)[:64] for name, value in context.identifiers.items()}
    journal.record(
        "access.denied",
        subject=f"user:{context.actor.id}",
        by=context.actor,
        at=context.now,
        payload={
            "why": why,
            "action": context.action or "",
            "method": context.request.method or "",
            "view": context.view,
            "asked_for": named,
        },
    )


def _not_found(context: RequestContext, error: Exception) -> HttpResponse:
    """Another clinic's thing and no thing look the same; staff asking is on record."""
    problem = error if isinstance(error, NotFound) else NotFound()
    if (
        context.actor is not None
        and context.actor.kind == "staff"
        and context.identifiers
    ):
        try:
            unit_of_work(lambda: _record_denial(context, "not-found"))
        except Busy as busy:
            return error_pages.problem(context.request, _put_off(context, busy))
    return error_pages.problem(context.request, problem)


def _once(context: RequestContext, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run under the idempotency key, or give the remembered answer again."""
    assert context.actor is not None
    made: list[HttpResponse] = []

    def remember() -> idempotency.Answer:
        response = _render(run())
        made.append(response)
        if response.status_code not in COMMITTED:
            raise _Discard(response)
        return idempotency.Answer(response.status_code, _kept(context, response))

    request = context.request
    answer = idempotency.answer_once(
        by=context.actor,
        key=context.key,
        target=f"{request.method} {request.path}",
        body=context.body,
        run=remember,
    )
    return made[0] if made else _again(context, answer)


def _kept(context: RequestContext, response: HttpResponse) -> str:
    return json.dumps(
        {
            "body": response.content.decode(),
            "type": response.get("Content-Type", ""),
            "location": response.get("Location", ""),
            "seen": context.shown.as_json(),
        }
    )


def _again(context: RequestContext, answer: idempotency.Answer) -> HttpResponse:
    kept = json.loads(answer.body)
    response = HttpResponse(kept["body"], status=answer.status)
    response["Content-Type"] = kept["type"]
    if kept["location"]:
        response["Location"] = kept["location"]
    response["Idempotent-Replay"] = "true"
    context.shown = PatientsShown.from_json(kept["seen"])
    return response


def _render(response: HttpResponse) -> HttpResponse:
    render = getattr(response, "render", None)
    if render is not None and not getattr(response, "is_rendered", True):
        rendered = render()
        assert isinstance(rendered, HttpResponse)
        return rendered
    return response


def _log_access(context: RequestContext, response: HttpResponse) -> None:
    """Write the access log's one row, if the answer shows patient data."""
    if _shows_patient_data(context, response):
        access_log.require(context.shown, view=context.view)
    if context.shown.called:
        assert context.now is not None
        access_log.write(
            context.shown,
            by=context.actor,
            view=context.view,
            request_id=getattr(context.request, "id", ""),
            at=context.now,
        )


def _shows_patient_data(context: RequestContext, response: HttpResponse) -> bool:
    if context.action is None or not policy.rule(context.action).patient_bearing:
        return False
    # A redirect, a 204 and a refusal carry no record; one that does records its access.
    return response.status_code in (200, 201)


def _log_afterwards(context: RequestContext, response: HttpResponse) -> HttpResponse:
    """A rolled-back answer, such as a form with errors, may show a patient too."""
    if context.shown.called:
        try:
            unit_of_work(lambda: _log_access(context, response))
        except (Busy, Problem):
            return error_pages.problem(context.request, access_log.Unavailable())
    return response


def digest_of(fields: Iterable[tuple[str, object]]) -> bytes:
    """A request's content for comparing two uses of a key.

    Secrets are left out by the caller: a stored hash must not help to guess them.
    """
    text = json.dumps(sorted((name, str(value)) for name, value in fields))
    return hashlib.sha256(text.encode()).digest()
