"""Errors of a request as RFC 9457 problems: what is wrong and how to mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from types import MappingProxyType
from typing import Any

from core.refusal import Refused


@dataclass(frozen=True, slots=True)
class FieldError:
    """`pointer` names the field as a JSON pointer ("/birth_date")."""

    pointer: str
    detail: str


class Problem(Exception):
    """Raised: the unit of work is rolled back and the answer is problem+json."""

    code = "problem"
    status = 400
    title = "The request cannot be carried out"
    headers: Mapping[str, str] = MappingProxyType({})  # which the answer carries, too

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extra = extra

    def body(self) -> dict[str, Any]:
        members = members_of(self)
        return document(self.code, self.status, self.title, self.detail, **members)


@singledispatch
def members_of(problem: Problem) -> Mapping[str, Any]:
    """Return what the document of a problem holds beside its fixed members.

    A problem that carries values has them rendered by the api of its app, which
    registers the function here.
    """
    return problem.extra


class Invalid(Problem):
    """Some fields are wrong; each error names its field and the remedy."""

    code = "invalid"
    title = "Some fields need correcting"

    def __init__(self, errors: Sequence[FieldError], detail: str = "") -> None:
        super().__init__(detail or "; ".join(e.detail for e in errors))
        self.errors = tuple(errors)
        self.extra = {
            "errors": [{"pointer": e.pointer, "detail": e.detail} for e in errors]
        }


class NotFound(Problem):
    code = "not-found"
    status = 404
    title = "There is nothing here"


class StaleVersion(Problem):
    """Somebody else changed it first; `current` is the version now."""

    code = "stale-version"
    status = 409
    title = "This was changed in the meantime"

    def __init__(self, current: int) -> None:
        remedy = "Load it again, check what changed, and repeat."
        super().__init__(remedy, version=current)


def document(
    code: str, status: int, title: str, detail: str = "", **extra: Any
) -> dict[str, Any]:
    """The body of an application/problem+json answer."""
    fixed = {"type": f"/problems/{code}", "code": code, "title": title}
    return {**fixed, "status": status, "detail": detail or title, **extra}


def refusal(refused: Refused) -> dict[str, Any]:
    """The body for a refusal that is on record."""
    title = "You may not do this" if refused.status == 403 else "This is refused"
    reasons = [
        {"code": r.code, "text": r.text, "lifts": r.lifts} for r in refused.reasons
    ]
    detail = " ".join(r.text for r in refused.reasons)
    return document(refused.code, refused.status, title, detail, reasons=reasons)
