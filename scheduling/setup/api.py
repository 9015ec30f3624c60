"""Resources, hours, closed and extra days over REST. No answer names a patient."""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import ListQuery
from core.problems import NotFound
from scheduling.absences.effects import Effect, counted
from scheduling.booking import selectors
from scheduling.fields import DAYS
from scheduling.models import ScheduleException
from scheduling.openings import serializers as bodies
from scheduling.openings.rendering import resource_json
from scheduling.setup import selectors as opening_hours
from scheduling.setup import serializers as own
from scheduling.setup import services as setup


class Resources(Endpoint):
    actions = {"GET": "resource.read", "POST": "resource.write"}
    page_order = ("kind", "name", "pk")

    @extend_schema(parameters=[ListQuery], responses=bodies.ResourcePage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        return self.page(selectors.resources(self.clinic.pk), resource_json)

    @extend_schema(request=own.NewResource, responses={201: bodies.ResourceAnswer})
    def post(self, request: ApiRequest) -> Response:
        made = setup.add_resource(
            clinic_id=self.clinic.pk,
            **own.NewResource.read(request.data),
            by=request.actor,
            now=request.now,
        )
        return self.created(resource_json(made))


class ResourceRetire(Endpoint):
    actions = {"POST": "resource.write"}

    @extend_schema(request=None, responses=own.Retired)
    def post(self, request: ApiRequest, resource_id: int) -> dict[str, Any]:
        retired, effect = counted(
            self.clinic.pk,
            lambda: setup.retire_resource(
                clinic_id=self.clinic.pk,
                resource_id=resource_id,
                by=request.actor,
                now=request.now,
            ),
        )
        return {**resource_json(retired), **affected(effect)}


class Hours(Endpoint):
    actions = {"GET": "resource.read", "PUT": "resource.write"}

    @extend_schema(parameters=[own.HoursQuery], responses=own.HoursAnswer)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        """Hours of the clinic or a resource; one without any is open as its clinic."""
        asked = own.HoursQuery.read(request.query_params.dict())
        resource_id = asked.get("resource")
        if resource_id and not selectors.resource(resource_id, self.clinic.pk):
            raise NotFound("There is no such resource at this clinic.")
        return self._hours(resource_id)

    @extend_schema(request=own.SetHours, responses=own.HoursSet)
    def put(self, request: ApiRequest) -> dict[str, Any]:
        """Replaces all hours of the clinic or the resource."""
        sent = own.SetHours.read(request.data)
        resource_id = sent.get("resource")
        _, effect = counted(
            self.clinic.pk,
            lambda: setup.set_hours(
                clinic_id=self.clinic.pk,
                resource_id=resource_id,
                hours=sent["weekdays"],
                by=request.actor,
                now=request.now,
            ),
        )
        return {**self._hours(resource_id), **affected(effect)}

    def _hours(self, resource_id: int | None) -> dict[str, Any]:
        week = opening_hours.week(self.clinic.pk, resource_id)
        days = {
            DAYS[day]: [[f"{s:%H:%M}", f"{e:%H:%M}"] for s, e in stretches]
            for day, stretches in week.items()
        }
        return {"resource": resource_id, "weekdays": days}


class ScheduleExceptions(Endpoint):
    actions = {"GET": "resource.read", "POST": "resource.write"}
    page_order = ("applies_on", "pk")

    @extend_schema(parameters=[ListQuery], responses=own.ExceptionPage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        """List the exceptions from today on."""
        today = request.now.astimezone(ZoneInfo(self.clinic.time_zone)).date()
        found = opening_hours.coming_exceptions(self.clinic.pk, today)
        return self.page(found, _exception_json)

    @extend_schema(request=own.NewException, responses={201: own.ExceptionMade})
    def post(self, request: ApiRequest) -> Response:
        sent = own.NewException.read(request.data)
        made, effect = counted(
            self.clinic.pk,
            lambda: setup.add_exception(
                clinic_id=self.clinic.pk,
                resource_id=sent.pop("resource", None),
                **sent,
                by=request.actor,
                now=request.now,
            ),
        )
        return self.created({**_exception_json(made), **affected(effect)})


class ScheduleExceptionDetail(Endpoint):
    actions = {"DELETE": "resource.write"}

    @extend_schema(responses=own.Affected)
    def delete(self, request: ApiRequest, exception_id: int) -> dict[str, Any]:
        """The day is like any other again; visits that fit again need no decision."""
        _, effect = counted(
            self.clinic.pk,
            lambda: setup.remove_exception(
                clinic_id=self.clinic.pk,
                exception_id=exception_id,
                by=request.actor,
                now=request.now,
            ),
        )
        return affected(effect)


def affected(effect: Effect) -> dict[str, Any]:
    return {"conflicts": asdict(effect)}


def _exception_json(exception: ScheduleException) -> dict[str, Any]:
    start, end = exception.local_start, exception.local_end
    return {
        "id": exception.pk,
        "resource": exception.resource_id,
        "kind": exception.kind,
        "applies_on": exception.applies_on.isoformat(),
        "local_start": f"{start:%H:%M}" if start is not None else None,
        "local_end": f"{end:%H:%M}" if end is not None else None,
        "reason": exception.reason,
    }
