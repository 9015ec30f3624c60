"""The walk: from the first call to the last answer of month 12, step by step."""

from demo.smoke import after, before, day, year
from demo.smoke.report import Report
from demo.smoke.walker import Walk


def walk(walker: Walk, report: Report) -> None:
    """Every step in order; raises StepFailed at the first that does not hold."""
    booked = before.until_booked(walker, report)
    day.procedure(walker, report, booked)
    year.first_day(walker, report, booked)
    after.messages_and_check_in(walker, report, booked)
    year.until_month_twelve(walker, report, booked)
