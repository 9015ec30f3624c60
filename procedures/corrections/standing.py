"""Reads what stands on a record, and what was written with it.

What stands on a record has to be taken back first: the later before the earlier.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from procedures.corrections.table import KINDS
from procedures.models import Episode, Record
from procedures.models.decision import APPROVING
from procedures.records import current_rows
from procedures.visits.selectors import procedure_visit

Rows = QuerySet[Any]
BENCH_KINDS = ("H1", "H2", "H3")
CONCENTRATE_KINDS = ("H4", "H5")


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that stands on a record; `record` is None for a booked visit."""

    label: str
    record: Record | None = None


def on(kind: str, row: Any) -> list[Standing]:
    """Everything current that stands on this record, the latest first."""
    found = [
        Standing(KINDS[code].label, one)
        for code, rows in _STANDS.get(kind, _nothing)(row.episode, row)
        for one in current_rows(rows)
    ]
    found.sort(key=lambda s: s.record.occurred_at if s.record else 0, reverse=True)
    if kind == "decision" and procedure_visit(row.episode) is not None:
        found.append(Standing("The booked procedure"))
    return found


def with_it(kind: str, row: Any) -> list[tuple[str, Record]]:
    """(kind, row) of the current records that belong to this one."""
    episode = row.episode
    groups = _BELONGS.get(kind, _nothing)(episode, row)
    return [(code, one) for code, rows in groups for one in current_rows(rows)]


Pairs = Iterator[tuple[str, Rows]]
Look = Callable[[Episode, Any], Pairs]


def _nothing(episode: Episode, row: Any) -> Pairs:
    yield from ()


def _evaluation(episode: Episode, row: Any) -> Pairs:
    # Whatever was decided is judged by the current evaluation, not only by its own.
    yield "decision", episode.decisions.all()
    yield "override", episode.overrides.all()


def _decision(episode: Episode, row: Any) -> Pairs:
    yield "check_in", episode.checkins.all()


def _override(episode: Episode, row: Any) -> Pairs:
    if row.valid_on is None:
        rows = episode.decisions.filter(
            evaluation=row.evaluation, outcome__in=APPROVING
        )
        yield "decision", rows.filter(rules__rule__code=row.rule.code).distinct()
    else:
        yield "check_in", episode.checkins.all()
        yield "harvest", episode.harvests.all()


def _consent(episode: Episode, row: Any) -> Pairs:
    if row.consent_type == "procedure":
        yield "mark", episode.sitemarks.all()
        yield "time_out", episode.timeouts.all()
    if row.consent_type != "evidence_and_fda_status":
        yield "harvest", episode.harvests.all()
        yield "injection", episode.injections.all()


def _check_in(episode: Episode, row: Any) -> Pairs:
    yield "not_done", episode.notdones.all()
    yield "mark", episode.sitemarks.all()
    yield "time_out", episode.timeouts.all()
    yield "harvest", episode.harvests.all()


def _vitals(episode: Episode, row: Any) -> Pairs:
    if row.purpose == "recovery":
        yield "discharge", episode.discharges.all()
    else:
        yield "time_out", episode.timeouts.filter(number=1)
        yield "harvest", episode.harvests.all()


def _mark(episode: Episode, row: Any) -> Pairs:
    yield "time_out", episode.timeouts.filter(number=1)


def _time_out(episode: Episode, row: Any) -> Pairs:
    yield "harvest", episode.harvests.filter(time_out=row)
    yield "injection", episode.injections.filter(time_out=row)


def _harvest(episode: Episode, row: Any) -> Pairs:
    yield "hand_off", episode.handoffs.filter(kind__in=BENCH_KINDS)
    yield "processing", episode.processings.all()
    yield "disposition", episode.dispositions.filter(product__kind="A")


def _hand_off(episode: Episode, row: Any) -> Pairs:
    if row.kind == "H1":
        yield "hand_off", episode.handoffs.filter(kind="H2")
    if row.kind in BENCH_KINDS:
        yield "processing", episode.processings.all()
    elif row.kind in CONCENTRATE_KINDS:
        yield "release", episode.releases.all()
    else:
        yield "injection", episode.injections.all()


def _kit_use(episode: Episode, row: Any) -> Pairs:
    yield "processing", episode.processings.filter(kit=row)


def _processing(episode: Episode, row: Any) -> Pairs:
    yield "hand_off", episode.handoffs.filter(kind__in=CONCENTRATE_KINDS)
    yield "release", episode.releases.all()
    given = episode.dispositions.filter(product__kind="C")
    yield "disposition", given.exclude(kind="qc_retained")


def _release(episode: Episode, row: Any) -> Pairs:
    yield (
        "hand_off",
        episode.handoffs.exclude(kind__in=(*BENCH_KINDS, *CONCENTRATE_KINDS)),
    )
    yield "time_out", episode.timeouts.filter(number=2)
    yield "injection", episode.injections.all()


def _injection(episode: Episode, row: Any) -> Pairs:
    yield "discharge", episode.discharges.all()


def _not_done(episode: Episode, row: Any) -> Pairs:
    yield "discharge", episode.discharges.all()
    # Without it the target would want a mark, which is made before time-out 1.
    if not current_rows(episode.sitemarks).filter(target_id=row.target_id).exists():
        yield "time_out", episode.timeouts.filter(number=1)


def _discharge(episode: Episode, row: Any) -> Pairs:
    yield "response", episode.responses.all()


def _instrument_response(episode: Episode, row: Any) -> Pairs:
    if row.occasion == "baseline":
        yield "decision", episode.decisions.all()


_STANDS: Mapping[str, Look] = {
    "evaluation": _evaluation,
    "decision": _decision,
    "override": _override,
    "consent": _consent,
    "check_in": _check_in,
    "vitals": _vitals,
    "mark": _mark,
    "time_out": _time_out,
    "harvest": _harvest,
    "hand_off": _hand_off,
    "kit_use": _kit_use,
    "processing": _processing,
    "release": _release,
    "injection": _injection,
    "not_done": _not_done,
    "disposition": _injection,
    "discharge": _discharge,
    "instrument_response": _instrument_response,
}


def _of_evaluation(episode: Episode, row: Any) -> Pairs:
    yield "instrument_response", episode.instrumentresponses.filter(occasion="baseline")


def _of_check_in(episode: Episode, row: Any) -> Pairs:
    yield "vitals", episode.vitalssets.filter(purpose="check_in")


def _of_time_out(episode: Episode, row: Any) -> Pairs:
    scans = episode.handoffs.filter(kind="H6", occurred_at=row.occurred_at)
    yield "hand_off", scans if row.number == 2 else scans.none()


def _of_processing(episode: Episode, row: Any) -> Pairs:
    yield "disposition", episode.dispositions.filter(kind="qc_retained")


def _of_injection(episode: Episode, row: Any) -> Pairs:
    yield "hand_off", episode.handoffs.filter(kind="H7", occurred_at=row.occurred_at)


def _of_discharge(episode: Episode, row: Any) -> Pairs:
    yield "vitals", episode.vitalssets.filter(purpose="recovery")
    discarded = episode.dispositions.filter(kind="discarded", product__kind="C")
    yield "disposition", discarded


def _of_response(episode: Episode, row: Any) -> Pairs:
    yield "instrument_response", row.follow_up.instrument_responses.all()


_BELONGS: Mapping[str, Look] = {
    "evaluation": _of_evaluation,
    "check_in": _of_check_in,
    "time_out": _of_time_out,
    "processing": _of_processing,
    "injection": _of_injection,
    "discharge": _of_discharge,
    "response": _of_response,
}
KINDS_STOOD_ON = frozenset(_STANDS)
KINDS_WITH_COMPANY = frozenset(_BELONGS)
