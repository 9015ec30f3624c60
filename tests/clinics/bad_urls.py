"""A site with every mistake the system check is there to find."""

from django.http import HttpResponse
from django.urls import include, path
from django.views import View

from clinics.web.rest import Endpoint
from clinics.web.views import page, public_page


def undeclared(request):
    return HttpResponse("anybody may read this")


@page(action="patient.destroy")
def unknown(request):
    return HttpResponse()


@page(action="patient.read")
def declared(request):
    return HttpResponse()


@public_page
def public(request):
    return HttpResponse()


class Plain(View):
    def get(self, request):
        return HttpResponse()


class HalfDeclared(Endpoint):
    actions = {"GET": "patient.read"}

    def get(self, request):
        return {}

    def delete(self, request):
        return self.nothing()


class Unknown(Endpoint):
    actions = {"GET": "patient.destroy", "POST": "dance.{act}"}

    def get(self, request):
        return {}

    def post(self, request):
        return {}


class Idle(Endpoint):
    actions = {"GET": "patient.read"}


inner = (
    [
        path("undeclared/", undeclared, name="undeclared"),
        path("unknown/", unknown, name="unknown"),
        path("declared/", declared, name="declared"),
        path("public/", public, name="public"),
        path("plain/", Plain.as_view(), name="plain"),
        path("half/", HalfDeclared.as_view(), name="half"),
        path("unknown-api/", Unknown.as_view(), name="unknown-api"),
        path("idle/", Idle.as_view(), name="idle"),
    ],
    "inner",
)
urlpatterns = [path("deep/", include(inner))]
