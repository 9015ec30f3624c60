"""Sessions in the database, findable by user so that all of theirs can end at once."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from clinics.models import StaffSession


class SessionStore(DatabaseStore):
    """Django's database store over StaffSession."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        instance = super().create_model_instance(data)
        assert isinstance(instance, StaffSession)
        user_id = data.get(SESSION_KEY)
        instance.user_id = int(user_id) if user_id is not None else None
        return instance
