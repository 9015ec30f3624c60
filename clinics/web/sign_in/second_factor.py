"""Second step of sign-in: its forms and its place in the flow."""

from typing import Any

from allauth.core import context
from allauth.mfa.base import forms
from allauth.mfa.stages import AuthenticateStage
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from clinics.domain.attempt_limits import of_codes
from clinics.models import User
from clinics.services import wrong_attempts
from clinics.web import attempt_places
from clinics.web.sign_in import password_with_code


class Counted:
    """A form for a code whose wrong answers count where the request comes from."""

    user: User

    def clean_code(self) -> Any:
        account, request = self.user.email, context.request
        place = of_codes(attempt_places.place_of(request, account))
        if wrong_attempts.is_locked(account, place):
            raise ValidationError(
                "Too many wrong codes. Wait 15 minutes, or ask an administrator."
            )
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError:
            wrong_attempts.count(account, place)
            raise


class AuthenticateForm(Counted, forms.AuthenticateForm):  # type: ignore[misc]
    """Form of the code at sign-in, after the password."""


class ReauthenticateForm(Counted, forms.ReauthenticateForm):  # type: ignore[misc]
    """Form of the code once more, inside a session."""


class Stage(AuthenticateStage):  # type: ignore[misc]
    """The second step of sign-in, unless the code came together with the password."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if (
            user is not None
            and getattr(request, password_with_code.PROVED, None) == user.pk
        ):
            return False
        return bool(super()._should_handle(request))
