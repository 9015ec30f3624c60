"""Absences, and the conflicts they open, over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import ListQuery
from core.problems import NotFound
from scheduling.absences import conflicts, selectors
from scheduling.absences import serializers as bodies
from scheduling.absences import services as absences
from scheduling.absences.rendering import absence_json, conflict_json
from scheduling.models import Absence


class Absences(Endpoint):
    actions = {"GET": "absence.read", "POST": "absence.write"}
    page_order = ("-period", "pk")

    @extend_schema(parameters=[ListQuery], responses=bodies.AbsencePage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        self.record_access(count=0, deliberate=False)
        found = selectors.absences(self.clinic.pk)
        return self.page(found.select_related("resource__clinic"), absence_json)

    @extend_schema(request=bodies.NewAbsence, responses={201: bodies.OpenedAbsence})
    def post(self, request: ApiRequest) -> Response:
        sent = bodies.NewAbsence.read(request.data)
        absence = absences.open_absence(
            clinic_id=self.clinic.pk,
            resource_id=sent.pop("resource"),
            **sent,
            by=request.actor,
            now=request.now,
        )
        return self.created(_opened(self, absence, request))


class AbsenceDetail(Endpoint):
    actions = {"GET": "absence.read"}

    @extend_schema(responses=bodies.OpenedAbsence)
    def get(self, request: ApiRequest, absence_id: UUID) -> dict[str, Any]:
        absence = selectors.absence(absence_id, self.clinic.pk)
        if absence is None:
            raise NotFound("There is no such absence at this clinic.")
        return _opened(self, absence, request)


class AbsenceEnd(Endpoint):
    actions = {"POST": "absence.write"}

    @extend_schema(request=bodies.EndAbsence, responses=bodies.OpenedAbsence)
    def post(self, request: ApiRequest, absence_id: UUID) -> dict[str, Any]:
        absence = absences.end_absence(
            absence_id=absence_id,
            clinic_id=self.clinic.pk,
            **bodies.EndAbsence.read(request.data),
            by=request.actor,
            now=request.now,
        )
        return _opened(self, absence, request)


class Conflicts(Endpoint):
    actions = {"GET": "conflict.read"}
    page_order = ("appointment__during", "pk")
    query = bodies.ConflictsQuery

    @extend_schema(parameters=[bodies.ConflictsQuery], responses=bodies.ConflictPage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        only_open = self.asked()["state"] == "open"
        found = selectors.conflicts(self.clinic.pk, only_open=only_open)
        page = self.page(found, conflict_json)
        shown = {conflict["patient"] for conflict in page["results"]}
        self.record_access(*sorted(shown), deliberate=False)
        return page


class ConflictKeep(Endpoint):
    actions = {"POST": "conflict.resolve"}

    @extend_schema(request=bodies.KeepConflict, responses=bodies.ConflictAnswer)
    def post(self, request: ApiRequest, conflict_id: int) -> dict[str, Any]:
        kept = conflicts.keep(
            conflict_id=conflict_id,
            clinic_id=self.clinic.pk,
            **bodies.KeepConflict.read(request.data),
            by=request.actor,
            now=request.now,
        )
        self.record_access(kept.appointment.patient_id)
        return conflict_json(kept)


def _opened(view: Endpoint, absence: Absence, request: ApiRequest) -> dict[str, Any]:
    """The absence with what is in its way."""
    found = list(selectors.open_conflicts_of(absence))
    under_way = selectors.under_way(absence, request.now)
    visits = [*(conflict.appointment for conflict in found), *under_way]
    view.record_access(*{visit.patient_id for visit in visits}, count=len(visits))
    plan = selectors.latest_plan(absence)
    return {
        **absence_json(absence),
        "conflicts": [conflict_json(conflict) for conflict in found],
        "under_way": [str(visit.pk) for visit in under_way],
        "plan": str(plan.pk) if plan else None,
    }
