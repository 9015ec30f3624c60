"""The start of a signed-in person: the first place their role may open."""

from django.http import HttpResponse
from django.shortcuts import redirect

from clinics.web.views import StaffRequest, page
from pages.kit import nav


@page(action="own.account")
def home(request: StaffRequest) -> HttpResponse:
    found = nav.entries(request.membership.role, request.path)
    return redirect(found[0]["address"] if found else "mfa_index")
