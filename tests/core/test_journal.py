"""The journal: a chain nobody can change unseen."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from core import journal
from core.actor import job

rolled_back = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 18, tzinfo=UTC)


def record(subject="episode:1", **payload):
    return journal.record(
        "episode.opened", subject=subject, by=job("test"), at=NOON, payload=payload
    )


@rolled_back
def test_numbers_each_stream_by_itself_and_links_its_entries():
    record("episode:1"), record("episode:2"), record("episode:1")

    first, second = journal.entries("episode:1")

    assert (first.seq, second.seq) == (1, 2)
    assert bytes(second.prev_hash) == bytes(first.hash)


@rolled_back
def test_keeps_when_it_happened_apart_from_when_it_was_recorded():
    record()

    entry = journal.entries("episode:1").get()

    assert entry.occurred_at == NOON
    assert entry.recorded_at > NOON


@rolled_back
def test_refuses_a_stream_nobody_knows():
    with pytest.raises(ValueError, match="no journal stream"):
        record("weather:1")


@rolled_back
@pytest.mark.parametrize("text", ["", "NULL", "\x00", "é", "a\\b", '"', "—" * 999])
def test_hashes_any_text_as_it_is_stored(text):
    record(note=text)

    assert journal.first_breaks() == []


@rolled_back
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_journalentry SET name = 'x'",
        "DELETE FROM core_journalentry",
        "TRUNCATE core_journalentry",
        "UPDATE core_chainhead SET seq = 0",
        "DELETE FROM core_chainhead",
        "INSERT INTO core_chainhead VALUES ('episode:9', 1, '')",
        "ALTER TABLE core_journalentry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_apps_role_can_only_append(statement):
    record()

    with (
        pytest.raises((IntegrityError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("tampering", "stream", "seq", "fault"),
    [
        ("UPDATE core_journalentry SET payload = '{}' WHERE seq = 2", "episode:1", 2,
         "its content was changed"),
        ("DELETE FROM core_journalentry WHERE seq = 2", "episode:1", 3,
         "an entry before it is missing"),
        ("DELETE FROM core_journalentry WHERE seq = 3", "episode:1", 3,
         "the end of the stream is missing"),
        ("DELETE FROM core_journalentry", "episode:1", 1,
         "the end of the stream is missing"),
        ("UPDATE core_journalentry SET actor_name = 'Someone' WHERE seq = 1",
         "episode:1", 1, "its content was changed"),
        ("UPDATE core_journalentry SET recorded_at = now() WHERE seq = 3",
         "episode:1", 3, "its content was changed"),
    ],
)  # fmt: skip
def test_names_the_first_link_broken_by_the_databases_owner(
    committed_db, owner_connection, tampering, stream, seq, fault
):
    for number in range(3):
        record(number=number)

    owner_connection.execute("ALTER TABLE core_journalentry DISABLE TRIGGER ALL")
    owner_connection.execute(tampering)

    assert journal.first_breaks() == [journal.Break(stream, seq, fault)]
