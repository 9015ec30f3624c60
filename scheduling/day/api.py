"""The day as it goes: phases as they went, what is expected, and how long it took."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import Body
from core.problems import FieldError, Invalid
from core.refusal import Refused
from scheduling.booking import selectors
from scheduling.booking.instants import instant_in
from scheduling.day import phase_records, phase_rows
from scheduling.day.durations import phase_durations
from scheduling.day.expected import day_projection
from scheduling.day.rendering import duration_json, phase_json, projection_json
from scheduling.fields import Day, Start
from scheduling.models import Appointment
from scheduling.openings.serializers import Days

USUAL_DAYS = 90


class ProjectionQuery(Body):
    date = Day(required=False)


class NewPhaseRecord(Body):
    phase = serializers.CharField(
        max_length=80, help_text="Its number or name in the visit."
    )
    started_at = Start(required=False, allow_null=True)
    ended_at = Start(required=False, allow_null=True)
    reason = serializers.CharField(
        required=False,
        max_length=300,
        help_text="Puts times that are on record right; without it they stay.",
    )
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class DurationsQuery(Days):
    visit_type = serializers.CharField(required=False, max_length=60)


class ExpectedAnswer(serializers.Serializer[Any]):
    phase = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(["to-come", "under-way", "done", "passed"])
    planned_start = serializers.DateTimeField()
    planned_end = serializers.DateTimeField()
    expected_start = serializers.DateTimeField()
    expected_end = serializers.DateTimeField()
    delay_minutes = serializers.IntegerField()


class ExpectedVisitAnswer(serializers.Serializer[Any]):
    appointment = serializers.UUIDField()
    patient = serializers.UUIDField()
    delay_minutes = serializers.IntegerField()
    phases = ExpectedAnswer(many=True)


class CauseAnswer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(["waits", "late", "not-begun", "patient-late"])
    phase = serializers.CharField()
    resource = serializers.IntegerField(allow_null=True)
    until = serializers.DateTimeField()
    text = serializers.CharField()


class AffectedAnswer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    appointment = serializers.UUIDField()
    phase = serializers.IntegerField()
    name = serializers.CharField()
    expected = serializers.DateTimeField()
    delay_minutes = serializers.IntegerField()
    cause = CauseAnswer()


class RunsIntoAnswer(serializers.Serializer[Any]):
    patient = serializers.UUIDField()
    appointment = serializers.UUIDField()
    phase = serializers.CharField()
    kept_by = serializers.ChoiceField(["absence", "hold"])
    resource = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    text = serializers.CharField()


class ProjectionAnswer(serializers.Serializer[Any]):
    date = serializers.DateField()
    as_of = serializers.DateTimeField()
    visits = ExpectedVisitAnswer(many=True)
    affected = AffectedAnswer(many=True)
    runs_into = RunsIntoAnswer(many=True)


class PhaseRecordAnswer(serializers.Serializer[Any]):
    phase = serializers.IntegerField()
    name = serializers.CharField()
    planned_start = serializers.DateTimeField()
    planned_end = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class PhaseRecordsAnswer(serializers.Serializer[Any]):
    phases = PhaseRecordAnswer(many=True)


class DurationAnswer(serializers.Serializer[Any]):
    visit_type = serializers.CharField()
    phase = serializers.CharField()
    count = serializers.IntegerField()
    planned_minutes = serializers.FloatField()
    median_minutes = serializers.FloatField()
    p90_minutes = serializers.FloatField()
    late_minutes = serializers.FloatField()


class DurationsAnswer(serializers.Serializer[Any]):
    durations = DurationAnswer(many=True)


class DayProjection(Endpoint):
    """Expected course of a day; nothing is booked anew by it."""

    actions = {"GET": "appointment.read"}

    @extend_schema(parameters=[ProjectionQuery], responses=ProjectionAnswer)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        asked = ProjectionQuery.read(request.query_params.dict())
        on = asked.get("date", _today(self, request))
        day = day_projection(self.clinic.pk, on, request.now)
        shown = sorted(visit.patient.id for visit in day.board.visits)
        self.record_access(*shown, deliberate=False)
        return projection_json(day)


class AppointmentPhases(Endpoint):
    """The phases of a visit, planned and as they went; POST records one."""

    actions = {"GET": "appointment.read", "POST": "phase.record"}

    @extend_schema(responses=PhaseRecordsAnswer)
    def get(self, request: ApiRequest, appointment_id: UUID) -> dict[str, Any]:
        return self._phases(self._visit_of(appointment_id))

    @extend_schema(request=NewPhaseRecord, responses=PhaseRecordsAnswer)
    def post(
        self, request: ApiRequest, appointment_id: UUID
    ) -> dict[str, Any] | Refused:
        visit = self._visit_of(appointment_id)
        sent = NewPhaseRecord.read(request.data)
        zone = ZoneInfo(visit.time_zone)
        done = phase_records.record_phase(
            appointment_id=appointment_id,
            clinic_id=self.clinic.pk,
            phase=sent["phase"],
            started_at=_instant(sent, "started_at", zone),
            ended_at=_instant(sent, "ended_at", zone),
            reason=sent.get("reason", ""),
            version=sent["version"],
            by=request.actor,
            now=request.now,
        )
        return done if isinstance(done, Refused) else self._phases(visit)

    def _visit_of(self, appointment_id: UUID) -> Appointment:
        visit = selectors.clinic_appointment(appointment_id, self.clinic.pk)
        self.record_access(visit.patient_id)
        return visit

    def _phases(self, visit: Appointment) -> dict[str, Any]:
        zone = ZoneInfo(visit.time_zone)
        rows = phase_rows.phase_records(visit.pk)
        return {"phases": [phase_json(row, zone) for row in rows]}


class PhaseDurations(Endpoint):
    """Planned against actual; no patient is named by it."""

    actions = {"GET": "resource.read"}

    @extend_schema(parameters=[DurationsQuery], responses=DurationsAnswer)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        asked = DurationsQuery.read(request.query_params.dict())
        last = asked.get("to", _today(self, request))
        first = asked.get("from", last - timedelta(days=USUAL_DAYS - 1))
        if first > last:
            raise Invalid([FieldError("/to", "The last day is not before the first.")])
        rows = phase_durations(self.clinic.pk, first, last, asked.get("visit_type", ""))
        return {"durations": [duration_json(row) for row in rows]}


def _today(endpoint: Endpoint, request: ApiRequest) -> date:
    return request.now.astimezone(ZoneInfo(endpoint.clinic.time_zone)).date()


def _instant(sent: dict[str, Any], name: str, zone: ZoneInfo) -> datetime | None:
    """A time without an offset is the clinic's wall clock, if that is one instant."""
    at: datetime | None = sent.get(name)
    return None if at is None else instant_in(name, at, zone)
