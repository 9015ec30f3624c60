"""Calls that booking makes under a visit's locks, to subjects it does not know.

An event is published once the rows are written. What has to run before, as the order
of locks wants it (patient, freed openings, resources, entries), registers here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from core.actor import Actor
from scheduling.models import Appointment, AppointmentMove

Act = Literal["moved", "cancelled", "undone"]
# Called before the times of a visit change that gives them up: the visit, by which act,
# the move that is taken back, if one is, and now.
TimeGivenUp = Callable[[Appointment, Act, AppointmentMove | None, datetime], None]
# Called before the resources are locked for taking a move back; what it returns is
# called with (by, now) once the visit has its old time.
Completion = Callable[[Actor, datetime], None]
MoveTakenBack = Callable[[Appointment, AppointmentMove], Completion]

_time_given_up: list[TimeGivenUp] = []
_move_taken_back: list[MoveTakenBack] = []


def register(*, time_given_up: TimeGivenUp, move_taken_back: MoveTakenBack) -> None:
    """Have both called from now on; registering again changes nothing."""
    if time_given_up not in _time_given_up:
        _time_given_up.append(time_given_up)
        _move_taken_back.append(move_taken_back)


def give_up_time(
    appointment: Appointment,
    act: Act,
    now: datetime,
    undoes: AppointmentMove | None = None,
) -> None:
    """Tell that the visit gives up its time, under its locks and before it changes."""
    for call in _time_given_up:
        call(appointment, act, undoes, now)


def take_move_back(appointment: Appointment, move: AppointmentMove) -> Completion:
    """Lock what the move freed; the returned call settles it once the visit is back."""
    completions = [call(appointment, move) for call in _move_taken_back]

    def complete(by: Actor, now: datetime) -> None:
        for completion in completions:
            completion(by, now)

    return complete
