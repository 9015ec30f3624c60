"""Proving that a signer or a second person is really there, before the unit of work.

Everything goes through `authenticate()`, so that wrong passwords and keys are counted
by the same lock-out as at sign-in, but at a place of their own: the session or key of
whoever signs or asks. No stranger's failures count there. It happens outside the unit
of work, so that a refused act does not roll the count back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest

from clinics import selectors
from clinics.domain.attempt_limits import Place
from clinics.domain.presence import Method, Proof
from clinics.models import Membership, User
from clinics.services import api_keys, second_factor, wrong_attempts
from clinics.web import attempt_places
from core.clock import real_now
from core.problems import Problem


class NotProved(Problem):
    """The password, code or key does not prove who this is."""

    code = "not-proved"
    status = 403
    title = "This does not prove who is present"


class LockedOut(Problem):
    """Too many wrong attempts from here: nothing proves anything for a while."""

    code = "locked"
    status = 403
    title = "Locked after too many wrong attempts"

    def __init__(self) -> None:
        super().__init__(
            "Wait 15 minutes, use a browser you have signed in with before, set a new"
            " password by mail, or ask an administrator to unlock the account."
        )


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs that came with a request. `errors` (field → text) is for pages, which
    show them beside the field; REST raises instead."""

    signature: Proof | None = None
    second_person: Proof | None = None
    errors: tuple[tuple[str, str], ...] = ()


NO_PROOFS = Proofs()


def prove(
    request: HttpRequest,
    *,
    email: str,
    password: str,
    totp: str | None = None,
    purpose: str,
    clinic_id: int,
    meaning: str = "",
    other_than: int | None = None,
    place: Place | None = None,
) -> Proof:
    """Prove that the person with this e-mail is present and works at the clinic.

    `purpose` ("signature", "second-person") is noted with a failure; `other_than` is
    the user who may not be their own second person; failures count at `place`, by
    default where the request comes from. Raises NotProved, the same for a wrong
    password and an unknown person, or LockedOut.
    """
    email = email.replace("\0", "").strip().lower()
    place = place or attempt_places.outside_place(request, email)
    attempt = _attempt(request, purpose, place)
    user = authenticate(attempt, email=email, password=password)
    _check_not_locked(attempt)
    if not isinstance(user, User):
        raise NotProved("The e-mail address and password do not match.")
    if not second_factor.proves(user, totp):
        _count_failure(user.email, place)
        raise NotProved("The code from the authenticator app is missing or wrong.")
    _check_other(user, other_than)
    proof = _proof(user, clinic_id, "password", meaning)
    wrong_attempts.forgive(user.email, place)  # as at sign-in
    return proof


def prove_api_key(
    key: str,
    *,
    clinic_id: int,
    caller: str,
    other_than: int | None = None,
    meaning: str = "",
) -> Proof:
    """Prove presence by a second person's own API key.

    A wrong secret counts against the key's owner; a key nobody has counts against
    `caller`, who presented it. A right key ends no count: whoever holds it has not
    shown that they know the password. Raises NotProved or LockedOut.
    """
    place = _witness_place(other_than, caller)
    owner = api_keys.owner_of_prefix(key)
    if owner:
        _check_other(owner.user, other_than)
    account = owner.user.email if owner else caller
    for name in {account, caller}:
        if wrong_attempts.is_locked(name, place):
            raise LockedOut
    membership = api_keys.authenticate(key)
    if membership is None:
        _count_failure(account, place)
        raise NotProved("The second person's API key is not valid.")
    return _proof(membership.user, clinic_id, "api_key", meaning)


def from_rest(request: Any, *, membership: Membership) -> Proofs:
    """Return the proofs in a REST body.

    `signature` is the caller's own password, `second_person` another person's API
    key. Raises NotProved or LockedOut.
    """
    body = request.data if isinstance(request.data, Mapping) else {}
    signature, second = body.get("signature"), body.get("second_person")
    return Proofs(
        _rest_signature(request, signature, membership) if signature else None,
        _rest_second(second, membership) if second else None,
    )


def _rest_signature(request: Any, given: Any, membership: Membership) -> Proof:
    given = _fields(given, "signature", "password")
    return prove(
        request,
        email=membership.user.email,
        password=str(given["password"]),
        totp=str(given.get("totp") or "") or None,
        purpose="signature",
        clinic_id=membership.clinic_id,
        meaning=str(given.get("meaning") or ""),
        place=_own_place(request, membership),
    )


def _rest_second(given: Any, membership: Membership) -> Proof:
    given = _fields(given, "second_person", "api_key")
    return prove_api_key(
        str(given["api_key"]),
        clinic_id=membership.clinic_id,
        caller=f"second-person-for:{membership.user.email}",
        other_than=membership.user_id,
    )


def _fields(given: Any, name: str, required: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or not given.get(required):
        raise NotProved(f"`{name}` is an object with `{required}`.")
    return given


def from_form(request: HttpRequest, *, membership: Membership) -> Proofs:
    """Return the proofs in a form's fields, before the unit of work.

    Fields: signature_password, signature_totp, signature_meaning, second_email,
    second_password, second_totp. What fails is told in `errors`, so that the page
    can show the form again; LockedOut is raised.
    """
    errors: dict[str, str] = {}
    signature = second = None
    if request.POST.get("signature_password"):
        try:
            signature = _form_signature(request, membership)
        except NotProved as error:
            errors["signature_password"] = error.detail
    if request.POST.get("second_password") or request.POST.get("second_email"):
        try:
            second = _form_second(request, membership)
        except NotProved as error:
            errors["second_password"] = error.detail
    return Proofs(signature, second, tuple(errors.items()))


def _form_signature(request: HttpRequest, membership: Membership) -> Proof:
    return prove(
        request,
        email=membership.user.email,
        password=request.POST["signature_password"],
        totp=request.POST.get("signature_totp") or None,
        purpose="signature",
        clinic_id=membership.clinic_id,
        meaning=request.POST.get("signature_meaning", ""),
        place=_own_place(request, membership),
    )


def _form_second(request: HttpRequest, membership: Membership) -> Proof:
    return prove(
        request,
        email=request.POST.get("second_email", ""),
        password=request.POST.get("second_password", ""),
        totp=request.POST.get("second_totp") or None,
        purpose="second-person",
        clinic_id=membership.clinic_id,
        other_than=membership.user_id,
        place=_witness_place(membership.user_id),
    )


def _check_other(user: User, other_than: int | None) -> None:
    # Before any count is reset: nobody clears their own by witnessing themselves.
    if user.pk == other_than:
        raise NotProved("The second person must be somebody else.")


def _proof(user: User, clinic_id: int, method: Method, meaning: str) -> Proof:
    membership = selectors.membership_for(user, clinic_id)
    if membership is None:
        raise NotProved("This person does not work at this clinic.")
    return Proof(
        user_id=user.pk,
        name=user.display_name,
        role=membership.role,
        clinic_id=clinic_id,
        method=method,
        at=real_now(),
        meaning=meaning,
    )


def _own_place(request: Any, membership: Membership) -> Place:
    """Return a signer's place: the live session or the key the request came by."""
    if isinstance(getattr(request, "auth", None), Membership):
        return Place("key", str(membership.pk))
    return attempt_places.session_place(request)


def _witness_place(asks: int | None, caller: str = "") -> Place:
    """Return a second person's place of proof: beside whoever asks for them.

    By the person and not their session, so that signing in anew starts no new count.
    """
    return Place("witness", str(asks) if asks is not None else caller)


def _attempt(request: Any, purpose: str, place: Place) -> HttpRequest:
    """Make a request with the place of the attempt and nothing of the form.

    The lock-out keeps what it is given, and an act's form holds clinical data.
    """
    bare = HttpRequest()
    bare.method = "POST"
    bare.META["PATH_INFO"] = f"/{purpose}/"
    for name in ("REMOTE_ADDR", "HTTP_USER_AGENT"):
        bare.META[name] = request.META.get(name, "")
    setattr(bare, attempt_places.PLACE, place)
    return bare


def _check_not_locked(attempt: HttpRequest) -> None:
    if getattr(attempt, "axes_locked_out", False):
        raise LockedOut


def _count_failure(account: str, place: Place) -> None:
    wrong_attempts.count(account, place)
    if wrong_attempts.is_locked(account, place):
        raise LockedOut
