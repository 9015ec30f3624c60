"""Proof that a person was present when something was signed or witnessed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Method = Literal["password", "api_key", "replay"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A person proved to be present at `at`, as what they are at one clinic.

    `meaning` is what a signature means ("I approve this plan"); empty for a
    second person. A proof is worth one act: it is never stored for later use.
    """

    user_id: int
    name: str
    role: str
    clinic_id: int
    method: Method
    at: datetime
    meaning: str = ""
