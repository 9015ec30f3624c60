"""Over REST, a key is one effect, however many ask with it at the same time."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

from django.test import Client

from core import clock
from core.models import IdempotencyKey
from scheduling.models import Appointment
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.rivals import race

CLIENTS, KEYS = 32, 20
BUSY = 503


def test_thirty_two_clients_post_each_of_twenty_keys_and_each_counts_once():
    at = make.practice({"clinician": 2}, ship=False)
    make.visit_type(at.clinic)
    bearer = people.api_key(people.membership("coordinator", at.clinic))
    asked = {f"key-{number}": body(at, number) for number in range(KEYS)}

    answers = race([partial(post_all, bearer, asked, seed) for seed in range(CLIENTS)])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    for key in asked:
        told = Counter(answer[key] for answer in answers)
        assert list(told.values()) == [CLIENTS], told
        assert next(iter(told))[0] == 201
    assert Appointment.objects.count() == KEYS
    assert IdempotencyKey.objects.count() == KEYS


def body(at, number):
    """Half an hour each, from nine on the Monday after next week began."""
    today = clock.now()
    monday = today + timedelta(days=7 + (7 - today.weekday()) % 7)
    start = monday.replace(hour=15, minute=0, second=0, microsecond=0)
    return {
        "patient": str(at.patient().pk),
        "visit_type": "visit",
        "start": (start + timedelta(minutes=30 * (number // 2))).isoformat(),
    }


def post_all(bearer, asked, seed):
    """Every key's status and answer, asked for in an order of one's own."""
    keys = random.Random(seed).sample(sorted(asked), len(asked))
    return {key: post(bearer, key, asked[key]) for key in keys}


def post(bearer, key, asked):
    while True:
        answer = Client().post(
            "/api/v1/appointments/",
            asked,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": key},
        )
        # Who waited for the first in vain is told to ask again with the same key.
        meanwhile = b'"in-progress"' in answer.content
        if answer.status_code != BUSY and not meanwhile:
            return answer.status_code, answer.content
