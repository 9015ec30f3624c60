"""Phases of the visit that an act of the day begins or ends.

By the names that shipped procedures give them; a type without such phases has
nothing to note. Times of a signed act are firm, those of a pause or a hand-off only
stand until the act they lead to is signed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduling.day.phase_rules import Noted

PREPARATION, ROOM = "Preparation", "Procedure room"
HARVEST, PROCESSING = "Harvest", "Processing"
INJECTION, RECOVERY = "Injection", "Recovery"


@dataclass(frozen=True, slots=True)
class Done:
    """An act as far as phases go. `last` is false while targets are still open."""

    act: str
    began: datetime
    ended: datetime
    last: bool = True


def noted(done: Done) -> tuple[Noted, ...]:
    """Return what the act says about the phases of its visit; empty if nothing."""
    return _NOTED[done.act](done) if done.act in _NOTED else ()


def _check_in(done: Done) -> tuple[Noted, ...]:
    return (Noted(PREPARATION, done.began),)


def _first_time_out(done: Done) -> tuple[Noted, ...]:
    return (
        Noted(PREPARATION, ended=done.began, firm=False),
        Noted(ROOM, done.began, firm=False),
        Noted(HARVEST, done.began, firm=False),
    )


def _harvest(done: Done) -> tuple[Noted, ...]:
    return (
        Noted(PREPARATION, ended=done.began, firm=False),
        Noted(ROOM, done.began, firm=False),
        Noted(HARVEST, done.began, done.ended),
    )


def _at_the_bench(done: Done) -> tuple[Noted, ...]:
    return (Noted(PROCESSING, done.began, firm=False),)


def _process(done: Done) -> tuple[Noted, ...]:
    return (Noted(PROCESSING, done.began, done.ended),)


def _second_time_out(done: Done) -> tuple[Noted, ...]:
    return (Noted(INJECTION, done.began, firm=False),)


def _inject(done: Done) -> tuple[Noted, ...]:
    if not done.last:
        return (Noted(INJECTION, done.began),)
    return (
        Noted(INJECTION, done.began, done.ended),
        Noted(ROOM, ended=done.ended),
        Noted(RECOVERY, done.ended),
    )


def _discharge(done: Done) -> tuple[Noted, ...]:
    return (Noted(RECOVERY, ended=done.ended),)


_NOTED: Mapping[str, Callable[[Done], tuple[Noted, ...]]] = {
    "check_in": _check_in,
    "time_out_1": _first_time_out,
    "harvest": _harvest,
    "hand_off_H2": _at_the_bench,
    "process": _process,
    "time_out_2": _second_time_out,
    "inject": _inject,
    "discharge": _discharge,
}
