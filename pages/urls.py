"""Addresses of all pages."""

from django.urls import include, path
from django.views.generic.base import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="staff:home"), name="root"),
    path("staff/", include("pages.staff.urls")),
    path("v/", include("pages.patient.urls")),
    path("enquire/", include("pages.public.urls")),
]
