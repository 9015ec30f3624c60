"""Addresses anybody may open."""

from django.urls import path

from pages.public import enquiry

app_name = "public"

urlpatterns = [
    path("", enquiry.choose, name="enquire"),
    path("<slug:slug>/", enquiry.enquire, name="enquire_at"),
    path("<slug:slug>/thanks/", enquiry.thanks, name="thanks"),
]
