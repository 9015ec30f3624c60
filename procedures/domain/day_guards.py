"""Guards of the acts of the day and after."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from procedures.domain import follow_up_guards, product_guards, visit_guards
from procedures.domain.facts import Facts
from procedures.domain.reason import GuardReason

Guard = Callable[[Facts, Mapping[str, Any] | None], Iterable[GuardReason]]

GUARDS: dict[str, Guard] = {
    "check_in": visit_guards.check_in,
    "time_out": visit_guards.time_out,
    "harvest": visit_guards.harvest,
    "hand_off": product_guards.hand_off,
    "process": product_guards.process,
    "release": product_guards.release,
    "inject": product_guards.inject,
    "discharge": visit_guards.discharge,
    "adverse_event": follow_up_guards.adverse_event,
    "respond": follow_up_guards.respond,
}
