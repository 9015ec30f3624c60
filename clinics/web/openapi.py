"""Schema of our REST resources in OpenAPI."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

Direction = Literal["request", "response"]
PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem: what is wrong, in words and as a code.",
    "properties": {
        "type": {"type": "string"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reasons": {"type": "array", "items": {"type": "object"}},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "code", "title", "status", "detail"],
}
PROBLEMS = {
    400: "Some fields need correcting",
    401: "Say who you are",
    403: "Your role may not, or a password or key is wrong",
    404: "Nothing here, or not at this clinic",
    409: "Refused, with reasons; changed in the meantime; or in progress with this key",
    422: "The Idempotency-Key was used for another request",
    503: "Busy or no database: nothing was changed, or maybe saved, as `code` says",
}


class BearerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "clinics.web.rest.BearerKey"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "cp_…"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "clinics.web.rest.Session"
    name = "Session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "__Host-session"}


class EndpointSchema(AutoSchema):
    """An Endpoint without further words takes and gives an object; every one may
    answer with a problem, and every POST takes an Idempotency-Key."""

    def get_operation_id(self) -> str:
        """Return an id of path and method; a list and its single thing differ."""
        words = self.path.removeprefix("/api/").strip("/").split("/")[1:]
        plain = [word.strip("{}").replace("-", "_") for word in words]
        return "_".join([self.method.lower(), *plain])

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return []
        text = "The same key and body again give the same answer, and one effect."
        return [OpenApiParameter("Idempotency-Key", str, "header", description=text)]

    def get_request_serializer(self) -> Any:
        if self.method in ("POST", "PUT", "PATCH"):
            return OpenApiTypes.OBJECT
        return None

    def get_response_serializers(self) -> Any:
        return OpenApiTypes.OBJECT

    def _get_response_bodies(self, direction: Direction = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status, text in PROBLEMS.items():
            bodies.setdefault(str(status), self._problem(text, str(status)))
        return bodies

    def _problem(self, text: str, status: str) -> Any:
        answer = OpenApiResponse(PROBLEM, description=text)
        types = ["application/problem+json"]
        return self._get_response_for_code(  # type: ignore[no-untyped-call]
            answer, status, types
        )
