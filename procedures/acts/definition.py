"""One act in one place: what it asks, what stands against it, and what it does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procedures.context import Corrector, Handler
from procedures.corrections.table import KINDS, Kind
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.fields.schema import ActSchema
from procedures.guards.shared import Guard

Moments = Callable[[Facts], Iterable[datetime | None]]
Look = Callable[[Facts, Mapping[str, Any]], Iterable[GuardReason]]


def no_reasons(facts: Facts, data: Mapping[str, Any] | None) -> Iterable[GuardReason]:
    """Nothing stands against an act but its stage."""
    return ()


def no_moments(facts: Facts) -> Iterable[datetime | None]:
    """Nothing but the opening of the episode has to come before the act."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDefinition:
    """One act on an episode.

    `past` names its entry in the journal ("episode.<past>") and `told` says the same
    to staff. `correct` writes another row in place of the record it makes. `follows`
    yields the moments that the act cannot lie before. `in_passing` finds what ends
    the way in a form that is wrong otherwise. `witness_last` asks for the second
    person after the guards: nobody needs one to be told that an act is impossible.
    """

    schema: ActSchema
    past: str
    told: str
    handle: Handler
    guard: Guard = no_reasons
    correct: Corrector | None = None
    follows: Moments = no_moments
    in_passing: Look | None = None
    witness_last: bool = False

    @property
    def makes(self) -> tuple[Kind, ...]:
        """The kinds of record that the act writes."""
        return tuple(kind for kind in KINDS.values() if kind.made_by == self.schema.act)
