"""The send mode as staff read it."""

from django.conf import settings

from notifications import channels


def held_back() -> str:
    """Return in a sentence that messages do not leave; "" if they do."""
    if not channels.holds_back():
        return ""
    if settings.SEND_MODE == channels.ALLOW_LIST:
        return (
            "Test mode: only listed addresses get messages; "
            "patients get none (SEND_MODE=allow-list)."
        )
    return "Test mode: messages reach nobody (SEND_MODE=sandbox)."
