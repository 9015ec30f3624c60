"""Openings over REST, against a view behind the same door that does nothing."""

import time as clocks
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings

from bench import world
from bench.figures import Figure, percentile
from bench.world import BY, NOW, World
from clinics.services import api_keys, users
from core import clock

DAYS = 30
RESERVATIONS = 100_000
ROUNDS = 150
TRIVIAL = "/api/v1/bench-trivial/"
OPENINGS = "/api/v1/openings/"
KINDS = (*world.KINDS, "technician", "preop_bay")


Query = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Desk:
    """A clinic of 12 resources with time taken from today on, and a key to it."""

    world: World
    token: str
    from_on: date


def made() -> Desk:
    clinic = world.clinic(KINDS)
    today = clock.now().date()
    world.fill(clinic, days_ahead=DAYS, total=RESERVATIONS, from_on=today)
    member = users.create_user(
        email="bench@example.org",
        display_name="Bench",
        role="coordinator",
        clinic_id=clinic.clinic_id,
        password="a-bench-knows-no-secrets",
        by=BY,
        now=NOW,
    )
    issued = api_keys.issue(membership_id=member.pk, name="bench", by=BY, now=NOW)
    return Desk(clinic, issued.token, today)


def figures(desk: Desk) -> Iterator[Figure]:
    """p95 of both, in turns; and again with `explain=1`."""
    asked: Query = {
        "visit_type": "bmc-ultrasound",
        "from": desk.from_on.isoformat(),
        "to": (desk.from_on + timedelta(days=DAYS - 1)).isoformat(),
        "limit": 5,
    }
    with override_settings(ROOT_URLCONF="bench.urls"):
        client = Client(headers={"Authorization": f"Bearer {desk.token}"})
        assert client.get(TRIVIAL).json() == {"ok": True}
        found = client.get(OPENINGS, asked)
        assert len(found.json()["openings"]) == 5, found.content
        yield _against_trivial(client, "openings.http_ratio", asked, 4)
        explained = asked | {"explain": 1}
        answer = client.get(OPENINGS, explained)
        assert answer.status_code == 200, answer.content
        name = "openings.http_ratio.explained"
        yield _against_trivial(client, name, explained, 10)


def _against_trivial(client: Client, name: str, asked: Query, most: float) -> Figure:
    floors, values = [], []
    for _ in range(ROUNDS):
        floors.append(_timed(client, TRIVIAL, {}))
        values.append(_timed(client, OPENINGS, asked))
    floor, value = percentile(floors, 0.95), percentile(values, 0.95)
    return Figure(name, value, "ms", most, "at most", floor)


def _timed(client: Client, path: str, asked: Query) -> float:
    began = clocks.perf_counter()
    answer: HttpResponseBase = client.get(path, asked)
    took = (clocks.perf_counter() - began) * 1000
    assert answer.status_code == 200
    return took
