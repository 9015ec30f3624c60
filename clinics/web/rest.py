"""Base of every REST resource: authentication, permission, one unit of work."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from clinics import selectors
from clinics.domain import policy
from clinics.models import Clinic, Membership, User
from clinics.services import api_keys
from clinics.web import error_pages, presence
from clinics.web.pipeline import (
    SAFE,
    RequestContext,
    digest_of,
    handle,
    mark_pending,
)
from clinics.web.presence import NO_PROOFS, Proofs
from clinics.web.serializers import Body, ListQuery
from clinics.web.views import current_membership, view_name
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem, refusal
from core.refusal import Refused

# REST framework's own title of this is a template with a gap.
TITLES = {415: "Send JSON (Content-Type: application/json)"}
SECRETS = frozenset({"password", "totp", "api_key"})
# Levels of lists and objects in a body; no resource has as many.
DEEPEST = 32
NOWHERE = "Check the address and the ids in it; the lists show what this clinic has."


class Unauthenticated(Problem):
    code = "unauthenticated"
    status = 401
    title = "Say who you are"

    def __init__(self) -> None:
        super().__init__("Send an API key (Authorization: Bearer …) or sign in.")


class TooLarge(Problem):
    code = "too-large"
    status = 413
    title = "The request is too large"

    def __init__(self) -> None:
        most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) / 2**20
        super().__init__(f"Send at most {most:g} MB.")


class MethodNotAllowed(Problem):
    """`Allow` names the methods this address has."""

    code = "method-not-allowed"
    status = 405
    title = "This address does not take that method"

    def __init__(self, allowed: Iterable[str]) -> None:
        allow = ", ".join(allowed)
        super().__init__(f"Use {allow}.")
        self.headers = {"Allow": allow}


class BearerKey(BaseAuthentication):
    """`Authorization: Bearer cp_…`: the membership the key belongs to."""

    def authenticate(self, request: Request) -> tuple[User, Membership] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        membership = api_keys.authenticate(token.strip())
        if membership is None:
            raise exceptions.AuthenticationFailed("This API key is not valid.")
        return membership.user, membership

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class Session(SessionAuthentication):
    """A signed-in browser, with Django's CSRF check."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        found = super().authenticate(request)
        return (found[0], None) if found else None


class ApiRequest(Request):
    """Request of a handler: DRF's own, with who asks, when, and their proofs."""

    actor: Actor
    now: datetime
    proofs: Proofs


class Json(JSONParser):
    """JSON that is nested no deeper than our own code can follow."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            data = super().parse(*args, **kwargs)
        except RecursionError:
            raise _too_deep() from None
        if _is_deep(data):
            raise _too_deep()
        return data


def _is_deep(data: Any) -> bool:
    level = [data]
    for _ in range(DEEPEST):
        objects = [one.values() for one in level if isinstance(one, dict)]
        lists = [one for one in level if isinstance(one, list)]
        level = [child for one in (*objects, *lists) for child in one]
    return any(isinstance(one, dict | list) for one in level)


def _too_deep() -> exceptions.ParseError:
    fault = f"Nest lists and objects at most {DEEPEST} levels deep."
    return exceptions.ParseError(fault)


class Page(CursorPagination):
    """Page of a list with signed cursors.

    One that is made up is refused in words, instead of being compared with the rows.
    """

    request: Request
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        given = request.query_params.get(self.cursor_query_param)
        if given is None:
            return None
        try:
            return Cursor(*self._signer.unsign_object(given))
        except BadSignature:
            fault = "This cursor is not one we gave; follow `next`, or leave it out."
            raise Invalid([FieldError("/cursor", fault)]) from None

    def encode_cursor(self, cursor: Cursor) -> str:
        assert self.base_url is not None, "a page is one of a request"
        signed = self._signer.sign_object(tuple(cursor))
        return replace_query_param(self.base_url, self.cursor_query_param, signed)

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"cursor:{self.request.path}")


class Endpoint(APIView):
    """A REST resource. A subclass names the action of each method it has:

        actions = {"GET": "patient.read", "POST": "patient.write"}

    `{act}` in an action is filled from the URL ("episode.{act}"). A handler returns
    data (200), `self.created(data)` (201), `self.nothing()` (204) or a Refused, which
    commits and becomes a 409 or 403. What it raises rolls back; Problems become
    problem+json. `Idempotency-Key` is honoured on every POST. A list names what its
    query may hold in `query`, and is refused anything else.
    """

    actions: ClassVar[Mapping[str, str]] = {}
    authentication_classes = (BearerKey, Session)
    permission_classes = ()
    parser_classes = (Json,)
    renderer_classes = (JSONRenderer,)
    page_order: ClassVar[tuple[str, ...]] = ("pk",)
    query: ClassVar[type[Body]] = ListQuery

    membership: Membership
    context: RequestContext

    @property
    def clinic(self) -> Clinic:
        return self.membership.clinic

    def record_access(
        self,
        *patient_ids: UUID | str,
        count: int | None = None,
        deliberate: bool = True,
    ) -> None:
        """Say whose data the response shows; a list passes `deliberate=False`."""
        self.context.shown.add(*patient_ids, count=count, deliberate=deliberate)

    def created(self, data: Any) -> Response:
        return Response(data, status=201)

    def nothing(self) -> Response:
        return Response(status=204)

    def asked(self) -> dict[str, Any]:
        """Return the checked values of the query. Raises Invalid."""
        return self.query.read(self.request.query_params.dict())

    def page(
        self, queryset: QuerySet[Any], render: Callable[[Any], Any]
    ) -> dict[str, Any]:
        """Return a page of a list and a cursor to the next: {"results", "next"}."""
        # Also of lists whose handlers ask for nothing: none ignores a wrong filter.
        self.asked()
        paginator = Page()
        paginator.ordering = self.page_order
        rows = paginator.paginate_queryset(queryset, self.request, view=self) or []
        results = [render(row) for row in rows]
        return {"results": results, "next": paginator.get_next_link()}

    def find(self, queryset: QuerySet[Any], **lookup: Any) -> Any:
        """Return a row of this clinic; `queryset` is of a model with a clinic.

        Raises NotFound.
        """
        row = queryset.filter(clinic_id=self.membership.clinic_id, **lookup).first()
        if row is None:
            raise NotFound(NOWHERE)
        return row

    # --- From request to response --------------------------------------------------

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        mark_pending(request)
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        try:
            self.request = drf = self.initialize_request(request, *args, **kwargs)
            self.format_kwarg = None
            # We speak JSON whatever `Accept` asks for, problems included.
            drf.accepted_renderer = JSONRenderer()
            drf.accepted_media_type = "application/json"
            self.membership = self._authenticated_membership(drf)
            action = self._action(request.method or "")
            proofs = NO_PROOFS
            if drf.method not in SAFE:
                # Before the unit of work: a wrong password is counted whatever
                # happens next.
                proofs = presence.from_rest(drf, membership=self.membership)
        except (
            Problem,
            exceptions.APIException,
            Http404,
            RequestDataTooBig,
        ) as error:
            return error_pages.problem(request, as_problem(error))
        self.context = RequestContext(
            request=request,
            view=view_name(request),
            action=action,
            actor=selectors.actor_for(self.membership),
            membership=self.membership,
            identifiers=self.kwargs,
        )
        if request.method == "POST":
            self.context.key = request.headers.get("Idempotency-Key", "")
            self.context.body = digest_of([("body", without_secrets(drf.data))])
        return handle(self.context, lambda: self._run(drf, proofs))

    def _authenticated_membership(self, drf: Request) -> Membership:
        user, key_of = drf.user, drf.auth
        if not isinstance(user, User):
            raise Unauthenticated
        if isinstance(key_of, Membership):
            return key_of  # a key is of one clinic, whatever a browser has chosen
        membership = current_membership(drf._request)
        if membership is None:
            raise exceptions.PermissionDenied("You have no role at any clinic yet.")
        return membership

    def _action(self, method: str) -> str:
        template = self.actions.get("GET" if method == "HEAD" else method)
        if template is None:
            raise MethodNotAllowed(self.actions)
        names = {k: str(v).replace("-", "_") for k, v in self.kwargs.items()}
        action = template.format(**names)
        if action not in policy.ACTIONS:
            raise NotFound(NOWHERE)
        return action

    def _run(self, drf: Any, proofs: Proofs) -> HttpResponse:
        drf.actor, drf.now, drf.proofs = self.context.actor, self.context.now, proofs
        method = "get" if drf.method == "HEAD" else drf.method.lower()
        try:
            answer = getattr(self, method)(drf, *self.args, **self.kwargs)
        except exceptions.APIException as error:
            raise as_problem(error) from error
        if isinstance(answer, Refused):
            body = refusal(answer)
            return error_pages.document(drf._request, body, answer.status)
        if isinstance(answer, HttpResponse) and not isinstance(answer, Response):
            return answer
        response = answer if isinstance(answer, Response) else Response(answer)
        self.finalize_response(drf, response, *self.args, **self.kwargs)
        return response


def as_problem(error: Exception) -> Problem:
    """Return a problem for an exception of REST framework."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, Http404 | exceptions.NotFound):
        return NotFound(NOWHERE)
    if isinstance(error, exceptions.ValidationError):
        return Invalid(_field_errors(error.detail, ""))
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        return Unauthenticated()
    return _plain(error)


def _plain(error: Exception) -> Problem:
    assert isinstance(error, exceptions.APIException)
    problem = Problem(str(error.detail))
    problem.code = str(error.default_code).replace("_", "-")
    problem.status = error.status_code
    problem.title = TITLES.get(error.status_code, str(error.default_detail))
    return problem


def _field_errors(detail: Any, pointer: str) -> list[FieldError]:
    if isinstance(detail, Mapping):
        parts = [_field_errors(v, f"{pointer}/{k}") for k, v in detail.items()]
        return [error for part in parts for error in part]
    if isinstance(detail, list):
        return [FieldError(pointer, str(text)) for text in detail]
    return [FieldError(pointer, str(detail))]


def without_secrets(data: Any) -> Any:
    """Return the body less passwords, codes and keys: no hash of them is kept."""
    if isinstance(data, Mapping):
        kept = sorted((k, v) for k, v in data.items() if k not in SECRETS)
        return {k: without_secrets(v) for k, v in kept}
    if isinstance(data, list):
        return [without_secrets(item) for item in data]
    return data
