"""What the acts of the day and after ask for."""

from procedures.domain.follow_up_schemas import ADVERSE_EVENT, RESPOND
from procedures.domain.product_schemas import HAND_OFF, INJECT, PROCESS, RELEASE
from procedures.domain.recovery_schemas import DISCHARGE
from procedures.domain.schema import ActSchema
from procedures.domain.stop_schemas import LIFT_STOP, NOT_DONE
from procedures.domain.visit_schemas import CHECK_IN, HARVEST, TIME_OUT

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
