"""Accounts of staff and what they are at each clinic, by an administrator's hand."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from clinics import selectors
from clinics.domain.roles import STAFF_ROLES
from clinics.models import ApiKey, Membership, OnCall, StaffSession, User
from clinics.services import sessions, wrong_attempts
from core import journal
from core.actor import Actor
from core.locks import lock
from core.problems import FieldError, Invalid, NotFound


@transaction.atomic
def create_user(
    *,
    email: str,
    display_name: str,
    role: str,
    clinic_id: int,
    password: str = "",
    phone: str = "",
    by: Actor,
    now: datetime,
) -> Membership:
    """Add a person, or a known one's role at one more clinic.

    A known e-mail address gains a role at this clinic and keeps its account; without
    a password the person sets one by the reset mail. Raises Invalid.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    _check_new(email=email, role=role, clinic_id=clinic_id, user=user)
    if user is None:
        user = _create(email, display_name.strip(), phone, password, now)
    else:
        _open_account(user)
    membership = Membership.objects.create(user=user, clinic_id=clinic_id, role=role)
    journal.record(
        "user.joined",
        subject=f"user:{user.pk}",
        by=by,
        at=now,
        payload={"clinic": clinic_id, "role": role},
    )
    return membership


def _check_new(*, email: str, role: str, clinic_id: int, user: User | None) -> None:
    errors = []
    try:
        validate_email(email)
    except ValidationError:
        errors.append(FieldError("/email", "Give an e-mail address."))
    if role not in STAFF_ROLES:
        known = ", ".join(STAFF_ROLES)
        errors.append(FieldError("/role", f"Choose one of: {known}."))
    here = user.memberships.filter(clinic_id=clinic_id).first() if user else None
    if here is not None and (here.ended_at or not here.user.is_active):
        text = "This person worked here before: let them in again instead."
        errors.append(FieldError("/email", text))
    elif here is not None:
        errors.append(FieldError("/email", "This person already works here."))
    if errors:
        raise Invalid(errors)


def _create(
    email: str, display_name: str, phone: str, password: str, now: datetime
) -> User:
    user = User(
        email=email, display_name=display_name or email, phone=phone, created_at=now
    )
    if password:
        _check_password(password, user)
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid([FieldError("/password", text) for text in error.messages]) from (
            error
        )


@transaction.atomic
def end_membership(*, user_id: int, clinic_id: int, by: Actor, now: datetime) -> User:
    """End what somebody is at one clinic: sessions, API keys and on-call duty there.

    At other clinics nothing changes. Without any clinic left, the account is closed,
    too. Doing it twice changes nothing. Raises NotFound for somebody of another clinic
    and Invalid for oneself (who else would let them in again?).
    """
    (user,) = lock(User.objects.filter(pk=_member(user_id, clinic_id).user_id))
    membership = _member(user_id, clinic_id)
    if by.kind == "staff" and by.id == str(user_id):
        text = "Ask another administrator to end your own membership."
        raise Invalid([FieldError("/user", text)])
    if membership.ended_at is not None:
        return user
    ended = {
        "clinic": clinic_id,
        # Before the end: which sessions work here is asked of the memberships.
        "sessions": sessions.end_at(membership),
        "api_keys": _revoke_keys(membership, now),
        "on_call": OnCall.objects.filter(user=user, clinic_id=clinic_id).delete()[0],
    }
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])
    if not user.memberships.filter(ended_at=None).exists():
        user.is_active, user.deactivated_at = False, now
        user.save(update_fields=["is_active", "deactivated_at"])
        end_sessions(user_id=user_id)
    journal.record(
        "user.membership_ended", subject=f"user:{user_id}", by=by, at=now, payload=ended
    )
    return user


@transaction.atomic
def reactivate_membership(
    *, user_id: int, clinic_id: int, by: Actor, now: datetime
) -> Membership:
    """Let somebody work at a clinic again as what they were; keys stay ended.

    Doing it twice changes nothing. Raises NotFound for somebody who never did.
    """
    (user,) = lock(User.objects.filter(pk=_member(user_id, clinic_id).user_id))
    membership = _member(user_id, clinic_id)
    if membership.ended_at is None and user.is_active:
        return membership
    membership.ended_at = None
    membership.save(update_fields=["ended_at"])
    _open_account(user, but_for=clinic_id)
    journal.record(
        "user.membership_resumed",
        subject=f"user:{user_id}",
        by=by,
        at=now,
        payload={"clinic": clinic_id, "role": membership.role},
    )
    membership.user.refresh_from_db()
    return membership


def _open_account(user: User, but_for: int | None = None) -> None:
    """Let a closed account sign in again, at no clinic where it has not been asked."""
    if user.is_active:
        return
    standing = user.memberships.filter(ended_at=None)
    elsewhere = standing.exclude(clinic_id=but_for) if but_for else standing
    elsewhere.update(ended_at=user.deactivated_at)
    user.is_active, user.deactivated_at = True, None
    user.save(update_fields=["is_active", "deactivated_at"])


@transaction.atomic
def change_password(
    *, user_id: int, password: str, by: Actor, now: datetime, keep_session: str = ""
) -> User:
    """Set a new password and end all other sessions of this person.

    `keep_session` is the session key of the browser that asked. Raises Invalid if the
    password is too weak.
    """
    user = User.objects.get(pk=user_id)
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record_password_change(user=user, by=by, now=now, keep_session=keep_session)
    return user


def record_password_change(
    *, user: User, by: Actor, now: datetime, keep_session: str = ""
) -> None:
    """End the person's other sessions and put the change on record."""
    ended = end_sessions(user_id=user.pk, keep=keep_session)
    journal.record(
        "user.password_changed",
        subject=f"user:{user.pk}",
        by=by,
        at=now,
        payload={"sessions": ended},
    )


def unlock(*, user_id: int, clinic_id: int, by: Actor, now: datetime) -> int:
    """Forget wrong attempts at an account; return how many rows. Raises NotFound."""
    membership = _member(user_id, clinic_id)
    forgotten = wrong_attempts.forgive_everywhere(membership.user.email)
    journal.record(
        "user.unlocked", subject=f"user:{user_id}", by=by, at=now, payload={}
    )
    return forgotten


def end_sessions(*, user_id: int, keep: str = "") -> int:
    """Sign somebody out everywhere but for one session key; return how many ended."""
    sessions = StaffSession.objects.filter(user_id=user_id)
    return sessions.exclude(session_key=keep).delete()[0]


def _revoke_keys(membership: Membership, now: datetime) -> int:
    keys = ApiKey.objects.filter(membership=membership, revoked_at=None)
    return keys.update(revoked_at=now)


def _member(user_id: int, clinic_id: int) -> Membership:
    found = Membership.objects.select_related("user").filter(
        user_id=user_id, clinic_id=clinic_id
    )
    membership = found.first()
    if membership is None:
        raise NotFound
    return membership


def actor_of(user: User) -> Actor:
    """Return the person as actor of what concerns only their own account."""
    membership = selectors.memberships(user).first()
    if membership is not None:
        return selectors.actor_for(membership)
    return Actor(kind="staff", id=str(user.pk), name=user.display_name)
