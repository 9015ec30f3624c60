"""Repair plans over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.web.rest import ApiRequest, Endpoint
from core.problems import NotFound
from scheduling.models import RepairPlan
from scheduling.repair import execution, proposals, selectors
from scheduling.repair import plans as repair_plans
from scheduling.repair import serializers as bodies
from scheduling.repair.rendering import plan_json


class AbsencePlan(Endpoint):
    actions = {"POST": "repair.write"}

    @extend_schema(request=None, responses={201: bodies.PlanAnswer})
    def post(self, request: ApiRequest, absence_id: UUID) -> Response:
        plan = proposals.propose(
            absence_id=absence_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        return self.created(_plan(self, plan.pk))


class RepairPlanDetail(Endpoint):
    actions = {"GET": "absence.read"}

    @extend_schema(responses=bodies.PlanAnswer)
    def get(self, request: ApiRequest, plan_id: UUID) -> dict[str, Any]:
        return _plan(self, plan_id)


class RepairReplan(Endpoint):
    actions = {"POST": "repair.write"}

    @extend_schema(request=bodies.PlanVersion, responses=bodies.PlanAnswer)
    def post(self, request: ApiRequest, plan_id: UUID) -> dict[str, Any]:
        proposals.replan(**_asked(self, request, plan_id))
        return _plan(self, plan_id)


class RepairLineDetail(Endpoint):
    actions = {"POST": "repair.write"}

    @extend_schema(request=bodies.ChangeLine, responses=bodies.PlanAnswer)
    def post(self, request: ApiRequest, plan_id: UUID, position: int) -> dict[str, Any]:
        sent = bodies.ChangeLine.read(request.data)
        verb = repair_plans.set_locked if "locked" in sent else repair_plans.set_way
        verb(
            plan_id=plan_id,
            clinic_id=self.clinic.pk,
            position=position,
            **sent,
            by=request.actor,
            now=request.now,
        )
        return _plan(self, plan_id)


class RepairApply(Endpoint):
    actions = {"POST": "repair.write"}

    @extend_schema(request=bodies.PlanVersion, responses=bodies.PlanAnswer)
    def post(self, request: ApiRequest, plan_id: UUID) -> dict[str, Any]:
        execution.start(**_asked(self, request, plan_id))
        return _plan(self, plan_id)


class RepairUndo(Endpoint):
    actions = {"POST": "repair.write"}

    @extend_schema(request=bodies.PlanVersion, responses=bodies.PlanAnswer)
    def post(self, request: ApiRequest, plan_id: UUID) -> dict[str, Any]:
        execution.undo(**_asked(self, request, plan_id))
        return _plan(self, plan_id)


def _asked(view: Endpoint, request: ApiRequest, plan_id: UUID) -> dict[str, Any]:
    sent = bodies.PlanVersion.read(request.data)
    who = {"by": request.actor, "now": request.now}
    return {"plan_id": plan_id, "clinic_id": view.clinic.pk, **sent, **who}


def _plan(view: Endpoint, plan_id: UUID) -> dict[str, Any]:
    plan: RepairPlan | None = selectors.repair_plan(plan_id, view.clinic.pk)
    if plan is None:
        raise NotFound("There is no such plan at this clinic.")
    answer = plan_json(plan)
    view.record_access(*{line["patient"] for line in answer["lines"]})
    return answer
