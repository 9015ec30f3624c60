"""The floor of a page: the door and frame of every staff page, and nothing in it."""

from django.template.response import TemplateResponse
from django.urls import path

from clinics.web.views import StaffRequest, ViewResponse, page
from config.urls import urlpatterns as every_address

ADDRESS = "/bench/trivial/"


@page(action="resource.read")
def trivial(request: StaffRequest) -> ViewResponse:
    return TemplateResponse(request, "pages/staff/base.html", {})


urlpatterns = [*every_address, path(ADDRESS.lstrip("/"), trivial, name="trivial")]
