"""The code of an authenticator app, for those who have set one up.

A code is worth one proof in all processes together: that it was used is kept in the
shared cache, whose `add` succeeds once.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from clinics.models import User


def proves(user: User, code: str | None) -> bool:
    """True if the user has no second factor, or `code` is its current one.

    A code is worth one proof: the same again is refused.
    """
    authenticator = Authenticator.objects.filter(
        user=user, type=Authenticator.Type.TOTP
    ).first()
    if authenticator is None:
        return True
    return bool(code) and bool(TOTP(authenticator).validate_code(code))
