"""The clinic's own settings over REST; its holidays touch visits booked already."""

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from clinics.services import clinics
from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import Body
from scheduling.absences.effects import counted
from scheduling.setup.api import affected
from scheduling.setup.serializers import Affected

if TYPE_CHECKING:
    from clinics.models import Clinic


class Policies(Body):
    """Ways to reach it and to offer freed openings; public holidays it is closed
    on, or ""."""

    phone = serializers.CharField(required=False, max_length=16)
    address = serializers.CharField(required=False, max_length=500)
    email = serializers.CharField(required=False, allow_blank=True, max_length=254)
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
    yearly_rounds = serializers.BooleanField(required=False)


class ClinicAnswer(Policies):
    name = serializers.CharField()
    time_zone = serializers.CharField()


class ClinicChanged(ClinicAnswer, Affected):
    pass


class ClinicDetail(Endpoint):
    actions = {"GET": "clinic.read", "PATCH": "clinic.write"}

    @extend_schema(responses=ClinicAnswer)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        return _clinic_json(self.clinic)

    @extend_schema(request=Policies, responses=ClinicChanged)
    def patch(self, request: ApiRequest) -> dict[str, Any]:
        sent = Policies.read(request.data)
        changed, effect = counted(
            self.clinic.pk,
            lambda: clinics.set_policies(
                clinic_id=self.clinic.pk, **sent, by=request.actor, now=request.now
            ),
        )
        return {**_clinic_json(changed), **affected(effect)}


def _clinic_json(clinic: "Clinic") -> dict[str, Any]:
    return {
        "name": clinic.name,
        "time_zone": clinic.time_zone,
        "phone": clinic.phone,
        "address": clinic.address,
        "email": clinic.email,
        "offer_batch_size": clinic.offer_batch_size,
        "offer_valid_minutes": clinic.offer_valid_minutes,
        "offers_by_itself": clinic.offers_by_itself,
        "holiday_calendar": clinic.holiday_calendar,
        "yearly_rounds": clinic.yearly_rounds,
    }
