"""The acts of the day and after: their handlers and corrections."""

from procedures.acts.adverse_event.handle import adverse_event
from procedures.acts.check_in.handle import check_in
from procedures.acts.discharge.handle import discharge
from procedures.acts.harvest.handle import harvest
from procedures.acts.inject.handle import inject
from procedures.acts.not_done.handle import not_done
from procedures.acts.process.handle import hand_off, process, release
from procedures.acts.respond.handle import respond
from procedures.acts.time_out.handle import time_out
from procedures.context import Context, Corrector, Handler
from procedures.corrections import day_corrections
from procedures.products import containers
from procedures.stop_records import lift_stop

HANDLERS: dict[str, Handler] = {
    "check_in": check_in,
    "time_out": time_out,
    "harvest": harvest,
    "hand_off": hand_off,
    "process": process,
    "release": release,
    "inject": inject,
    "not_done": not_done,
    "lift_stop": lift_stop,
    "discharge": discharge,
    "adverse_event": adverse_event,
    "respond": respond,
}
CORRECTIONS: dict[str, Corrector] = {
    "harvest": day_corrections.harvest,
    "processing": day_corrections.processing,
    "injection": day_corrections.injection,
    "vitals": day_corrections.vitals,
    "adverse_event": day_corrections.adverse_event,
}


def discard_products(context: Context) -> None:
    """Called by abort, under its locks: what was taken is discarded."""
    containers.discard_all(context)
