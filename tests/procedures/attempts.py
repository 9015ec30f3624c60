"""Attempts to write past a guard in raw SQL, as the app's role.

A step of the day is done, its rows are looked at and taken back; then the same row is
inserted by hand. That it goes in as it was shows that what is refused is refused for
the one value that was changed.
"""

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from procedures.models import Episode
from tests.procedures.refusals import copy

Row = dict[str, Any]


def run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def insert(table: str, row: Row) -> None:
    """The row as it stands, by a plain INSERT."""
    run(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s)).*",
        json.dumps(row, default=str),
    )


def rows(table: str, order: str = "t.ctid") -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY {order}")
        return [json.loads(text) for (text,) in cursor.fetchall()]


@dataclass
class Told:
    """A row that a step would write, with what has to be there before it."""

    table: str
    row: Row
    before: list[tuple[str, Row]]

    def write(self, **changes: Any) -> None:
        for table, row in self.before:
            insert(table, row)
        insert(self.table, self.row | changes)

    def refused(self, words: str, **changes: Any) -> None:
        """It goes in as it is, and with the changes it does not."""
        taken(self.write)
        not_taken(words, lambda: self.write(**changes))

    def refused_after(
        self, words: str, circumstance: Callable[[], object], **changes: Any
    ) -> None:
        """It goes in as it is, and no longer once something else has happened."""
        taken(self.write)

        def late() -> None:
            circumstance()
            self.write(**changes)

        not_taken(words, late)


def told(
    episode: Episode, step: Callable[[], object], table: str, *before: str, at: int = -1
) -> Told:
    """The row that `step` writes into procedures_`table`, taken back again.

    `before` are the tables whose new rows go in first; a signature always does.
    """
    names = [f"procedures_{name}" for name in ("signature", *before, table)]
    had = {name: {row["id"] for row in rows(name)} for name in names}
    with transaction.atomic():
        outcome = step()
        assert not hasattr(outcome, "reasons"), outcome
        new = {n: [r for r in rows(n) if r["id"] not in had[n]] for n in names}
        transaction.set_rollback(True)
    episode.refresh_from_db()
    row = new[names[-1]][at]
    others = [(n, r) for n in names[1:-1] for r in new[n]]
    needed = {r.get("signature_id") for r in (row, *(r for _, r in others))}
    signatures = [(names[0], r) for r in new[names[0]] if r["id"] in needed]
    return Told(names[-1], row, [*signatures, *others])


def taken(write: Callable[[], object]) -> None:
    """The database takes it; it is taken back."""
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def not_taken(words: str, write: Callable[[], object]) -> None:
    """The database refuses it in these words."""
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        write()


def update_refused(words: str, right: str, wrong: str, *values: Any) -> None:
    """The first statement changes a row, the second is refused."""

    def works() -> None:
        assert run(right, *values) > 0

    taken(works)
    not_taken(words, lambda: run(wrong, *values))


def new_id() -> str:
    return str(uuid.uuid4())


def revoke(episode: Episode, at: Any) -> None:
    """The patient takes the procedure consent back, in plain SQL."""
    run(
        "INSERT INTO procedures_consentrevocation"
        " (id, consent_id, revoked_at, recorded_at, recorded_by, reason)"
        " SELECT gen_random_uuid(), id, %s, %s, 'staff:1', 'changed their mind'"
        "   FROM procedures_consent WHERE episode_id = %s AND superseded_at IS NULL",
        at,
        at,
        episode.pk,
    )


def discard(episode: Episode, kind: str, volume_ml: float, at: Any) -> None:
    """A part of the container of that kind is thrown away, in plain SQL."""
    run(
        "INSERT INTO procedures_disposition (id, product_id, episode_id, kind,"
        " volume_ml, reason, occurred_at, recorded_at, recorded_by, recorded_by_name,"
        " correction_reason)"
        " SELECT gen_random_uuid(), id, episode_id, 'discarded', %s, 'dropped', %s, %s,"
        " 'staff:1', 'R', '' FROM procedures_product"
        "  WHERE episode_id = %s AND kind = %s",
        volume_ml,
        at,
        at,
        episode.pk,
        kind,
    )


def another_consent(
    episode: Episode, targets: Iterable[str] | None = None, **changes: Any
) -> None:
    """A consent in the place of the current one, for these targets (None: all)."""
    [old] = [
        row
        for row in rows("procedures_consent")
        if row["episode_id"] == str(episode.pk) and row["superseded_at"] is None
    ]
    run(
        "UPDATE procedures_consent SET superseded_at = recorded_at WHERE id = %s",
        old["id"],
    )
    key = new_id()
    copy("procedures_consent", old["id"], id=key, superseded_at=None, **changes)
    chosen = [t.pk for t in episode.targets.all()] if targets is None else targets
    for target in chosen:
        row = {"id": new_id(), "consent_id": key, "target_id": str(target)}
        insert("procedures_consenttarget", row)
