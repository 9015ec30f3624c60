"""The acts of the day and after: their handlers and corrections."""

from procedures.services import day_corrections, products
from procedures.services.adverse_events import adverse_event
from procedures.services.answers import respond
from procedures.services.check_in import check_in
from procedures.services.context import Context, Corrector, Handler
from procedures.services.discharges import discharge
from procedures.services.harvests import harvest
from procedures.services.injections import inject
from procedures.services.not_done import not_done
from procedures.services.processing import hand_off, process, release
from procedures.services.stops import lift_stop
from procedures.services.time_outs import time_out

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
    products.discard_all(context)
