"""Guards of the acts of the day and after."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from procedures.acts.check_in import guards as check_in_guards
from procedures.acts.discharge import guards as discharge_guards
from procedures.acts.not_done import guards as not_done_guards
from procedures.acts.process import guards as product_guards
from procedures.acts.respond import guards as follow_up_guards
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards import shared, stops

Guard = Callable[[Facts, Mapping[str, Any] | None], Iterable[GuardReason]]

GUARDS: dict[str, Guard] = {
    "check_in": check_in_guards.check_in,
    "time_out": shared.time_out,
    "harvest": shared.harvest,
    "hand_off": product_guards.hand_off,
    "process": product_guards.process,
    "release": product_guards.release,
    "inject": product_guards.inject,
    "discharge": discharge_guards.discharge,
    "adverse_event": follow_up_guards.adverse_event,
    "respond": follow_up_guards.respond,
    "not_done": not_done_guards.not_done,
    "lift_stop": stops.lift_stop,
}
