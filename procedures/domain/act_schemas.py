"""Every act's schema, by act, and every record's, by kind."""

from procedures.domain import day_schemas, early_schemas
from procedures.domain.correction_table import KINDS
from procedures.domain.schema import ActSchema
from procedures.domain.visit_schemas import VITALS

SCHEMAS: dict[str, ActSchema] = {**early_schemas.SCHEMAS, **day_schemas.SCHEMAS}


def of_record(kind: str) -> ActSchema:
    """The questions that a record of this kind answers: those of its act."""
    return VITALS if kind == "vitals" else SCHEMAS[KINDS[kind].made_by]
