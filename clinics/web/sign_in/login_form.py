"""Form of sign-in: e-mail and password, and a code where that is not enough."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.models import Login
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from clinics.web.sign_in import password_with_code
from clinics.web.sign_in.lockout import ASKS_BOTH, LOCKED
from clinics.web.views import PublicRequest, public_page

LOCKED_HERE = (
    "Too many wrong attempts from here. Enter your password together with a code:"
    " then you need not wait."
)
NOT_BOTH = (
    "The e-mail address, the password and the code do not belong together. A code works"
    " once; an authenticator app shows a new one every 30 seconds."
)


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """Allauth's form with a code. A password alone may be refused unread."""

    code = forms.CharField(
        label="Code",
        required=False,
        max_length=20,
        help_text="From your authenticator app, a recovery code, or one mailed to you.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )
    right: password_with_code.Code | None = None

    @property
    def asks_both(self) -> bool:
        """Return True if the page shows the field of the code."""
        return bool(
            getattr(self.request, ASKS_BOTH, False) or self.data.get("code", "").strip()
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if not self.errors and given.get("code"):
            return self._clean_both(given)
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            if not getattr(self.request, LOCKED, False):
                raise
            setattr(self.request, ASKS_BOTH, True)
            raise ValidationError(LOCKED_HERE) from None
        return cleaned

    def _clean_both(self, given: dict[str, Any]) -> dict[str, Any]:
        email = given["login"].lower()
        found = password_with_code.person(
            self.request, email=email, password=given["password"], code=given["code"]
        )
        if found is None:
            raise ValidationError(NOT_BOTH)
        self.user, self.right = found
        self._login = Login(user=self.user, email=email)  # what allauth's login() takes
        return given

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> Any:
        if self.right is not None:
            password_with_code.record(request, self.right)
        return super().login(request, redirect_url=redirect_url)


@sensitive_post_parameters()
@public_page
def mail_code(request: PublicRequest) -> HttpResponse:
    """Mail a code, and ask for both; the same answer for every address."""
    email = request.POST.get("login", "").replace("\0", "").strip().lower()[:254]
    if email:
        password_with_code.mail_code(request, email)
    setattr(request, ASKS_BOTH, True)
    form = LoginForm(initial={"login": email}, request=request)
    context = {"form": form, "is_mailed": bool(email)}
    return TemplateResponse(request, "account/login.html", context)
