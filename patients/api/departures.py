"""Deaths and wishes not to be contacted, over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.web.rest import ApiRequest, Endpoint
from patients.api import serializers
from patients.models import Departure
from patients.services import departures


class DepartureList(Endpoint):
    actions = {"POST": "patient.depart"}

    @extend_schema(
        request=serializers.NewDeparture, responses={201: serializers.DepartureAnswer}
    )
    def post(self, request: ApiRequest, patient_id: UUID) -> Response:
        sent = serializers.NewDeparture.read(request.data)
        row = departures.record(
            patient_id=patient_id,
            clinic_id=self.clinic.pk,
            kind=sent["kind"],
            source=sent["source"],
            died_on=sent.get("died_on"),
            by=request.actor,
            now=request.now,
        )
        self.record_access(patient_id)
        return self.created(answer(row))


class DepartureTakeBack(Endpoint):
    actions = {"POST": "patient.depart"}

    @extend_schema(
        request=serializers.TakingBack, responses=serializers.DepartureAnswer
    )
    def post(self, request: ApiRequest, patient_id: UUID, kind: str) -> dict[str, Any]:
        sent = serializers.TakingBack.read(request.data)
        row = departures.take_back(
            patient_id=patient_id,
            clinic_id=self.clinic.pk,
            kind=kind,
            reason=sent["reason"],
            by=request.actor,
            now=request.now,
        )
        self.record_access(patient_id)
        return answer(row)


def answer(row: Departure) -> dict[str, Any]:
    """Return the departure on record, and what became of it, as JSON."""
    back = row.taken_back_at
    return {
        "patient": str(row.patient_id),
        "kind": row.kind,
        "died_on": row.died_on and row.died_on.isoformat(),
        "source": row.source,
        "recorded_at": row.recorded_at.isoformat(),
        "recorded_by": row.recorded_by,
        "taken_back_at": back.isoformat() if back else None,
        "taken_back_reason": row.taken_back_reason,
    }
