"""The one way in: policy, idempotency key, unit of work and access log of a request.

`doors` (pages) and `rest` (API) both hand a Visit and a function to `admit`; what
differs between them is how an answer looks.
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
from clinics.web.access_log import Seen
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
class Visit:
    """One request, from the moment it is known who asks.

    `actor` is None for public pages until the page knows the patient.
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
    seen: Seen = field(default_factory=Seen)

    @property
    def clinic(self) -> Clinic | None:
        return self.membership.clinic if self.membership else None


class _Discard(Exception):
    """Rolls the unit of work back and still answers."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


UNTOUCHED = "nothing_done_yet"


def approach(request: HttpRequest) -> None:
    """Note that a door of ours finds out who asks, and has changed nothing so far."""
    setattr(request, UNTOUCHED, True)


def is_untouched(request: HttpRequest) -> bool:
    """True if a door of ours was reached and no unit of work has begun."""
    return bool(getattr(request, UNTOUCHED, False))


def admit(visit: Visit, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a request in one unit of work; problems become documents.

    The answer is rendered inside. It commits if its status is 2xx, 3xx, 403 or 409;
    any other status, and any exception, rolls everything back.
    """
    setattr(visit.request, UNTOUCHED, False)
    try:
        return unit_of_work(lambda: _inside(visit, run), repeatable=_repeatable(visit))
    except _Discard as discarded:
        return _log_afterwards(visit, discarded.response)
    except Busy as busy:
        return error_pages.problem(visit.request, _put_off(visit, busy))
    except (NotFound, Http404) as error:
        return _not_found(visit, error)
    except DataError:
        # PostgreSQL's last word on values no form caught: a NUL, a number too large.
        log.warning("value the database cannot hold", extra={"view": visit.view})
        return error_pages.problem(visit.request, Unstorable())
    except IntegrityError as error:
        return error_pages.problem(visit.request, _refused_by_database(visit, error))
    except Problem as error:
        return error_pages.problem(visit.request, error)


def _repeatable(visit: Visit) -> bool:
    """True if a second run is harmless after a COMMIT of which no answer came."""
    return visit.request.method in SAFE or bool(visit.key and visit.actor)


def _put_off(visit: Visit, busy: Busy) -> Problem:
    if isinstance(busy, MaybeSaved) and visit.request.method not in SAFE:
        return error_pages.MaybeSaved(keyed=_repeatable(visit))
    return (
        error_pages.NoDatabase()
        if isinstance(busy, Unreachable)
        else error_pages.BusyNow()
    )


def _refused_by_database(visit: Visit, error: IntegrityError) -> "RefusedByDatabase":
    """A guard's refusal that no service put into words: on the log, without values."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state not in GUARDED:
        raise error
    diagnosis = getattr(cause, "diag", None)
    log.error(
        "refused by the database",
        extra={
            "view": visit.view,
            "sqlstate": state,
            "table": getattr(diagnosis, "table_name", None) or "",
            "constraint": getattr(diagnosis, "constraint_name", None) or "",
        },
    )
    return RefusedByDatabase()


def _inside(visit: Visit, run: Callable[[], HttpResponse]) -> HttpResponse:
    visit.now, visit.seen = clock.now(), Seen()  # anew for every try
    visit.request.now = visit.now  # type: ignore[attr-defined]
    refusal = _refused_by_policy(visit)
    if refusal is not None:
        return refusal
    response = _answer(visit, run)
    if response.status_code not in COMMITTED:
        raise _Discard(response)
    _log_access(visit, response)
    return response


def _answer(visit: Visit, run: Callable[[], HttpResponse]) -> HttpResponse:
    if visit.request.method in SAFE:
        return _read_only(run)
    return _once(visit, run) if visit.key and visit.actor else _render(run())


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


def _refused_by_policy(visit: Visit) -> HttpResponse | None:
    if visit.action is None or visit.actor is None:
        return None
    decision = policy.may(visit.actor.role, visit.action)
    if decision.allowed:
        return None
    _record_denial(visit, "policy")
    return error_pages.problem(visit.request, Forbidden(decision.reason))


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


def _record_denial(visit: Visit, why: str) -> None:
    assert visit.actor is not None
    assert visit.now is not None
    named = {name: str(value)[:64] for name, value in visit.identifiers.items()}
    journal.record(
        "access.denied",
        subject=f"user:{visit.actor.id}",
        by=visit.actor,
        at=visit.now,
        payload={
            "why": why,
            "action": visit.action or "",
            "method": visit.request.method or "",
            "view": visit.view,
            "asked_for": named,
        },
    )


def _not_found(visit: Visit, error: Exception) -> HttpResponse:
    """Another clinic's thing and no thing look the same; staff asking is on record."""
    problem = error if isinstance(error, NotFound) else NotFound()
    if visit.actor is not None and visit.actor.kind == "staff" and visit.identifiers:
        try:
            unit_of_work(lambda: _record_denial(visit, "not-found"))
        except Busy as busy:
            return error_pages.problem(visit.request, _put_off(visit, busy))
    return error_pages.problem(visit.request, problem)


def _once(visit: Visit, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Run under the idempotency key, or give the remembered answer again."""
    assert visit.actor is not None
    made: list[HttpResponse] = []

    def remember() -> idempotency.Answer:
        response = _render(run())
        made.append(response)
        if response.status_code not in COMMITTED:
            raise _Discard(response)
        return idempotency.Answer(response.status_code, _kept(visit, response))

    request = visit.request
    answer = idempotency.answer_once(
        by=visit.actor,
        key=visit.key,
        target=f"{request.method} {request.path}",
        body=visit.body,
        run=remember,
    )
    return made[0] if made else _again(visit, answer)


def _kept(visit: Visit, response: HttpResponse) -> str:
    return json.dumps(
        {
            "body": response.content.decode(),
            "type": response.get("Content-Type", ""),
            "location": response.get("Location", ""),
            "seen": visit.seen.as_json(),
        }
    )


def _again(visit: Visit, answer: idempotency.Answer) -> HttpResponse:
    kept = json.loads(answer.body)
    response = HttpResponse(kept["body"], status=answer.status)
    response["Content-Type"] = kept["type"]
    if kept["location"]:
        response["Location"] = kept["location"]
    response["Idempotent-Replay"] = "true"
    visit.seen = access_log.seen_again(kept["seen"])
    return response


def _render(response: HttpResponse) -> HttpResponse:
    render = getattr(response, "render", None)
    if render is not None and not getattr(response, "is_rendered", True):
        rendered = render()
        assert isinstance(rendered, HttpResponse)
        return rendered
    return response


def _log_access(visit: Visit, response: HttpResponse) -> None:
    """Write the access log's one row, if the answer shows patient data."""
    if _shows_patient_data(visit, response):
        access_log.require(visit.seen, view=visit.view)
    if visit.seen.called:
        assert visit.now is not None
        access_log.write(
            visit.seen,
            by=visit.actor,
            view=visit.view,
            request_id=getattr(visit.request, "id", ""),
            at=visit.now,
        )


def _shows_patient_data(visit: Visit, response: HttpResponse) -> bool:
    if visit.action is None or not policy.rule(visit.action).patient_bearing:
        return False
    # A redirect, a 204 and a refusal carry no record; a refusal that does calls saw().
    return response.status_code in (200, 201)


def _log_afterwards(visit: Visit, response: HttpResponse) -> HttpResponse:
    """A rolled-back answer, such as a form with errors, may show a patient too."""
    if visit.seen.called:
        try:
            unit_of_work(lambda: _log_access(visit, response))
        except (Busy, Problem):
            return error_pages.problem(visit.request, access_log.Unavailable())
    return response


def digest_of(fields: Iterable[tuple[str, object]]) -> bytes:
    """A request's content for comparing two uses of a key.

    Secrets are left out by the caller: a stored hash must not help to guess them.
    """
    text = json.dumps(sorted((name, str(value)) for name, value in fields))
    return hashlib.sha256(text.encode()).digest()
