"""The clinic's own settings over REST."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from clinics.models import Clinic
from clinics.services import clinics
from clinics.services.rest import ApiRequest, Endpoint
from core.problems import FieldError, Invalid


class Policies(serializers.Serializer[Any]):
    """How freed openings are offered; public holidays it is closed on, or ""."""

    offer_batch_size = serializers.IntegerField(
        required=False, min_value=1, max_value=clinics.MOST["offer_batch_size"]
    )
    offer_valid_minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=clinics.MOST["offer_valid_minutes"]
    )
    offers_by_itself = serializers.BooleanField(required=False)
    holiday_calendar = serializers.CharField(
        required=False, allow_blank=True, max_length=10
    )


class ClinicAnswer(Policies):
    name = serializers.CharField()
    time_zone = serializers.CharField()


class ClinicDetail(Endpoint):
    actions = {"GET": "clinic.read", "PATCH": "clinic.write"}

    @extend_schema(responses=ClinicAnswer)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        return _clinic_json(self.clinic)

    @extend_schema(request=Policies, responses=ClinicAnswer)
    def patch(self, request: ApiRequest) -> dict[str, Any]:
        changed = clinics.set_policies(
            clinic_id=self.clinic.pk,
            **_read(request.data),
            by=request.actor,
            now=request.now,
        )
        return _clinic_json(changed)


def _read(data: Any) -> dict[str, Any]:
    body = Policies(data=data)
    body.is_valid(raise_exception=True)
    unknown = sorted(set(data) - set(body.fields))
    if unknown:
        fault = f"There is no such field; use {', '.join(body.fields)}."
        raise Invalid([FieldError(f"/{name[:40]}", fault) for name in unknown])
    return dict(body.validated_data)


def _clinic_json(clinic: Clinic) -> dict[str, Any]:
    return {
        "name": clinic.name,
        "time_zone": clinic.time_zone,
        "offer_batch_size": clinic.offer_batch_size,
        "offer_valid_minutes": clinic.offer_valid_minutes,
        "offers_by_itself": clinic.offers_by_itself,
        "holiday_calendar": clinic.holiday_calendar,
    }


urlpatterns = [path("clinic/", ClinicDetail.as_view(), name="clinic")]
