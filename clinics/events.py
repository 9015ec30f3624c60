"""Events of a clinic, published in the transaction that made them."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendarChanged(Event):
    """The clinic is closed on other public holidays than before ("US", or "")."""

    clinic_id: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetAsked(Event):
    """Somebody asked for a new password; None: of an address that is no user's."""

    user_id: int | None
