"""Adapter of allauth: e-mail and password, no self sign-up, no tell-tales."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest

from clinics.models import User
from clinics.services import users, wrong_attempts
from clinics.web import devices, senders
from core.clock import now as domain_now
from core.db import unit_of_work

SECOND_STEP = "clinics.web.sign_in.second_factor.Stage"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator and end when one is deactivated."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Return allauth's stages with our own second step."""
        own = {"allauth.mfa.stages.AuthenticateStage": SECOND_STEP}
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Treat a deactivated account like an unknown one.

        Allauth would tell its owner, and so anybody with the right password, the
        difference.
        """
        user = super().authenticate(request, **credentials)
        return user if isinstance(user, User) and user.is_active else None

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check a password, counted by the lock-out under the e-mail of sign-in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def set_password(self, user: User, password: str) -> None:
        unit_of_work(lambda: self._set_password(user, password))

    def _set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        # Whoever can read the mail is the person: guesses at the old password are void,
        # and this browser is theirs.
        wrong_attempts.forgive_everywhere(user.email)
        if context.request is not None:
            devices.note_sign_in(context.request, user.pk)
        session = getattr(context.request, "session", None)
        keep = session.session_key if session is not None else None
        users.record_password_change(
            user=user,
            by=users.actor_of(user),
            now=domain_now(),
            keep_session=keep or "",
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        return senders.address(request) or "unknown"
