"""Addresses that providers post to."""

from django.urls import path

from notifications import hooks

app_name = "hooks"

# Without a slash at the end: a provider signs the address it was given.
urlpatterns = [
    path("<slug:provider>/status", hooks.status, name="status"),
    path("<slug:provider>/inbound", hooks.written, name="inbound"),
]
