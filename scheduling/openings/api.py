"""Visit types and openings over REST."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import ListQuery
from patients import selectors as patients
from scheduling.explain.explanations import Question, explain_openings
from scheduling.explain.rendering import explained_json
from scheduling.openings import serializers as bodies
from scheduling.openings.rendering import opening_json, visit_type_json
from scheduling.openings.search import Wishes
from scheduling.openings.serializers import variation
from scheduling.visit_types.selectors import visit_types

_USUAL_DAYS = 28


class VisitTypes(Endpoint):
    actions = {"GET": "resource.read"}
    page_order = ("name", "pk")

    @extend_schema(parameters=[ListQuery], responses=bodies.VisitTypePage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        return self.page(visit_types(self.clinic.pk), visit_type_json)


class Openings(Endpoint):
    actions = {"GET": "opening.read"}

    @extend_schema(parameters=[bodies.OpeningsQuery], responses=bodies.OpeningsAnswer)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        asked = bodies.OpeningsQuery.read(request.query_params.dict())
        zone = ZoneInfo(self.clinic.time_zone)
        first, last = _window(asked, request.now.astimezone(zone).date())
        if "patient" in asked:
            patients.patient(asked["patient"], self.clinic.pk)  # 404 for a stranger
        question = Question(
            clinic_id=self.clinic.pk,
            visit_type=asked["visit_type"],
            from_on=first,
            to_on=last,
            patient_id=asked.get("patient"),
            clinician=asked.get("clinician"),
            wishes=_wishes(asked),
            variation=variation(asked),
            order=asked["order"],
            limit=asked["limit"],
            now=request.now,
        )
        if asked["explain"]:
            return explained_json(explain_openings(question))
        return {"openings": [opening_json(one, zone) for one in question.openings()]}


def _window(asked: dict[str, Any], today: date) -> tuple[date, date]:
    """Return the first and last date asked for; by default four weeks from today."""
    first = asked.get("from", today)
    return first, asked.get("to", first + timedelta(days=_USUAL_DAYS - 1))


def _wishes(asked: dict[str, Any]) -> Wishes:
    return Wishes(
        earliest=asked.get("earliest"),
        latest=asked.get("latest"),
        weekdays=asked.get("weekdays", frozenset()),
        step_minutes=asked["step"],
        prefer_clinicians=asked.get("prefer_clinicians", frozenset()),
        not_clinicians=asked.get("not_clinicians", frozenset()),
    )
