"""One act under way: who, when, on what, and what its handler adds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from clinics.domain.presence import Proof
from core import journal
from core.actor import Actor
from core.refusal import Reason, Refused
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.fields.schema import ActSchema
from procedures.models import Episode


@dataclass(slots=True, kw_only=True)
class Context:
    """Input of a handler. The patient's row is locked, `data` is parsed, the guards
    have let it pass.

    `correctors` are what writes other values in place of a record, by its kind. A
    handler may set `steps` when the outcome decides the way (None: the act's own
    step if the table has one, () : stay), and add ids and codes to `payload`, which
    goes into the journal.
    """

    episode: Episode
    act: str
    schema: ActSchema
    data: Mapping[str, Any]
    facts: Facts
    by: Actor
    now: datetime
    occurred_at: datetime
    signature: Proof | None = None
    second_person: Proof | None = None
    late_reason: str = ""
    correctors: Mapping[str, "Corrector"] = field(default_factory=dict)
    refused: tuple[GuardReason, ...] = ()
    steps: tuple[str, ...] | None = None
    payload: dict[str, Any] = field(default_factory=dict)

    def record_fields(self) -> dict[str, Any]:
        """The columns every Record has."""
        return {
            "episode": self.episode,
            "occurred_at": self.occurred_at,
            "recorded_at": self.now,
            "recorded_by": str(self.by),
            "recorded_by_name": self.by.name,
        }

    def refuse(self, *reasons: GuardReason) -> Refused:
        """A refusal on record, for guards and handlers alike: return it.

        The reasons stay with the context: the door keeps a stop of each finding.
        """
        self.refused = reasons
        journal.record(
            "episode.act_refused",
            subject=f"episode:{self.episode.pk}",
            by=self.by,
            at=self.now,
            payload={
                "act": self.act,
                "codes": [reason.code for reason in reasons],
                "version": self.episode.version,
                **self.payload,
            },
        )
        return Refused(tuple(Reason(r.code, r.text, r.lifts) for r in reasons))


# Writes the act's rows, or says why not: a Refused commits with what was written.
Handler = Callable[[Context], Refused | None]
# Writes a whole new row in place of the record with that id; `values` are raw.
Corrector = Callable[[Context, str, Mapping[str, Any]], Refused | None]


def plain_answers(
    schema: ActSchema,
    table: type[Model],
    data: Mapping[str, Any],
    *,
    but: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the answers that `table` has a column of the same name for.

    A handler names in `but` what it does not keep as it was told.
    """
    columns = {f.name for f in table._meta.concrete_fields if not f.is_relation}
    kept = columns.difference(but)
    return {f.name: data[f.name] for f in schema.fields if f.name in kept}
