"""The phases of the visit as the run sheet has them, for the day's projection.

They are noted by what listens to an act, so that nothing about them can refuse it.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min

from core import events
from core.actor import job
from procedures.context import Context
from procedures.events import DayActDone
from procedures.models import Episode, Harvest, Injection, Processing
from procedures.records import current_rows
from procedures.visits.phases import Done, noted
from procedures.visits.selectors import procedure_visit
from scheduling.day import phase_records

CORRECTED = {"harvest": "harvest", "processing": "process", "injection": "inject"}
TELLS = frozenset(
    {
        "check_in",
        "time_out_1",
        "time_out_2",
        "harvest",
        "hand_off_H2",
        "process",
        "inject",
        "discharge",
    }
)


def tell(context: Context) -> None:
    """Publish an act that begins or ends phases; the others say nothing."""
    act = _code(context)
    if act in TELLS:
        events.publish(
            DayActDone(
                occurred_at=context.now,
                episode_id=context.episode.pk,
                patient_id=context.episode.patient_id,
                act=act,
                at=context.occurred_at,
            )
        )


def _code(context: Context) -> str:
    match context.act:
        case "time_out":
            return "time_out_1" if context.facts.stage == "checked_in" else "time_out_2"
        case "hand_off":
            return f"hand_off_{context.data['kind']}"
        case "correct":
            return CORRECTED.get(context.data["record"], "")
        case "not_done":
            # The last one open may be left out: the injections are over then.
            return "inject" if context.facts.day.injected else ""
    return context.act


def note(*, episode_id: UUID, act: str, at: datetime, now: datetime) -> None:
    """Write down what the act says about the phases of the episode's visit."""
    episode = Episode.objects.get(pk=episode_id)
    visit = procedure_visit(episode)
    if visit is None:
        return
    phase_records.note(
        appointment_id=visit.appointment_id,
        noted=noted(_done(episode, act, at)),
        by=job("run_sheet", clinic_id=episode.clinic_id),
        now=now,
    )


def _done(episode: Episode, act: str, at: datetime) -> Done:
    match act:
        case "harvest":
            return _signed(episode, Harvest, act)
        case "process":
            return _signed(episode, Processing, act)
        case "inject":
            return _injections(episode)
    return Done(act, at, at)


def _signed(
    episode: Episode, model: type[Harvest] | type[Processing], act: str
) -> Done:
    row = model.objects.get(episode=episode, superseded_at=None)
    return Done(act, row.start_at, row.end_at)


def _injections(episode: Episode) -> Done:
    rows = current_rows(Injection.objects).filter(episode=episode)
    given = rows.aggregate(
        began=Min("start_at"),
        ended=Max("end_at"),
        targets=Count("target", distinct=True),
    )
    left_out = current_rows(episode.notdones).count()
    last = given["targets"] + left_out == episode.targets.count()
    return Done("inject", given["began"], given["ended"], last)
