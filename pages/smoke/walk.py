"""The walk: from the first call to the answered check-in, step by step."""

from pages.smoke import after, before, day
from pages.smoke.report import Report
from pages.smoke.walker import Walk


def walk(walker: Walk, report: Report) -> None:
    """Every step in order; raises StepFailed at the first that does not hold."""
    booked = before.until_booked(walker, report)
    day.procedure(walker, report, booked)
    after.messages_and_check_in(walker, report, booked)
