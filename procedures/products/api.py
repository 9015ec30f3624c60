"""REST of kits: from a lot or a serial number to the patients it may have reached."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from clinics.web.rest import ApiRequest, Endpoint
from clinics.web.serializers import ListQuery
from procedures.models import KitUse
from procedures.products import selectors as products


class KitsQuery(ListQuery):
    lot = serializers.CharField(
        max_length=20, help_text="A lot, or a serial number, as its label has it."
    )


class KitUseAnswer(serializers.Serializer[Any]):
    episode = serializers.UUIDField()
    patient = serializers.UUIDField()
    gtin = serializers.CharField()
    lot = serializers.CharField()
    serial = serializers.CharField()
    expires_on = serializers.DateField()
    used_on = serializers.DateField()
    state = serializers.CharField(
        help_text="used; corrected where another kit was used instead; "
        "entered-in-error where none was."
    )


class KitUsePage(serializers.Serializer[Any]):
    results = KitUseAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class Kits(Endpoint):
    """GET ?lot=: every use of such a kit, the latest first, whatever was corrected."""

    actions = {"GET": "kit.look_back"}
    page_order = ("-used_on", "pk")
    query = KitsQuery

    @extend_schema(parameters=[KitsQuery], responses=KitUsePage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        found = products.look_back(self.clinic.pk, self.asked()["lot"])
        page = self.page(found, _line)
        self.record_access(*{line["patient"] for line in page["results"]})
        return page


def _line(use: KitUse) -> dict[str, Any]:
    return {
        "episode": use.episode_id,
        "patient": use.episode.patient_id,
        "gtin": use.gtin,
        "lot": use.lot,
        "serial": use.serial,
        "expires_on": use.expires_on,
        "used_on": use.used_on,
        "state": products.state_of(use),
    }
