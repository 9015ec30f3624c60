"""The API as a coordinator calls it, and bodies that are accepted."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from core import clock

HOUSTON = ZoneInfo("America/Chicago")


class Api:
    def __init__(self, client, key):
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path, body, key=""):
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(
            f"/api/v1/{path}", body, content_type="application/json", headers=headers
        )

    def delete(self, path):
        return self.client.delete(f"/api/v1/{path}", headers=self.headers)


def nine(days=7):
    """Nine o'clock on the Monday after next week began."""
    today = clock.now().astimezone(HOUSTON)
    monday = today + timedelta(days=days + (7 - today.weekday()) % 7)
    return monday.replace(hour=9, minute=0, second=0, microsecond=0)


def body(at, who=None, **changed):
    fields = {
        "patient": str((who or at.patient()).pk),
        "visit_type": "consultation",
        "start": nine().isoformat(),
    }
    return fields | changed
