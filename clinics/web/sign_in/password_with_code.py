"""Sign-in by password and code together, which no stranger can have made impossible.

Where a password alone is not tried any more, both at once are: the code of an
authenticator app, a recovery code, or one that we mail. The answer is the same unless
both are right, so that it tells nothing about either. Only an attempt of which one half
was right counts: whoever has neither half cannot use up what the person is allowed.
"""

import logging
import smtplib
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from clinics.domain.attempt_limits import HALF_RIGHT, NOT_LIMITED
from clinics.models import User
from clinics.services import wrong_attempts
from clinics.web import attempt_places
from core.clock import real_now

log = logging.getLogger(__name__)

MAILED_SALT = "clinics.mailed-code"
MAILED_DIGITS = 8
# A code is good in the quarter of an hour it was asked for in, and in the next.
MAILED_SECONDS = 15 * 60
# Set on a request whose code was right: the second step of sign-in is done.
PROVED = "second_factor_proved_user_id"


@dataclass(frozen=True, slots=True)
class Code:
    """A right code that is not used yet; `factor` is None for a mailed one."""

    user: User
    text: str
    factor: Authenticator | None

    def use(self) -> bool:
        """Use it up; False if it was used before."""
        if self.factor is None:
            used = f"mailed-code.used:{self.user.pk}:{self.text}"
            return bool(cache.add(used, "y", timeout=2 * MAILED_SECONDS))
        return bool(self.factor.wrap().validate_code(self.text))


def person(
    request: HttpRequest, *, email: str, password: str, code: str
) -> tuple[User, Code] | None:
    """The person both belong to, and the code, now used; None if anything is wrong."""
    setattr(request, attempt_places.PLACE, NOT_LIMITED)
    user = get_adapter(request).authenticate(request, email=email, password=password)
    right = _right_code(email, code)
    if user is None and right is None:
        return None
    if user is None or right is None or user.pk != right.user.pk:
        _count_half(email)
        return None
    # Said after both are looked at: an earlier answer would tell that one was right.
    if wrong_attempts.is_locked(email, HALF_RIGHT):
        return None
    if not right.use():
        _count_half(email)
        return None
    return user, right


def record(request: HttpRequest, right: Code) -> None:
    """Note the second factor with the sign-in; a mailed code is none."""
    if right.factor is not None:
        post_authentication(request, right.factor)
        setattr(request, PROVED, right.user.pk)


def mail_code(request: HttpRequest, email: str) -> None:
    """Mail a code to an account's own address; nothing tells whether there is one.

    Past the limit no further mail leaves, and the last one still works: the code
    stays the same, so that whoever else asks for it makes it no worse.
    """
    user = _active(email)
    allowed = ratelimit.consume(request, action="reset_password", key=f"code:{email}")
    if user is None or not allowed:
        return
    words: dict[str, Any] = {"code": _mailed(user, _window())}
    try:
        get_adapter(request).send_mail("account/email/sign_in_code", user.email, words)
    except (OSError, smtplib.SMTPException) as fault:
        log.exception("a sign-in code was not mailed", exc_info=fault)


def _count_half(email: str) -> None:
    # The same two statements as after a wrong password: the time tells nothing, either.
    wrong_attempts.count(email, HALF_RIGHT)
    wrong_attempts.is_locked(email, HALF_RIGHT)


def _right_code(email: str, text: str) -> Code | None:
    user, text = _active(email), text.replace(" ", "").strip()
    if user is None:
        return None
    for window in (_window(), _window() - 1):
        if constant_time_compare(_mailed(user, window), text):
            return Code(user, text, None)
    for factor in Authenticator.objects.filter(user=user):
        if _matches(factor, text):
            return Code(user, text, factor)
    return None


def _matches(factor: Authenticator, text: str) -> bool:
    """True for a right code, without using it up."""
    if factor.type == Authenticator.Type.TOTP:
        return bool(totp.validate_totp_code(decrypt(factor.data["secret"]), text))
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        unused = RecoveryCodes(factor).get_unused_codes()
        return any(compare_user_code(actual=text, expected=one) for one in unused)
    return False


def _active(email: str) -> User | None:
    return User.objects.filter(email=email, is_active=True).first()


def _window() -> int:
    return int(real_now().timestamp()) // MAILED_SECONDS


def _mailed(user: User, window: int) -> str:
    # With the password in it, a new one ends it.
    text = f"{user.pk}:{user.password}:{window}"
    digest = salted_hmac(MAILED_SALT, text, algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 10**MAILED_DIGITS:0{MAILED_DIGITS}}"
