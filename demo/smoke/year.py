"""The year after: each follow-up invited to, answered by link or booked by link."""

from datetime import datetime, timedelta

from demo.smoke.after import MOST_QUESTIONS, open_link, question_form, received
from demo.smoke.before import Booked
from demo.smoke.forms import HtmlForm
from demo.smoke.report import Report
from demo.smoke.walker import Walk

VISITS = ("D14", "W6", "M3", "M6", "M12")
CALM = ("2", "mild", "yes", "reached")


def first_day(walk: Walk, report: Report, booked: Booked) -> None:
    """The day after the procedure, by link."""
    answer_calmly(walk, report, booked, "D1")


def until_month_twelve(walk: Walk, report: Report, booked: Booked) -> None:
    """Day 7 by link, then every visit booked by its link and answered at it."""
    answer_calmly(walk, report, booked, "D7")
    for code in VISITS:
        visit_booked_by_link(walk, report, booked, code)


def answer_calmly(walk: Walk, report: Report, booked: Booked, code: str) -> None:
    """Answer the questions of that check-in, nothing alarming among the answers."""
    kind = f"check_in_{code.lower()}"
    item = received(walk, report, booked.patient["id"], kind)
    browser, page = open_link(report, item.body)
    page = browser.open(page.link("/check-in/1/"))
    asked = 0
    while (form := question_form(page)) and "/done/" not in page.url:
        page = browser.send(page, form, **calm_answers(form))
        asked += 1
        report.check(f"{code} goes on", asked <= MOST_QUESTIONS, page.text)
    state = follow_up(walk, booked, code)["state"]
    report.check(f"{code} is answered by link", state == "answered", page.text)


def calm_answers(form: HtmlForm) -> dict[str, str | list[str]]:
    """Mild answers; no warning sign."""
    if "answer" not in form.names:
        return {}
    options = form.options.get("answer")
    if options is None:
        return {"answer": "98.4"}
    chosen = next((one for one in CALM if one in options), "")
    return {"answer": chosen} if chosen else {}


def visit_booked_by_link(walk: Walk, report: Report, booked: Booked, code: str) -> None:
    """Told that it is time to book, the patient presses a real opening and comes."""
    item = received(walk, report, booked.patient["id"], "time_to_book")
    browser, page = open_link(report, item.body)
    form = next(form for form in page.forms if "start" in form.buttons)
    start = form.buttons["start"][0]
    page = browser.send(page, form, start=start)
    report.check(f"{code} is booked by link", "is booked" in page.text, page.text)
    at = datetime.fromisoformat(start)
    walk.set_clock(at + timedelta(minutes=30))
    answers = {"follow_up": code, "nrs": 2}
    reply = walk.act(booked.episode, "respond", "nurse", answers)
    report.expect(f"the nurse writes down the answers of {code}", reply, 200)
    state = follow_up(walk, booked, code)["state"]
    report.check(f"{code} is answered at its visit", state == "answered", state)


def follow_up(walk: Walk, booked: Booked, code: str) -> dict[str, object]:
    seen = walk.staff["nurse"].get(f"episodes/{booked.episode}/")
    found: dict[str, object] = next(f for f in seen["follow_ups"] if f["code"] == code)
    return found
