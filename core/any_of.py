"""`pk__any_of=ids`: what `pk__in` says, with all the ids in one parameter.

`__in` makes a parameter of each id: with a hundred of them Django and psycopg spend
longer on the statement than PostgreSQL does.
"""

from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject, Lookup
from django.db.models.sql.compiler import SQLCompiler


class AnyOf(Lookup):
    """A column that equals any of these values; PostgreSQL only."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the condition and its parameters."""
        column, params = self.process_lhs(compiler, connection)
        values = list(self.rhs)
        if values and all(isinstance(one, UUID) for one in values):
            # Nothing in them needs quoting, which psycopg would look at one by one.
            array = f"{{{','.join(map(str, values))}}}"
            return f"{column} = ANY (%s::uuid[])", (*params, array)
        return f"{column} = ANY (%s)", (*params, values)


def register() -> None:
    """Make the lookup known for every field; a relation has its own set of lookups."""
    Field.register_lookup(AnyOf)
    ForeignObject.register_lookup(AnyOf)
