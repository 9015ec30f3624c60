"""Calls to patients, which nobody makes once they died or want no contact."""

# Tasks that say: telephone the patient. An urgent flag is a clinician's to close.
CALLS = (
    "call_patient",
    "follow-up-missed",
    "red-flag",
    "book_follow_up",
    "milestone_not_reached",
    "asks_other_time",
    "asks_this_time",
    "cannot_come",
    "asks_about_cancel",
)
NOT_URGENT = 3
OUTCOMES = {
    "deceased": "Not made: the patient has died.",
    "do_not_contact": "Not made: the patient wants no contact.",
}


def not_made(kind: str, tier: int | None, standing: str) -> str:
    """Say why a call is not made; "" if it is."""
    if kind not in CALLS or (tier is not None and tier < NOT_URGENT):
        return ""
    return OUTCOMES.get(standing, "")
