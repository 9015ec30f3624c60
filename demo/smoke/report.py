"""A line per step; the first that fails ends the walk and says what came instead."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.smoke.api import ApiReply


class StepFailed(Exception):
    """The product did not do what the step expects."""


@dataclass(slots=True)
class Report:
    """Counts what was checked."""

    write: Callable[[str], None]
    count: int = 0

    def check(self, what: str, holds: object, instead: object = "") -> None:
        """Write `what` and count it, or fail with what came instead."""
        if not holds:
            raise StepFailed(f"NOT {what}. Came instead: {str(instead)[:1500]}")
        self.count += 1
        self.write(f"{self.count:>3}  {what}")

    def expect(self, what: str, reply: ApiReply, status: int, code: str = "") -> Any:
        """The reply's body, if it has this status and problem code."""
        right = reply.status == status
        if code:
            right = right and reply.body.get("code") == code
        self.check(what, right, f"{reply.status} {reply.body}")
        return reply.body
