"""Every act's schema, by act, and every record's, by kind."""

from procedures.acts import day_schemas, early_schemas
from procedures.acts.check_in.schema import VITALS
from procedures.corrections.table import KINDS
from procedures.fields.schema import ActSchema

SCHEMAS: dict[str, ActSchema] = {**early_schemas.SCHEMAS, **day_schemas.SCHEMAS}


def of_record(kind: str) -> ActSchema:
    """The questions that a record of this kind answers: those of its act."""
    return VITALS if kind == "vitals" else SCHEMAS[KINDS[kind].made_by]
