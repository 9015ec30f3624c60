"""Messages through the worker, the check-in by link, and the page to who is on call."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from demo.smoke.before import Booked
from demo.smoke.forms import Browser, HtmlForm, HtmlPage
from demo.smoke.report import Report
from demo.smoke.walker import Walk
from notifications import selectors
from notifications.services import doorbell

if TYPE_CHECKING:
    from notifications.models import MailboxItem

GONE = {"accepted", "delivered"}
LINK = re.compile(r"https?://\S+/v/\S+?/(?=\s|$|\.)")
MOST_QUESTIONS = 20


def messages_of(walk: Walk, patient: str, kind: str) -> list[dict[str, Any]]:
    coordinator = walk.staff["coordinator"]
    rows = coordinator.get("messages/", patient=patient, limit=200)["results"]
    return [row for row in rows if row["kind"] == kind]


def day_before(walk: Walk, report: Report, booked: Booked) -> None:
    """The reminder leaves when it is due; the cancelled visit's never does."""
    patient = booked.patient["id"]
    [reminder] = messages_of(walk, patient, "day_before")
    due = datetime.fromisoformat(reminder["next_at"])
    walk.set_clock(due + timedelta(minutes=1))
    sent = walk.wait_for(
        lambda: messages_of(walk, patient, "day_before")[0]["state"] in GONE
    )
    report.check("the worker has sent the due reminder", sent, reminder)
    found = [item for item in mailbox(walk) if str(item.message_ref) == reminder["id"]]
    report.check("it is in the mailbox, once", len(found) == 1, found)
    called_off = booked.called_off["id"]
    states = {m["state"] for m in messages_of(walk, called_off, "day_before")}
    cancelled = states == {"cancelled"}
    report.check("the cancelled visit's reminder is not", cancelled, states)


def mailbox(walk: Walk) -> "list[MailboxItem]":
    return list(selectors.mailbox(walk.world.clinic.pk))


def messages_and_check_in(walk: Walk, report: Report, booked: Booked) -> None:
    patient = booked.patient["id"]
    item = received(walk, report, patient, "check_in_d3")
    earlier = len(pages_sent(walk))
    answer_with_a_red_flag(walk, report, item.body)
    seen = walk.staff["nurse"].get(f"episodes/{booked.episode}/")
    [d3] = [f for f in seen["follow_ups"] if f["code"] == "D3"]
    report.check("the D3 check-in is answered", d3["state"] == "answered", d3)
    paged = walk.wait_for(lambda: len(pages_sent(walk)) > earlier)
    report.check("the on-call person is paged", paged, "no page in the mailbox")


def received(walk: Walk, report: Report, patient: str, kind: str) -> "MailboxItem":
    """Return what the patient reads when the next message of that kind is due."""
    waiting = [m for m in messages_of(walk, patient, kind) if m["state"] not in GONE]
    report.check(f"a message waits: {kind}", waiting, messages_of(walk, patient, kind))
    message = min(waiting, key=lambda one: str(one["next_at"]))
    walk.set_clock(datetime.fromisoformat(message["next_at"]) + timedelta(minutes=1))
    doorbell.ring()
    arrived = walk.wait_for(
        lambda: [i for i in mailbox(walk) if str(i.message_ref) == message["id"]]
    )
    report.check(f"it has arrived when it was due: {kind}", arrived, message)
    found: MailboxItem = arrived[0]
    return found


def pages_sent(walk: Walk) -> "list[MailboxItem]":
    on_call = walk.world.members["clinician"].user_id
    return [item for item in mailbox(walk) if item.user_id == on_call]


def open_link(report: Report, text: str) -> tuple[Browser, HtmlPage]:
    """The page behind the text's link, opened with the birth date."""
    found = LINK.search(text + " ")
    report.check("the text holds a link", found, text)
    assert found is not None
    browser = Browser()
    page = browser.open(found.group(0))
    report.check("opening it shows no name", "Nadia" not in page.text, page.text)
    page = prove_birth_date(browser, page)
    report.check("the birth date opens it", page.status == 200, page.text)
    return browser, page


def answer_with_a_red_flag(walk: Walk, report: Report, text: str) -> None:
    browser, page = open_link(report, text)
    page = browser.open(page.link("/check-in/1/"))
    asked = 0
    while (form := question_form(page)) and asked < MOST_QUESTIONS:
        page = browser.send(page, form, **worst_answers(form))
        asked += 1
    report.check("one question per page is asked and sent", asked > 3, page.text)
    report.check("the page says to call now", "Call us now" in page.text, page.text)


def prove_birth_date(browser: Browser, page: HtmlPage) -> HtmlPage:
    form = page.form("birth_month", "birth_day", "birth_year")
    return browser.send(page, form, birth_month="5", birth_day="6", birth_year="1964")


def question_form(page: HtmlPage) -> HtmlForm | None:
    """The form that asks on, or confirms the answers; None when there is none."""
    asking = [f for f in page.forms if f.method == "post" and "language" not in f.names]
    return asking[-1] if asking else None


def worst_answers(form: HtmlForm) -> dict[str, str | list[str]]:
    """A fever, a swollen joint, no weight: what must page somebody."""
    answers: dict[str, str | list[str]] = {}
    for name in form.names:
        if name in form.options:
            answers[name] = _worst(form.options[name])
        elif "temperature" in name or name == "answer":
            answers[name] = "101.1"
    return answers


def _worst(options: list[str]) -> str:
    for wanted in ("severe", "false", "no"):
        if wanted in options:
            return wanted
    return options[-1]
