"""The product's addresses and one more, behind the door of REST, that does nothing."""

from typing import Any

from django.urls import path

from clinics.web.rest import ApiRequest, Endpoint
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class Trivial(Endpoint):
    actions = {"GET": "opening.read"}

    def get(self, request: ApiRequest) -> dict[str, Any]:
        return {"ok": True}


urlpatterns = [path("api/v1/bench-trivial/", Trivial.as_view()), *product]
