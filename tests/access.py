"""The access log's promise as an assertion, for the tests of any app."""

from collections.abc import Iterator
from contextlib import contextmanager

from clinics.models import AccessLogEntry


@contextmanager
def exactly_one_access_row(**fields: object) -> Iterator[None]:
    """What happens inside writes one row of the access log, with these fields.

    with exactly_one_access_row(view="staff:patient", count=1):
        client.get(...)
    """
    before = set(AccessLogEntry.objects.values_list("pk", flat=True))
    yield
    rows = list(AccessLogEntry.objects.exclude(pk__in=before))
    assert len(rows) == 1, [str(row) for row in rows]
    found = {name: getattr(rows[0], name) for name in fields}
    assert found == fields
