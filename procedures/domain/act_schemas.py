"""Every act's schema, by act."""

from procedures.domain import day_schemas, early_schemas
from procedures.domain.schema import ActSchema

SCHEMAS: dict[str, ActSchema] = {**early_schemas.SCHEMAS, **day_schemas.SCHEMAS}
