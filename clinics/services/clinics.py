"""Clinics: opening one, changing its settings, its on-call list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from clinics import selectors
from clinics.events import HolidayCalendarChanged
from clinics.models import E164, Clinic, OnCall
from core import events, journal
from core.actor import Actor
from core.locks import lock
from core.problems import FieldError, Invalid

# How many are offered an opening at once, and for how long: a week at most.
MOST = {"offer_batch_size": 20, "offer_valid_minutes": 7 * 24 * 60}


@transaction.atomic
def create_clinic(
    *,
    name: str,
    time_zone: str,
    phone: str,
    address: str,
    short_name: str = "",
    slug: str = "",
    holiday_calendar: str = "",
    by: Actor,
    now: datetime,
) -> Clinic:
    """Open a clinic, closed on the holidays of `holiday_calendar` ("US", "US-TX").

    `phone` and `address` stand in messages and where a patient must call at once.
    Raises Invalid for an unknown zone or calendar, no phone or address, or a slug in
    use.
    """
    slug, address = slug or slugify(name), address.strip()
    _check(slug=slug, name=name, time_zone=time_zone)
    _check_contact(phone, address)
    _check_calendar(holiday_calendar)
    clinic = Clinic.objects.create(
        name=name,
        short_name=short_name or name[:40],
        slug=slug,
        time_zone=time_zone,
        phone=phone,
        address=address,
        holiday_calendar=holiday_calendar,
        created_at=now,
    )
    journal.record(
        "clinic.created",
        subject=f"clinic:{clinic.pk}",
        by=by,
        at=now,
        payload={
            "slug": slug,
            "time_zone": time_zone,
            "holiday_calendar": holiday_calendar,
        },
    )
    return clinic


def _check_contact(
    phone: str | None, address: str | None, email: str | None = None
) -> None:
    """A clinic can be called and found; None is not looked at. Raises Invalid."""
    errors = []
    if phone is not None and not _is_phone(phone):
        errors.append(FieldError("/phone", str(E164.message)))
    if address is not None and not address.strip():
        errors.append(FieldError("/address", "Give the address patients come to."))
    if email and not _is_mail_address(email.strip()):
        text = "Give an address such as desk@clinic.example, or leave it empty."
        errors.append(FieldError("/email", text))
    if errors:
        raise Invalid(errors)


def _check(*, slug: str, name: str, time_zone: str) -> None:
    errors = []
    if not name.strip():
        errors.append(FieldError("/name", "Give the clinic a name."))
    if not slug or Clinic.objects.filter(slug=slug).exists():
        errors.append(FieldError("/slug", "Give a slug that no other clinic has."))
    if not _is_zone(time_zone):
        text = "Name a time zone such as America/Chicago."
        errors.append(FieldError("/time_zone", text))
    if errors:
        raise Invalid(errors)


def _check_calendar(name: str) -> None:
    if name and not selectors.is_holiday_calendar(name):
        text = "Name a calendar of public holidays such as US or US-TX, or none."
        raise Invalid([FieldError("/holiday_calendar", text)])


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_mail_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _is_phone(number: str) -> bool:
    try:
        E164(number)
    except ValidationError:
        return False
    return True


@transaction.atomic
def set_policies(
    *,
    clinic_id: int,
    phone: str | None = None,
    address: str | None = None,
    email: str | None = None,
    offer_batch_size: int | None = None,
    offer_valid_minutes: int | None = None,
    offers_by_itself: bool | None = None,
    holiday_calendar: str | None = None,
    yearly_rounds: bool | None = None,
    text_number: str | None = None,
    tells_delays: bool | None = None,
    by: Actor,
    now: datetime,
) -> Clinic:
    """Change how the clinic is reached, how freed openings are offered, and on which
    public holidays it is closed; what is None stays. Raises Invalid for an empty
    telephone or address, numbers out of range and a calendar nobody knows."""
    [clinic] = lock(Clinic.objects.filter(pk=clinic_id))
    _check_contact(phone, address, email)
    if text_number and not _is_phone(text_number):
        raise Invalid([FieldError("/text_number", str(E164.message))])
    sent = {
        "phone": phone,
        "address": address and address.strip(),
        "email": email and email.strip(),
        "offer_batch_size": offer_batch_size,
        "offer_valid_minutes": offer_valid_minutes,
        "offers_by_itself": offers_by_itself,
        "holiday_calendar": holiday_calendar,
        "yearly_rounds": yearly_rounds,
        "text_number": text_number,
        "tells_delays": tells_delays,
    }
    changed = {k: v for k, v in sent.items() if v not in (None, getattr(clinic, k))}
    _check_policies(changed)
    calendar = clinic.holiday_calendar
    if changed:
        _change(clinic, changed, by, now)
    if "holiday_calendar" in changed:
        told = HolidayCalendarChanged(
            clinic_id=clinic_id,
            before=calendar,
            after=clinic.holiday_calendar,
            occurred_at=now,
        )
        events.publish(told)
    return clinic


def _check_policies(changed: Mapping[str, Any]) -> None:
    errors = [
        FieldError(f"/{name}", f"Give a number from 1 to {most}.")
        for name, most in MOST.items()
        if not 1 <= changed.get(name, 1) <= most
    ]
    if errors:
        raise Invalid(errors)
    _check_calendar(changed.get("holiday_calendar", ""))


def _change(clinic: Clinic, changed: dict[str, Any], by: Actor, now: datetime) -> None:
    for name, value in changed.items():
        setattr(clinic, name, value)
    clinic.save(update_fields=list(changed))
    journal.record(
        "clinic.policies_set",
        subject=f"clinic:{clinic.pk}",
        by=by,
        at=now,
        payload=changed,
    )


@transaction.atomic
def set_on_call(
    *, clinic_id: int, user_ids: Sequence[int], by: Actor, now: datetime
) -> None:
    """Replace the on-call list; the first is paged first. Raises Invalid for somebody
    who does not work here or is named twice."""
    lock(Clinic.objects.filter(pk=clinic_id))
    members = {m.user_id for m in selectors.staff(clinic_id)}
    if not set(user_ids) <= members or len(set(user_ids)) != len(user_ids):
        text = "Name people who work at this clinic, each once."
        raise Invalid([FieldError("/user_ids", text)])
    OnCall.objects.filter(clinic_id=clinic_id).delete()
    OnCall.objects.bulk_create(
        OnCall(clinic_id=clinic_id, user_id=user_id, position=position)
        for position, user_id in enumerate(user_ids, start=1)
    )
    journal.record(
        "clinic.on_call_set",
        subject=f"clinic:{clinic_id}",
        by=by,
        at=now,
        payload={"users": list(user_ids)},
    )
