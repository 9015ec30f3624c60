"""The job that notes what nobody answered in time."""

from core import clock
from core.db import unit_of_work
from procedures.models import FollowUp
from procedures.tasks import mark_missed_follow_ups
from tests.factories import procedures as make
from tests.factories.procedure_day import Day


def test_the_job_marks_each_closed_window_once(committed_db, monkeypatch):
    unit_of_work(lambda: Day.ready().until("injected"))
    monkeypatch.setattr(clock, "now", lambda: make.at("2026-09-20", "00:05"))

    assert mark_missed_follow_ups() == 2
    assert mark_missed_follow_ups() == 0

    missed = FollowUp.objects.filter(state="missed")
    assert [row.code for row in missed] == ["D1", "D3"]
