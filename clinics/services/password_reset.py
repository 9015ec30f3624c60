"""New passwords: the wish for one becomes an event, the mail leaves later.

Nothing is looked up but the user, and nothing is sent here: whether the address is
known cannot be told from how long it takes, and mail that is down loses nobody's wish.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from clinics.events import PasswordResetAsked
from clinics.models import User
from core import clock, events


def ask(email: str) -> None:
    """Say that a new password was asked for, of a user or of nobody we know."""
    found = User.objects.filter(email=email, is_active=True)
    user_id = found.values_list("pk", flat=True).first()
    told = PasswordResetAsked(user_id=user_id, occurred_at=clock.now())
    events.publish(told)


def path_of(user: User) -> str:
    """Return the path that sets a new password, with a key made now; never kept."""
    key = default_token_generator.make_token(user)
    names = {"uidb36": user_pk_to_url_str(user), "key": key}
    return reverse("account_reset_password_from_key", kwargs=names)
