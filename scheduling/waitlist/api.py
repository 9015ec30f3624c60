"""The waiting list, freed openings and offers over REST."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import ListQuery
from core.refusal import Refused
from patients import selectors as patients
from scheduling.booking.api import subject
from scheduling.models import Appointment, Hold
from scheduling.openings.serializers import variation
from scheduling.waitlist import acceptance, entries, freed_openings, matching, offers
from scheduling.waitlist import selectors as reading
from scheduling.waitlist import serializers as waiting_bodies
from scheduling.waitlist.fit import Wishes
from scheduling.waitlist.rendering import (
    entry_json,
    entry_with_history_json,
    freed_json,
    offer_json,
)

USUAL_DAYS = 90


class Waitlist(Endpoint):
    actions = {"GET": "waitlist.read", "POST": "waitlist.write"}
    page_order = ("created_at", "pk")
    query = waiting_bodies.EntriesQuery

    @extend_schema(
        parameters=[waiting_bodies.EntriesQuery], responses=waiting_bodies.EntryPage
    )
    def get(self, request: ApiRequest) -> dict[str, Any]:
        asked = self.asked()
        rows = reading.entries(self.clinic.pk, closed=asked["closed"])
        if "patient" in asked:
            patient = patients.patient(asked["patient"], self.clinic.pk)
            rows = rows.filter(patient=patient)
        page = self.page(rows, entry_json)
        shown = sorted({entry["patient"] for entry in page["results"]})
        self.record_access(*shown, deliberate="patient" in asked)
        return page

    @extend_schema(
        request=waiting_bodies.NewEntry, responses={201: waiting_bodies.EntryAnswer}
    )
    def post(self, request: ApiRequest) -> Response:
        sent = waiting_bodies.NewEntry.read(request.data)
        self.record_access(sent["patient"])
        today = request.now.astimezone(ZoneInfo(self.clinic.time_zone)).date()
        first, last = _validity(sent, today)
        added = entries.add(
            clinic_id=self.clinic.pk,
            patient_id=sent["patient"],
            visit_type=sent.get("visit_type", ""),
            appointment_id=sent.get("appointment"),
            subject=subject(sent),
            variation=variation(sent),
            wishes=_wishes(sent),
            minimum_notice=_notice(sent),
            valid_from_on=first,
            valid_to_on=last,
            by=request.actor,
            now=request.now,
        )
        return self.created(entry_json(added))


class WaitlistEntryDetail(Endpoint):
    actions = {"GET": "waitlist.read"}

    @extend_schema(responses=waiting_bodies.EntryWithHistoryAnswer)
    def get(self, request: ApiRequest, entry_id: UUID) -> dict[str, Any]:
        found = reading.entry(entry_id, self.clinic.pk)
        self.record_access(found.patient_id)
        return entry_with_history_json(found)


class WithdrawEntry(Endpoint):
    actions = {"POST": "waitlist.write"}

    @extend_schema(
        request=waiting_bodies.Withdrawal, responses=waiting_bodies.EntryAnswer
    )
    def post(self, request: ApiRequest, entry_id: UUID) -> dict[str, Any]:
        sent = waiting_bodies.Withdrawal.read(request.data)
        entries.withdraw(
            entry_id=entry_id,
            clinic_id=self.clinic.pk,
            reason=sent.get("reason", ""),
            by=request.actor,
            now=request.now,
        )
        found = reading.entry(entry_id)
        self.record_access(found.patient_id)
        return entry_json(found)


class FreedOpenings(Endpoint):
    actions = {"GET": "waitlist.read"}
    page_order = ("during", "pk")
    query = waiting_bodies.FreedQuery

    @extend_schema(
        parameters=[waiting_bodies.FreedQuery], responses=waiting_bodies.FreedPage
    )
    def get(self, request: ApiRequest) -> dict[str, Any]:
        """List what can be had still; with `handled`, what was given away or lost."""
        page = self._handled() if self.asked()["handled"] else self._standing(request)
        self.record_access(
            *sorted({f["patient"] for f in page["results"]}), deliberate=False
        )
        return page

    def _handled(self) -> dict[str, Any]:
        rows = reading.freed_openings(self.clinic.pk, handled=True)
        return self.page(rows, freed_json)

    def _standing(self, request: ApiRequest) -> dict[str, Any]:
        found = freed_openings.standing(self.clinic.pk, request.now)
        held = {one.freed.pk: one.held for one in found}
        rows = reading.freed_openings(self.clinic.pk).filter(pk__in=held)
        return self.page(rows, lambda row: freed_json(row, held=held[row.pk]))


class FreedMatches(Endpoint):
    actions = {"GET": "waitlist.read"}

    @extend_schema(responses=waiting_bodies.MatchesAnswer)
    def get(self, request: ApiRequest, freed_id: UUID) -> dict[str, Any]:
        freed = reading.freed_opening(freed_id, self.clinic.pk)
        found = matching.matches(freed=freed, now=request.now)
        everybody = (*found.fitting, *found.others)
        shown = sorted(str(match.entry.patient_id) for match in everybody)
        self.record_access(*shown, deliberate=False)
        return {
            "fitting": [_match_json(match) for match in found.fitting],
            "others": [_match_json(match) for match in found.others],
            "why_nobody": found.why_nobody,
        }


class OfferFreed(Endpoint):
    actions = {"POST": "waitlist.write"}

    @extend_schema(
        request=waiting_bodies.NewOffer, responses={201: waiting_bodies.BatchAnswer}
    )
    def post(self, request: ApiRequest, freed_id: UUID) -> Response | Refused:
        sent = waiting_bodies.NewOffer.read(request.data)
        made = _offer(self, request, sent, freed_id=freed_id)
        if isinstance(made, Refused):
            return made
        return self.created(_shown(self, made))


class DismissFreed(Endpoint):
    actions = {"POST": "waitlist.write"}

    @extend_schema(request=waiting_bodies.Nothing, responses=waiting_bodies.FreedAnswer)
    def post(self, request: ApiRequest, freed_id: UUID) -> dict[str, Any]:
        waiting_bodies.Nothing.read(request.data)
        freed_openings.dismiss(
            freed_id=freed_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        freed = reading.freed_opening(freed_id)
        self.record_access(freed.appointment.patient_id)
        return freed_json(freed)


class Offers(Endpoint):
    actions = {"GET": "waitlist.read", "POST": "waitlist.write"}
    page_order = ("-offered_at", "pk")

    @extend_schema(parameters=[ListQuery], responses=waiting_bodies.OfferPage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        page = self.page(reading.offers(self.clinic.pk), offer_json)
        shown = sorted({offer["patient"] for offer in page["results"]})
        self.record_access(*shown, deliberate=False)
        return page

    @extend_schema(
        request=waiting_bodies.NewOfferAt, responses={201: waiting_bodies.BatchAnswer}
    )
    def post(self, request: ApiRequest) -> Response | Refused:
        """Offer an opening that nobody gave up."""
        sent = waiting_bodies.NewOfferAt.read(request.data)
        asked = {"visit_type": sent["visit_type"], "start": sent["start"]}
        made = _offer(self, request, sent, **asked)
        if isinstance(made, Refused):
            return made
        return self.created(_shown(self, made))


class WithdrawOffer(Endpoint):
    actions = {"POST": "waitlist.write"}

    @extend_schema(request=waiting_bodies.Nothing, responses=waiting_bodies.BatchAnswer)
    def post(self, request: ApiRequest, offer_id: UUID) -> dict[str, Any]:
        """Take the whole batch of this offer back; nothing happens if it is over."""
        waiting_bodies.Nothing.read(request.data)
        held = offers.withdraw_batch(
            hold_id=reading.offer(offer_id, self.clinic.pk).hold_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        return _shown(self, held)


class AcceptOffer(Endpoint):
    actions = {"POST": "offer.accept"}

    @extend_schema(
        request=waiting_bodies.Nothing, responses=waiting_bodies.AcceptedAnswer
    )
    def post(self, request: ApiRequest, offer_id: UUID) -> dict[str, Any] | Refused:
        waiting_bodies.Nothing.read(request.data)
        self.record_access(reading.offer(offer_id, self.clinic.pk).entry.patient_id)
        booked = acceptance.accept(
            offer_id=offer_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        if isinstance(booked, Refused):
            return booked
        return _accepted_json(offer_id, booked)


class DeclineOffer(Endpoint):
    actions = {"POST": "offer.decline"}

    @extend_schema(request=waiting_bodies.Nothing, responses=waiting_bodies.OfferAnswer)
    def post(self, request: ApiRequest, offer_id: UUID) -> dict[str, Any]:
        waiting_bodies.Nothing.read(request.data)
        acceptance.decline(
            offer_id=offer_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        found = reading.offer(offer_id)
        self.record_access(found.entry.patient_id)
        return offer_json(found)


def _offer(
    endpoint: Endpoint, request: ApiRequest, sent: dict[str, Any], **opening: Any
) -> Hold | Refused:
    minutes = sent.get("minutes")
    return offers.offer(
        clinic_id=endpoint.clinic.pk,
        **opening,
        entries=sent.get("entries", ()),
        batch=sent.get("batch"),
        lasts=timedelta(minutes=minutes) if minutes else None,
        by=request.actor,
        now=request.now,
    )


def _shown(endpoint: Endpoint, held: Hold) -> dict[str, Any]:
    """The batch; that its patients were looked at goes on record."""
    zone = ZoneInfo(held.time_zone)
    made = list(reading.offers(endpoint.clinic.pk).filter(hold=held))
    endpoint.record_access(*sorted(str(offer.entry.patient_id) for offer in made))
    return {
        "hold": str(held.pk),
        "start": held.start.astimezone(zone).isoformat(),
        "end": held.end.astimezone(zone).isoformat(),
        "expires_at": held.expires_at.astimezone(zone).isoformat(),
        "ended_at": held.ended_at.astimezone(zone).isoformat()
        if held.ended_at
        else None,
        "offers": [offer_json(offer) for offer in made],
    }


def _validity(sent: dict[str, Any], today: date) -> tuple[date, date]:
    """Return the first and last date sent; by default from today, for ninety days."""
    first = sent.get("valid_from", today)
    return first, sent.get("valid_to", first + timedelta(days=USUAL_DAYS))


def _wishes(sent: dict[str, Any]) -> Wishes:
    return Wishes(
        weekdays=sent.get("weekdays", frozenset()),
        earliest=sent.get("earliest"),
        latest=sent.get("latest"),
        clinicians=frozenset(sent.get("clinicians", ())),
        not_clinicians=frozenset(sent.get("not_clinicians", ())),
    )


def _notice(sent: dict[str, Any]) -> timedelta:
    hours = sent.get("minimum_notice_hours")
    return entries.USUAL_NOTICE if hours is None else timedelta(hours=hours)


def _match_json(match: matching.Match) -> dict[str, Any]:
    reasons = [{"code": r.code, "text": r.text} for r in match.reasons]
    return {**entry_json(match.entry), "reasons": reasons}


def _accepted_json(offer_id: UUID, booked: Appointment) -> dict[str, Any]:
    zone = ZoneInfo(booked.time_zone)
    return {
        "offer": str(offer_id),
        "appointment": str(booked.pk),
        "start": booked.start.astimezone(zone).isoformat(),
        "end": booked.end.astimezone(zone).isoformat(),
        "version": booked.version,
    }
