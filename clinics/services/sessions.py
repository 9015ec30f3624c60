"""The clinic a signed-in browser works at, and ending those that work at one."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from clinics import selectors
from clinics.models import Membership, StaffSession
from clinics.sessions import SessionStore

CLINIC = "clinic_id"


def chosen(memberships: QuerySet[Membership], session: Mapping[str, Any]) -> Any:
    """The membership a session works by: of the chosen clinic, else the first."""
    clinic_id = session.get(CLINIC)
    if clinic_id is not None:
        found = memberships.filter(clinic_id=int(clinic_id)).first()
        if found is not None:
            return found
    return memberships.first()


def end_at(membership: Membership) -> int:
    """Sign somebody out of the browsers that work at this clinic; how many."""
    memberships = selectors.memberships(membership.user)
    here = [
        session.pk
        for session in StaffSession.objects.filter(user_id=membership.user_id)
        if chosen(memberships, SessionStore().decode(session.session_data))
        == membership
    ]
    return StaffSession.objects.filter(pk__in=here).delete()[0]
