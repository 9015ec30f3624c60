"""Things a clinic lacks before patients may rely on its messages and alarms."""

from typing import TYPE_CHECKING

from clinics import selectors as clinics
from notifications.channels import carried
from notifications.selectors.send_mode import held_back
from notifications.selectors.situations import channels_of

if TYPE_CHECKING:
    from clinics.models import Clinic


def missing(clinic: "Clinic") -> list[str]:
    """Return each thing that is missing, as a sentence for an administrator."""
    found = []
    if not clinic.phone:
        found.append('The clinic has no telephone: "call us now" names no number.')
    if not clinic.address.strip():
        found.append("The clinic has no address.")
    if not carried():
        found.append("No channel reaches anybody: neither texts nor mail are set up.")
    if mode := held_back():
        found.append(mode)
    on_call = clinics.on_call(clinic)
    if not on_call:
        found.append("The on-call list is empty: nobody is paged about a red flag.")
    elif not any(channels_of(user) for user in on_call):
        found.append("Nobody on the on-call list can be reached.")
    directors = clinics.directors(clinic)
    if not any(channels_of(user) for user in directors):
        found.append("No medical director can be reached when nobody on call answers.")
    return found
