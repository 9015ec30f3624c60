"""Guards of the acts of the day and after."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from procedures.domain import (
    check_in_guards,
    discharge_guards,
    follow_up_guards,
    not_done_guards,
    product_guards,
    stop_guards,
    visit_guards,
)
from procedures.domain.facts import Facts
from procedures.domain.reason import GuardReason

Guard = Callable[[Facts, Mapping[str, Any] | None], Iterable[GuardReason]]

GUARDS: dict[str, Guard] = {
    "check_in": check_in_guards.check_in,
    "time_out": visit_guards.time_out,
    "harvest": visit_guards.harvest,
    "hand_off": product_guards.hand_off,
    "process": product_guards.process,
    "release": product_guards.release,
    "inject": product_guards.inject,
    "discharge": discharge_guards.discharge,
    "adverse_event": follow_up_guards.adverse_event,
    "respond": follow_up_guards.respond,
    "not_done": not_done_guards.not_done,
    "lift_stop": stop_guards.lift_stop,
}
