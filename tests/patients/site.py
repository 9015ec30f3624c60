"""The addresses of patients alone, so that these tests need no other app's."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("patients.api"))]
