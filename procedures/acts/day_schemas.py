"""What the acts of the day and after ask for."""

from procedures.acts.check_in.schema import CHECK_IN, HARVEST, TIME_OUT
from procedures.acts.discharge.schema import DISCHARGE
from procedures.acts.lift_stop.schema import LIFT_STOP, NOT_DONE
from procedures.acts.process.schema import HAND_OFF, INJECT, PROCESS, RELEASE
from procedures.acts.respond.schema import ADVERSE_EVENT, RESPOND
from procedures.fields.schema import ActSchema

SCHEMAS: dict[str, ActSchema] = {
    schema.act: schema
    for schema in (
        CHECK_IN,
        TIME_OUT,
        HARVEST,
        HAND_OFF,
        PROCESS,
        RELEASE,
        INJECT,
        NOT_DONE,
        LIFT_STOP,
        DISCHARGE,
        ADVERSE_EVENT,
        RESPOND,
    )
}
