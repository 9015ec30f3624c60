"""The clinic that a signed-in browser works at: chosen, switched, ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clinics import selectors
from clinics.models import Membership, StaffSession, User
from clinics.sessions import SessionStore
from core import journal
from core.actor import Actor
from core.problems import NotFound

CLINIC = "clinic_id"


def chosen(
    memberships: Sequence[Membership], session: Mapping[str, Any]
) -> Membership | None:
    """Return the membership a session works by: of the chosen clinic, else the first.

    `memberships` are the live ones of its user. One that has ended since it was chosen
    is not among them, so that the session falls back to the first.
    """
    clinic_id = session.get(CLINIC)
    of_choice = (one for one in memberships if one.clinic_id == clinic_id)
    return next(of_choice, memberships[0] if memberships else None)


def record_switch(
    *, user: User, clinic_id: int, by: Actor, now: datetime
) -> Membership:
    """Put on record that somebody goes on at another of their clinics.

    Raises NotFound for a clinic where they do not work, or no longer.
    """
    membership = selectors.membership_for(user, clinic_id)
    if membership is None:
        raise NotFound
    journal.record(
        "user.switched_clinic",
        subject=f"user:{user.pk}",
        by=by,
        at=now,
        payload={"from": by.clinic_id, "to": clinic_id},
    )
    return membership


def end_at(membership: Membership) -> int:
    """Sign somebody out of the browsers that work at this clinic; return how many."""
    memberships = list(selectors.memberships(membership.user))
    decode = SessionStore().decode
    here = [
        row.pk
        for row in StaffSession.objects.filter(user_id=membership.user_id)
        if chosen(memberships, decode(row.session_data)) == membership
    ]
    return StaffSession.objects.filter(pk__in=here).delete()[0]
