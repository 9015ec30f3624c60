"""View that asks for a new password: the same response for everybody."""

from allauth.account.adapter import get_adapter
from allauth.account.views import PasswordResetView
from allauth.core import ratelimit
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect

from clinics.services import password_reset
from core.db import unit_of_work


class ResetView(PasswordResetView):  # type: ignore[misc]
    """Allauth's view, but a person whom strangers asked for is not told to wait.

    Past the limit no further mail leaves: the last one still works. The answer is the
    same for everybody.
    """

    def form_valid(self, form: Form) -> HttpResponse:
        email = get_adapter().clean_email(form.cleaned_data["email"].lower())
        if ratelimit.consume(self.request, action="reset_password", key=email):
            unit_of_work(lambda: password_reset.ask(email))
        return HttpResponseRedirect(self.get_success_url())


view = ResetView.as_view()
