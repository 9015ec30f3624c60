"""Reading clinics and their people."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache

import holidays
from django.db.models import Q, QuerySet

from clinics.domain import roles
from clinics.models import Clinic, Membership, User
from core.actor import Actor


def clinic(clinic_id: int) -> Clinic:
    """Return a clinic. Raises Clinic.DoesNotExist."""
    return Clinic.objects.get(pk=clinic_id)


def clinics_by_id(clinic_ids: Collection[int]) -> dict[int, Clinic]:
    """Return these clinics by id."""
    return Clinic.objects.in_bulk(clinic_ids)


def clinics() -> QuerySet[Clinic]:
    return Clinic.objects.order_by("id")


def clinics_by_name() -> QuerySet[Clinic]:
    """Every clinic, as a list to choose from."""
    return Clinic.objects.order_by("name")


def owning_number(number: str) -> list[int]:
    """Return the ids of the clinics whose patients text to this number.

    A clinic without a number of its own for texts gets them at its telephone's.
    """
    own = Q(text_number=number) | Q(text_number="", phone=number)
    rows = Clinic.objects.filter(own).exclude(phone="", text_number="")
    return list(rows.order_by("pk").values_list("pk", flat=True)) if number else []


def first_clinic() -> int | None:
    """Return the id of the installation's oldest clinic; None where none is set up."""
    return Clinic.objects.order_by("pk").values_list("pk", flat=True).first()


def clinic_by_slug(slug: str) -> Clinic | None:
    return Clinic.objects.filter(slug=slug).first()


def memberships(user: User) -> QuerySet[Membership]:
    """Return the live memberships of an active user, oldest first."""
    return (
        Membership.objects.filter(user=user, user__is_active=True, ended_at=None)
        .select_related("user", "clinic")
        .order_by("id")
    )


def membership_for(user: User, clinic: Clinic | int) -> Membership | None:
    """Return the membership of an active user at one clinic, or None."""
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    return memberships(user).filter(clinic_id=clinic_id).first()


def actor_for(membership: Membership) -> Actor:
    return Actor(
        kind="staff",
        id=str(membership.user_id),
        name=membership.user.display_name,
        role=membership.role,
        clinic_id=membership.clinic_id,
    )


def on_call(clinic: Clinic | int) -> list[User]:
    """Return the people to page, the first one first, without deactivated ones."""
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    listed = User.objects.filter(on_call__clinic_id=clinic_id, is_active=True)
    return list(listed.order_by("on_call__position"))


def staff(clinic: Clinic | int, role: str = "") -> list[Membership]:
    """Return active memberships of a clinic by name, all or of one role."""
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    members = Membership.objects.filter(
        clinic_id=clinic_id, user__is_active=True, ended_at=None
    )
    if role:
        members = members.filter(role=role)
    return list(members.select_related("user", "clinic").order_by("user__display_name"))


def every_clinic() -> list[Clinic]:
    """Return all clinics of this installation, the oldest first."""
    return list(Clinic.objects.order_by("pk"))


def directors(clinic: Clinic | int) -> list[User]:
    """Return the clinic's medical directors, in the order they joined."""
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    members = User.objects.filter(
        is_active=True,
        memberships__clinic_id=clinic_id,
        memberships__role=roles.MEDICAL_DIRECTOR,
        memberships__ended_at=None,
    )
    return list(members.order_by("memberships__pk"))


def former_staff(clinic: Clinic | int) -> list[Membership]:
    """Return ended memberships, and those of deactivated people, by name."""
    clinic_id = clinic if isinstance(clinic, int) else clinic.pk
    gone = Q(ended_at__isnull=False) | Q(user__is_active=False)
    members = Membership.objects.filter(gone, clinic_id=clinic_id)
    return list(members.select_related("user").order_by("user__display_name"))


def user(user_id: int) -> User:
    """Return a user. Raises User.DoesNotExist."""
    return User.objects.get(pk=user_id)


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """Return the printed names of these people by id; one statement."""
    rows = User.objects.filter(pk__in=user_ids)
    return {row.pk: row.display_name for row in rows}


def public_holidays(calendar: str, first_on: date, last_on: date) -> frozenset[date]:
    """Return the days of a holiday calendar ("US", "US-TX") in these whole years.

    Without a calendar there are none. Raises NotImplementedError for an unknown one.
    """
    years = range(first_on.year, last_on.year + 1) if calendar else ()
    return frozenset[date]().union(*(_holidays_of(calendar, year) for year in years))


def holiday_names(calendar: str, first_on: date, last_on: date) -> Mapping[date, str]:
    """Return the names of the holidays of these years; none without a calendar."""
    years = range(first_on.year, last_on.year + 1) if calendar else ()
    return {day: name for y in years for day, name in _holidays_of(calendar, y).items()}


def is_holiday_calendar(calendar: str) -> bool:
    try:
        _holidays_of(calendar, 2000)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=256)
def _holidays_of(calendar: str, year: int) -> Mapping[date, str]:
    country, _, part = calendar.partition("-")
    return dict(holidays.country_holidays(country, subdiv=part or None, years=year))
