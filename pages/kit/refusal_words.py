"""Reasons of a refused act: the codes the journal keeps, in the words of a page.

The journal keeps codes, because a reason in words may name a finding. A rule's own
code ("INF-01") stays as it is: people know rules by it. A test collects the codes the
code can write and asks for words for each.
"""

import re
from collections.abc import Mapping
from typing import Any

from pages.kit.words import sentence

# Of visits, holds and the waiting list.
VISITS = {
    "another-day": "it was noted on another day",
    "begun": "the phase has begun already",
    "death-not-recorded": "the patient is not recorded as deceased",
    "do-not-contact": "the patient wants no contact",
    "ended": "the phase has ended already",
    "hold-limit": "the hold is as long as it may be",
    "hold-longer": "the hold would end sooner than it does",
    "hold-offered": "the held time is offered to a patient",
    "hold-over": "the hold has ended",
    "hold-start": "the hold would outlast its own start",
    "message-gone": "the message had left",
    "no-contact": "nothing is sent to this patient",
    "opted-out": "the number wants no more texts",
    "switched-off": "the clinic has not switched it on",
    "no-rule": "nothing decides about this kind of visit",
    "not-begun": "the phase has not begun",
    "not-yet": "it is too early",
    "sending-elsewhere": "the database belongs to another installation",
    "nothing-to-undo": "there is nothing to take back",
    "patient-busy": "the patient has another visit then",
    "patient-deceased": "the patient is recorded as deceased",
    "slot-taken": "the time is taken",
    "status": "the visit's state does not allow it",
    "too-late": "it is too late",
    "too-many-holds": "the patient has too many holds",
}
BOOKING = {
    "already-booked": "it is booked already",
    "approval-expired": "the approval has expired",
    "contact-booked": "the contact is booked already",
    "contact-of-follow-ups": "a contact belongs to a follow-up visit",
    "contact-remote": "the contact is by phone or link",
    "contact-unknown": "there is no such contact",
    "contact-window": "the day is outside the contact's window",
    "contact-without-procedure": "no procedure is booked to count from",
    "episode-unknown": "there is no such episode",
    "not-approved": "the procedure is not approved",
    "several-episodes": "the patient has several episodes",
    "stage": "the episode's stage does not allow it",
}
BEFORE_THE_DAY = {
    "baseline-missing": "baseline scores are missing",
    "consent-by-signature": "consent is given by signing it",
    "consent-missing": "consent is missing",
    "consent-not-waived": "consent cannot be waived",
    "evaluation-missing": "an evaluation is missing",
    "evaluation-older": "the evaluation is older than what was found since",
    "finding-stands": "what was found is still there",
    "forbidden": "it is not this role's",
    "hard-rule": "a hard rule stands against it",
    "laterality": "the sides do not agree",
    "override-exists": "the rule is set aside already",
    "reason-missing": "a reason is missing",
    "rule-not-fired": "the rule does not apply",
    "rule-unknown": "there is no such rule",
    "rules-missing": "rules have not been looked at",
}
PEOPLE = {
    "correction-physician": "a physician has to be one of the two",
    "correction-second-person": "a second person is needed to put it right",
    "physician-missing": "a physician is missing",
    "physician-note-missing": "the physician's note is missing",
    "proceduralist": "the proceduralist of the consent must do it",
    "second-person": "a second person is needed",
    "second-person-missing": "a second person is missing",
    "second-person-role": "the second person is not of the treating team",
    "second-person-same": "the second person is the same as the first",
    "verifier-is-operator": "the verifier is the operator",
}
ON_THE_DAY = {
    "allergy-precautions": "the precautions for an allergy are not confirmed",
    "anaesthetic-too-much": "too much local anaesthetic",
    "aspirate-too-little": "too little was drawn",
    "aspirate-too-much": "too much was drawn",
    "conditions-unanswered": "the conditions of the approval are not answered",
    "conditions-unmet": "the conditions of the approval are not met",
    "consent-expired": "the consent has expired",
    "contradiction-unanswered": "the contradiction is not explained",
    "consent-scope": "the consent does not cover it",
    "discharge-no": "a discharge check says no",
    "driver-missing": "nobody drives the patient home",
    "escort-missing": "nobody goes home with the patient",
    "hand-off-done": "the hand-off is scanned already",
    "harvest-too-long": "the harvest took too long",
    "in-the-future": "it lies in the future",
    "last-dose-missing": "the time of a last dose is missing",
    "mark-missing": "the site is not marked",
    "no-stop": "no stop stands",
    "not-fasting": "the patient has not fasted",
    "form-incomplete": "the rest of the form was not complete",
    "not-today": "it is not the day of the visit",
    "pregnancy-test-old": "the pregnancy test is not of the day",
    "pregnancy-test-missing": "a pregnancy test is missing",
    "processing-too-long": "the processing took too long",
    "spin-too-long": "the spin does not fit between the times",
    "recovery-score": "the recovery score is too low",
    "stands-on-it": "a later record stands on it",
    "stay-too-short": "the stay was too short",
    "stop-open": "a stop stands",
    "stop-unknown": "there is no such stop",
    "supply-expired": "a supply has expired",
    "time-order": "the times are not in order",
    "time-out-expired": "the time-out is too old",
    "time-out-missing": "a time-out is missing",
    "time-out-no": "a time-out question says no",
    "vitals-missing": "the vital signs of the check-in are missing",
    "vitals-implausible": "a vital sign is not plausible",
    "vitals.fever": "fever",
    "vitals.heart_rate": "heart rate",
    "vitals.pressure_high": "high blood pressure",
    "vitals.pressure_low": "low blood pressure",
    "vitals.spo2": "oxygen saturation",
    "volume-open": "a volume is not accounted for",
}
PRODUCTS = {
    "centrifuge-busy": "the centrifuge is in use",
    "centrifuge-unknown": "there is no such centrifuge",
    "hand-off-missing": "a hand-over is missing",
    "hand-off-order": "the hand-overs are not in order",
    "kit-expired": "the kit has expired",
    "kit-lot-used": "a kit without serial of this lot was used",
    "kit-unreadable": "the kit's barcode cannot be read",
    "kit-unused-alone": "two people say that the kit was not opened",
    "kit-used": "the kit has been used before",
    "label-missing": "a label is missing",
    "label-unchecked": "a label has not been checked",
    "no-incident": "there is no scan incident to resolve",
    "nothing-left": "no target is left to be treated",
    "not-processed": "the product is not processed",
    "not-released": "the product is not released",
    "patient-mismatch": "the wristband is another patient's",
    "product-expired": "the product has expired",
    "product-mismatch": "the product is another one",
    "product-other-day": "the product is of another day",
    "product-unreadable": "the product's code cannot be read",
    "record-refused": "the database refused the record",
    "regulatory-hold": "the product is held",
    "resolution-missing": "the incident is not resolved",
    "scan-exchanged": "two scans are in each other's field",
    "scan-incident": "a scan incident is open",
    "scan-missing": "a scan is missing",
    "scan-unreadable": "a scan cannot be read",
    "target-injected": "the target has been injected already",
    "target-not-done": "the target was left out",
    "target-unknown": "there is no such target",
    "volume-exceeded": "more volume than there is",
    "volume-input": "the volumes put in do not add up",
    "volume-output": "the volumes taken out do not add up",
}
FOLLOW_UP = {
    "follow-up-answered": "the contact has been answered",
    "nothing-answered": "nothing was answered",
    "follow-up-early": "the contact's window is not open yet",
    "follow-up-unknown": "there is no such contact",
    "follow-ups-open": "contacts are still open",
    "grade-not-allowed": "the term does not have this grade",
}
CODES = VISITS | BOOKING | BEFORE_THE_DAY | PEOPLE | ON_THE_DAY | PRODUCTS | FOLLOW_UP
RULE = re.compile(r"[A-Z]+(-[A-Z]+)*-\d+[a-z]?(-[A-Z]+)*( v\d+)?")


def code(text: str) -> str:
    """A reason's code in words; a rule's stays, another reads as well as it can."""
    if is_rule(text):
        return text
    return CODES.get(text, sentence(text.replace(".", " ")).lower())


def is_rule(text: str) -> bool:
    """True for a rule's own code, such as "INF-01"."""
    return RULE.fullmatch(text) is not None


def codes(value: Any) -> list[str]:
    """The codes of a payload's value: a list, or one text with commas (as before)."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    return []


def why(payload: Mapping[str, Any]) -> str:
    """The reasons of a refused act by its journal entry; "" of any other entry."""
    found = [
        one for key in ("reasons", "codes", "rules") for one in codes(payload.get(key))
    ]
    return ", ".join(dict.fromkeys(code(one) for one in found))
