"""The steps of a recovery in words, for staff and in the patient's language."""

from datetime import date
from typing import TYPE_CHECKING

from pages.kit.words import full_day, long_day
from pages.patient.texts import DAYS_ES, MONTHS_ES, TEXTS
from procedures.follow_up import milestones as rules

if TYPE_CHECKING:
    from procedures.follow_up.milestone_selectors import Step
    from procedures.models import MilestoneReport

HOW = {
    "link": "told by the patient",
    "telephone": "told on the telephone",
    "visit": "told at a visit",
}


def stands(step: "Step", today: date) -> tuple[str, str]:
    """Return how a step stands for staff, and its tone: "Not yet; told Oct 17 …"."""
    report, row = step.report, step.row
    late = today > row.window_to
    if report is None:
        if late:
            return f"Nothing told; expected by {full_day(row.window_to)}", "danger"
        return "Nothing told yet", "neutral"
    told = f"{HOW[report.how]} on {full_day(report.said_on)}"
    if step.is_reached and report.reached_on:
        return f"Reached by {full_day(report.reached_on)}; {told}", "success"
    word = "Not yet" if report.answer == rules.NOT_YET else "Not known"
    if late:
        return f"{word}; expected by {full_day(row.window_to)}; {told}", "danger"
    return f"{word}; {told}", "warning"


def told(report: "MilestoneReport") -> str:
    """Return one report as a line of a history."""
    answer = {
        rules.REACHED: f"Reached by {full_day(report.reached_on or report.said_on)}",
        rules.NOT_YET: "Not yet",
        rules.UNKNOWN: "Not known",
    }[report.answer]
    return f"{answer}, {HOW[report.how]} on {full_day(report.said_on)}"


def to_patient(step: "Step", language: str, today: date) -> dict[str, str]:
    """Return a step's name and how it stands, as the patient reads it."""
    words, report, row = TEXTS[language], step.report, step.row
    if report is None:
        text = words["steps_later" if today < row.window_from else "steps_waiting"]
    else:
        day = _day(report.reached_on or report.said_on, language)
        text = words[f"steps_{report.answer}"].format(day=day)
    first, last = _day(row.window_from, language), _day(row.window_to, language)
    return {
        "name": step.words.name[language],
        "text": text,
        "expected": words["steps_expected"].format(first=first, last=last),
    }


def _day(day: date, language: str) -> str:
    if language == "en":
        return long_day(day)
    name = f"{DAYS_ES[day.weekday()]} {day.day} de {MONTHS_ES[day.month - 1]}"
    return f"{name} de {day.year}"
