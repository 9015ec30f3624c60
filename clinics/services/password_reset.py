"""Asking for a new password by mail."""

from allauth.account.views import PasswordResetView
from allauth.core import ratelimit
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect


class ResetView(PasswordResetView):  # type: ignore[misc]
    """As allauth's, but a person whom strangers asked for is not told to wait.

    Past the limit no further mail leaves: the last one still works. The answer is the
    same for everybody.
    """

    def form_valid(self, form: Form) -> HttpResponse:
        email = form.cleaned_data["email"].lower()
        if ratelimit.consume(self.request, action="reset_password", key=email):
            form.save(self.request)  # type: ignore[attr-defined]
        return HttpResponseRedirect(self.get_success_url())


view = ResetView.as_view()
