"""Visits and holds over REST."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import Body, ListQuery
from core.problems import FieldError, Invalid, NotFound
from core.refusal import Refused
from patients import selectors as patients
from scheduling.booking import book, holds, selectors
from scheduling.booking import serializers as bodies
from scheduling.booking.move_history import last_change
from scheduling.booking.preview_rendering import preview_json
from scheduling.booking.rendering import appointment_json, changes_json, hold_json
from scheduling.models import Appointment
from scheduling.openings.serializers import variation


class Appointments(Endpoint):
    actions = {"GET": "appointment.read", "POST": "appointment.book"}
    page_order = ("-during", "pk")
    query = bodies.AppointmentsQuery

    @extend_schema(
        parameters=[bodies.AppointmentsQuery], responses=bodies.AppointmentPage
    )
    def get(self, request: ApiRequest) -> dict[str, Any]:
        asked = self.asked()
        days = asked.get("from"), asked.get("to")
        if "patient" not in asked:
            page = self.page(
                selectors.appointments_at(self.clinic.pk, *days), appointment_json
            )
            shown = {visit["patient"] for visit in page["results"]}
            self.record_access(*sorted(shown), deliberate=False)
            return page
        patient = patients.patient(asked["patient"], self.clinic.pk)
        self.record_access(patient.pk)
        return self.page(selectors.appointments_of(patient.pk, *days), appointment_json)

    @extend_schema(
        request=bodies.NewAppointment, responses={201: bodies.AppointmentAnswer}
    )
    def post(self, request: ApiRequest) -> Response | Refused:
        sent = bodies.NewAppointment.read(request.data)
        self.record_access(sent["patient"])
        booked = book.book(
            clinic_id=self.clinic.pk,
            patient_id=sent["patient"],
            visit_type=sent.get("visit_type", ""),
            start=sent.get("start"),
            **bodies.with_whom(sent),
            subject=subject(sent),
            variation=variation(sent),
            hold_id=sent.get("hold"),
            said=sent,
            reason=sent.get("reason", ""),
            by=request.actor,
            now=request.now,
        )
        if isinstance(booked, Refused):
            return booked
        return self.created(appointment_json(booked))


class AppointmentDetail(Endpoint):
    actions = {"GET": "appointment.read"}

    @extend_schema(responses=bodies.AppointmentAnswer)
    def get(self, request: ApiRequest, appointment_id: UUID) -> dict[str, Any]:
        found = selectors.clinic_appointment(appointment_id, self.clinic.pk)
        self.record_access(found.patient_id)
        return appointment_json(found)


class AppointmentAct(Endpoint):
    """POST of one act on a visit."""

    verb: ClassVar[Callable[..., Appointment | Refused]]
    body: ClassVar[type[Body]] = bodies.Change

    @extend_schema(request=bodies.Change, responses=bodies.AppointmentAnswer)
    def post(
        self, request: ApiRequest, appointment_id: UUID
    ) -> dict[str, Any] | Refused:
        done = type(self).verb(
            appointment_id=appointment_id,
            clinic_id=self.clinic.pk,
            **self._read(request, appointment_id),
            by=request.actor,
            now=request.now,
        )
        known = selectors.appointment(appointment_id)
        assert known is not None, "it was there a moment ago"
        self.record_access(known.patient_id)
        return done if isinstance(done, Refused) else appointment_json(known)

    def _read(self, request: ApiRequest, appointment_id: UUID) -> dict[str, Any]:
        sent = self.body.read(request.data)
        start = sent.pop("start", None)
        known = selectors.appointment(appointment_id, self.clinic.pk)
        # An act on another version, or on no visit of ours, is told so instead.
        if start and known and known.version == sent["version"]:
            _check_same(start, known)
        return sent


def _check_same(start: datetime, visit: Appointment) -> None:
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(visit.time_zone), fold=visit.fold)
    if start != visit.start:
        fault = "The visit starts at another time. Use move/ to change it."
        raise Invalid([FieldError("/start", fault)])


class ChangingAct(AppointmentAct):
    """A move of some kind: the answer says what it changed."""

    def post(
        self, request: ApiRequest, appointment_id: UUID
    ) -> dict[str, Any] | Refused:
        answer = super().post(request, appointment_id)
        if isinstance(answer, Refused):
            return answer
        known = selectors.appointment(appointment_id)
        assert known is not None, "it was there a moment ago"
        zone = ZoneInfo(known.time_zone)
        return {**answer, "changes": changes_json(last_change(known), zone)}

    def _read(self, request: ApiRequest, appointment_id: UUID) -> dict[str, Any]:
        return self.body.read(request.data)


class MoveAppointment(ChangingAct):
    actions = {"POST": "appointment.move"}
    verb = staticmethod(book.move)
    body = bodies.Move

    @extend_schema(request=bodies.Move, responses=bodies.MovedAnswer)
    def post(
        self, request: ApiRequest, appointment_id: UUID
    ) -> dict[str, Any] | Refused:
        return super().post(request, appointment_id)


class UndoMove(ChangingAct):
    actions = {"POST": "appointment.move"}
    verb = staticmethod(book.undo_move)
    body = bodies.UndoMove

    @extend_schema(request=bodies.UndoMove, responses=bodies.MovedAnswer)
    def post(
        self, request: ApiRequest, appointment_id: UUID
    ) -> dict[str, Any] | Refused:
        return super().post(request, appointment_id)


class ReassignAppointment(ChangingAct):
    actions = {"POST": "appointment.move"}
    verb = staticmethod(book.reassign)
    body = bodies.Reassign

    @extend_schema(request=bodies.Reassign, responses=bodies.MovedAnswer)
    def post(
        self, request: ApiRequest, appointment_id: UUID
    ) -> dict[str, Any] | Refused:
        return super().post(request, appointment_id)

    def _read(self, request: ApiRequest, appointment_id: UUID) -> dict[str, Any]:
        sent = super()._read(request, appointment_id)
        avoiding = frozenset(sent.get("avoiding", ()))
        selectors.check_resources(avoiding, self.clinic.pk)
        return {**sent, "avoiding": avoiding}


class MovePreview(Endpoint):
    actions = {"GET": "appointment.move"}

    @extend_schema(parameters=[bodies.PreviewQuery], responses=bodies.PreviewAnswer)
    def get(self, request: ApiRequest, appointment_id: UUID) -> dict[str, Any]:
        asked = bodies.PreviewQuery.read(request.query_params.dict())
        preview = book.preview_move(
            appointment_id=appointment_id,
            start=asked["start"],
            clinic_id=self.clinic.pk,
            now=request.now,
        )
        self.record_access(preview.appointment.patient_id)
        return preview_json(preview)


class CancelAppointment(AppointmentAct):
    actions = {"POST": "appointment.cancel"}
    verb = staticmethod(book.cancel)


class ConfirmAppointment(AppointmentAct):
    actions = {"POST": "appointment.confirm"}
    verb = staticmethod(book.confirm)


class ArriveAppointment(AppointmentAct):
    actions = {"POST": "appointment.arrive"}
    verb = staticmethod(book.arrive)


class UndoArrival(AppointmentAct):
    actions = {"POST": "appointment.arrive"}
    verb = staticmethod(book.undo_arrival)


class NoShowAppointment(AppointmentAct):
    actions = {"POST": "appointment.no_show"}
    verb = staticmethod(book.no_show)


class UndoNoShow(AppointmentAct):
    actions = {"POST": "appointment.no_show"}
    verb = staticmethod(book.undo_no_show)


class Holds(Endpoint):
    actions = {"GET": "appointment.read", "POST": "hold.write"}
    page_order = ("expires_at", "pk")

    @extend_schema(parameters=[ListQuery], responses=bodies.HoldPage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        """List the holds that stand, the first to end first."""
        standing = selectors.standing_holds(self.clinic.pk, request.now)
        page = self.page(standing, hold_json)
        shown = {held["patient"] for held in page["results"] if held["patient"]}
        self.record_access(*sorted(shown), deliberate=False)
        return page

    @extend_schema(request=bodies.NewHold, responses={201: bodies.HoldAnswer})
    def post(self, request: ApiRequest) -> Response | Refused:
        sent = bodies.NewHold.read(request.data)
        self.record_access(*filter(None, [sent.get("patient")]))
        minutes = sent.get("minutes")
        held = holds.hold(
            clinic_id=self.clinic.pk,
            visit_type=sent["visit_type"],
            start=sent["start"],
            patient_id=sent.get("patient"),
            **bodies.with_whom(sent),
            subject=subject(sent),
            variation=variation(sent),
            lasts=timedelta(minutes=minutes) if minutes else None,
            by=request.actor,
            now=request.now,
        )
        if isinstance(held, Refused):
            return held
        return self.created(hold_json(held))


class ExtendHold(Endpoint):
    actions = {"POST": "hold.write"}

    @extend_schema(request=bodies.Extend, responses=bodies.HoldAnswer)
    def post(self, request: ApiRequest, hold_id: UUID) -> dict[str, Any] | Refused:
        minutes = bodies.Extend.read(request.data).get("minutes")
        held = holds.extend(
            hold_id=hold_id,
            clinic_id=self.clinic.pk,
            lasts=timedelta(minutes=minutes) if minutes else None,
            by=request.actor,
            now=request.now,
        )
        if isinstance(held, Refused):
            return held
        self.record_access(*filter(None, [held.patient_id]))
        return hold_json(held)


class HoldDetail(Endpoint):
    actions = {"GET": "appointment.read", "DELETE": "hold.write"}

    @extend_schema(responses=bodies.HoldAnswer)
    def get(self, request: ApiRequest, hold_id: UUID) -> dict[str, Any]:
        held = selectors.hold(hold_id, self.clinic.pk)
        if held is None:
            raise NotFound("There is no such hold at this clinic.")
        self.record_access(*filter(None, [held.patient_id]))
        return hold_json(held)

    @extend_schema(responses={204: None})
    def delete(self, request: ApiRequest, hold_id: UUID) -> Response:
        held = holds.release(
            hold_id=hold_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        self.record_access(*filter(None, [held.patient_id]))
        return self.nothing()


def subject(sent: dict[str, Any]) -> str:
    """Return what the visit is for, as rules and events name it."""
    if not sent.get("episode"):
        return ""
    contact = f"#{sent['follow_up']}" if sent.get("follow_up") else ""
    return f"episode:{sent['episode']}{contact}"
