"""Events tell, rules ask: other apps may refuse a visit here, whoever books it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from core.refusal import Reason
from scheduling.visit_types.selectors import VisitKind

if TYPE_CHECKING:
    from patients.models import Patient

Act = Literal["hold", "book", "move", "offer"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Question if the patient (None: not known yet) may come for a visit at a start.

    Asked with the patient's row locked. `subject` is opaque here ("episode:<id>").
    """

    act: Act
    visit_type: VisitKind
    patient: "Patient | None"
    start: datetime
    subject: str
    now: datetime

    @property
    def patient_id(self) -> UUID | None:
        return self.patient.pk if self.patient else None


Check = Callable[[Ask], Iterable[Reason]]
Resolve = Callable[[Ask], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule on whether a visit may be had.

    `check` objects with reasons. `decides`: it knows the decisions that marked types
    need. `resolve` names what a visit is for where its subject does not say, or not
    all of it; "" leaves the subject as it is.
    """

    check: Check
    decides: bool = False
    resolve: Resolve | None = None


_rules: list[Rule] = []

_NOBODY_DECIDES = Reason(
    "no-rule",
    "This visit needs a clinical decision, and nothing here can tell if there is one.",
    "Install the part of the system that keeps clinical decisions.",
)


_DECEASED = Reason(
    "patient-deceased",
    "The patient is recorded as deceased.",
    "Taken back on the patient's page, if that is a slip.",
)
_SILENT = Reason(
    "do-not-contact",
    "The patient wants no contact, so nothing is offered to them.",
    "Taken back on the patient's page, if that is a slip.",
)


def _departed(ask: Ask) -> tuple[Reason, ...]:
    """A deceased patient cannot come; who wants no contact may, but is not asked."""
    if ask.patient is None or not ask.patient.standing:
        return ()
    if ask.patient.is_deceased:
        return (_DECEASED,)
    return (_SILENT,) if ask.act == "offer" else ()


def register(
    check: Check, *, decides: bool = False, resolve: Resolve | None = None
) -> None:
    """Ask `check` before every hold, booking, move and accepted offer.

    Types that require a decision are refused until a rule that `decides` is here.
    """
    rule = Rule(check, decides, resolve)
    if rule not in _rules:
        _rules.append(rule)


def resolved(ask: Ask) -> Ask:
    """The ask with the subject a rule finds or completes; none is replaced."""
    found = (rule.resolve(ask) for rule in _rules if rule.resolve)
    completed = (one for one in found if one and one.startswith(ask.subject))
    return replace(ask, subject=next(completed, ask.subject))


def reasons_against(ask: Ask) -> tuple[Reason, ...]:
    """Everything that speaks against it; empty if it may be."""
    if departed := _departed(ask):
        return departed
    if ask.visit_type.requires_decision and not any(r.decides for r in _rules):
        return (_NOBODY_DECIDES,)
    return tuple(reason for rule in _rules for reason in rule.check(ask))
