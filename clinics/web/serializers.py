"""Serializers of what clients send to REST, of known fields only."""

from typing import Any

from rest_framework import serializers

from clinics.domain.plain_text import composed
from core.problems import FieldError, Invalid


class Body(serializers.Serializer[Any]):
    """Fields a client sends; one it may not send is refused, too."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Compose texts, and take out marks that nobody sees."""
        values = super().to_internal_value(data)
        return {
            name: composed(value) if isinstance(value, str) else value
            for name, value in values.items()
        }

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """Return the checked fields that were sent. Raises Invalid."""
        body = cls(data=data)
        body.is_valid(raise_exception=True)
        unknown = sorted(set(data) - set(body.fields))
        if unknown:
            fault = f"There is no such field; use {', '.join(body.fields)}."
            raise Invalid([FieldError(f"/{name[:40]}", fault) for name in unknown])
        return dict(body.validated_data)


class ListQuery(Body):
    """Query of every list: how many at once, and from where on."""

    limit = serializers.IntegerField(required=False)
    cursor = serializers.CharField(required=False)
