"""One description of what an act asks for.

REST validates with it, the pages draw their forms from it, and the reference pages
and the signed statement list its fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Literal

from clinics.domain import plain_text
from procedures.fields import limits, numbers
from procedures.fields.limits import Case, Limits, OtherUnit
from scheduling.timegrid.reach import FIRST_YEAR, LAST_YEAR, in_reach

Kind = Literal[
    "text",
    "choice",
    "multichoice",
    "integer",
    "decimal",
    "boolean",
    "datetime",
    "date",
    "list",
    "group",
    "object",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of an act.

    `hard` and `warn` bound a number (or each number of a "list", or the length of a
    "text"), both ends allowed, None = open. A "group" is a list of rows, each with
    `fields`. An "object" is a mapping that the act itself validates. `required_unless`
    names a yes/no question beside it: not required where that one is a yes; `needed_if`
    says to people when the act asks for what `required` does not. `per` names a choice
    beside it that decides unit and limits, by `cases`. `others` are units it may be
    given in where they are named, and is mistaken for where they are not.
    """

    name: str
    kind: Kind
    label: str
    required: bool = True
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hard: Limits | None = None
    warn: Limits | None = None
    hint: str = ""
    fields: tuple["Field", ...] = ()
    min_items: int = 0
    default: Any = None
    required_unless: str = ""
    needed_if: str = ""
    per: str = ""
    cases: Mapping[str, Case] = field(default_factory=dict)
    others: tuple[OtherUnit, ...] = ()
    is_scan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSchema:
    """Questions of one act, and the people who must prove to be there.

    `signature` is the meaning a signer agrees to, or None where none is needed.
    `sections` are the titles of the form with the fields under each; what they leave
    out comes last. `versions` has a digest of the fields for each version of the form
    (`fields.digest`), the newest last: other questions are another version.
    """

    act: str
    label: str
    fields: tuple[Field, ...] = ()
    signature: str | None = None
    second_person: bool = False
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    versions: tuple[str, ...] = ("",)

    @property
    def version(self) -> str:
        """The number of the version that a signed form names, from "1"."""
        return str(len(self.versions))


@dataclass(frozen=True, slots=True)
class FieldError:
    """One answer that is wrong; `pointer` is a JSON pointer into the body."""

    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldWarning:
    """An answer that is allowed and unusual."""

    pointer: str
    text: str


class InvalidData(Exception):
    """The body does not fit the act's schema."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{e.pointer}: {e.text}" for e in errors))
        self.errors = tuple(errors)


@dataclass(slots=True)
class _Reader:
    """Collects every error of one body instead of stopping at the first."""

    zone: tzinfo | None
    errors: list[FieldError] = field(default_factory=list)

    def mapping(
        self, fields: Sequence[Field], raw: Mapping[str, Any], at: str
    ) -> dict[str, Any]:
        known = {f.name for f in fields}
        for name in raw:
            if name not in known:
                self.errors.append(FieldError(f"{at}/{name}", "is not a known field"))
        return {f.name: self.value(f, raw, at) for f in fields}

    def value(self, asked: Field, row: Mapping[str, Any], at: str) -> Any:
        pointer, raw = f"{at}/{asked.name}", row.get(asked.name)
        if _absent(raw):
            return self._missing(asked, row, pointer)
        asked = in_its_case(asked, row)
        try:
            value = self._read(asked, raw, pointer)
            _check_limits(asked, value, raw)
        except ValueError as wrong:
            self.errors.append(FieldError(pointer, str(wrong)))
            return None
        return value

    def _missing(self, asked: Field, row: Mapping[str, Any], pointer: str) -> Any:
        if asked.default is not None:
            return asked.default
        if asked.required and not _excused(asked, row):
            self.errors.append(FieldError(pointer, "is required"))
        return _EMPTY.get(asked.kind)

    def _read(self, asked: Field, raw: Any, pointer: str) -> Any:
        if asked.kind == "group":
            return self._rows(asked, raw, pointer)
        if asked.kind in ("datetime", "date"):
            return _moment(asked.kind, raw, self.zone)
        return _READERS[asked.kind](asked, raw)

    def _rows(self, asked: Field, raw: Any, pointer: str) -> list[dict[str, Any]]:
        if not isinstance(raw, list | tuple):
            raise ValueError("must be a list of rows")  # noqa: TRY004
        rows = []
        for number, row in enumerate(raw):
            if not isinstance(row, Mapping):
                raise ValueError("must be a list of rows")  # noqa: TRY004
            rows.append(self.mapping(asked.fields, row, f"{pointer}/{number}"))
        return rows


_EMPTY: dict[str, Any] = {
    "text": "",
    "choice": "",
    "multichoice": (),
    "list": (),
    "group": (),
}


def parse(
    schema: ActSchema, raw: Mapping[str, Any], zone: tzinfo | None = None
) -> dict[str, Any]:
    """The typed answers of `raw`, one key per field of the schema.

    Numbers come out as int or Decimal, instants aware, lists as tuples, groups as
    lists of dicts; what was not answered is None, "" or (). Strings are read as forms
    send them. An instant without an offset is one of `zone`; with no zone it is
    refused. Raises InvalidData with every error found.
    """
    reader = _Reader(zone)
    data = reader.mapping(schema.fields, raw, "")
    if reader.errors:
        raise InvalidData(reader.errors)
    return data


def readable(
    schema: ActSchema, raw: Mapping[str, Any], zone: tzinfo | None = None
) -> dict[str, Any]:
    """As `parse`, but what is wrong or missing is left empty instead of refused."""
    return _Reader(zone).mapping(schema.fields, raw, "")


def warnings(schema: ActSchema, data: Mapping[str, Any]) -> tuple[FieldWarning, ...]:
    """Return the answers of parsed `data` outside their usual range."""
    return tuple(_unusual(schema.fields, data, ""))


def _unusual(
    fields: Sequence[Field], data: Mapping[str, Any], at: str
) -> Iterator[FieldWarning]:
    for asked in fields:
        value, pointer = data.get(asked.name), f"{at}/{asked.name}"
        if asked.kind == "group":
            for number, row in enumerate(value or ()):
                yield from _unusual(asked.fields, row, f"{pointer}/{number}")
            continue
        asked = in_its_case(asked, data)
        if asked.warn and not _absent(value):
            problem = _outside(asked, value, asked.warn)
            if problem:
                yield FieldWarning(pointer, f"{asked.label}: unusual, {problem}")


def in_its_case(asked: Field, row: Mapping[str, Any]) -> Field:
    """The question with the unit and limits that another answer gives it."""
    case = asked.cases.get(str(row.get(asked.per))) if asked.per else None
    if case is None:
        return asked
    return replace(
        asked,
        label=case.label,
        unit=case.unit,
        hard=case.hard,
        warn=case.warn,
        others=case.others,
    )


def _absent(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str | list | tuple) and len(raw) == 0)


def _excused(asked: Field, row: Mapping[str, Any]) -> bool:
    answer = row.get(asked.required_unless) if asked.required_unless else None
    return not _absent(answer) and _truth(answer) is True


def _check_limits(asked: Field, value: Any, raw: Any) -> None:
    if asked.kind in ("list", "group", "multichoice") and len(value) < asked.min_items:
        raise ValueError(f"needs at least {asked.min_items}")
    if asked.hard:
        problem = _outside(asked, value, asked.hard)
        if problem:
            subject = f"{asked.label} " if asked.per else ""
            raise ValueError(f"{subject}{problem}{_mistaken(asked, value, raw)}")


def _mistaken(asked: Field, value: Any, raw: Any) -> str:
    """The unit that an impossible number looks as if it were meant in."""
    if not asked.others or not isinstance(value, int | Decimal):
        return ""
    if numbers.names_unit(raw):
        return f"; {raw.strip()} was read as {value:f} {asked.unit}"
    return limits.looks_like(value, asked.unit, asked.hard, asked.others)


def _outside(asked: Field, value: Any, bounds: Limits) -> str:
    if asked.kind == "list":
        wrong = (limits.outside(v, bounds, asked.unit) for v in value)
        return next((text for text in wrong if text), "")
    if asked.kind == "text":
        return limits.outside(len(value), bounds, "characters")
    if asked.kind in ("integer", "decimal"):
        return limits.outside(value, bounds, asked.unit)
    return ""


def _text(asked: Field, raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError("must be text")  # noqa: TRY004
    if asked.is_scan:
        return raw.strip(" \t\r\n")
    if plain_text.has_controls(raw):
        raise ValueError("must not contain control characters; type it")
    return plain_text.composed(raw).strip()


def _choice(asked: Field, raw: Any) -> str:
    allowed = {value for value, _ in asked.choices}
    if str(raw) not in allowed:
        raise ValueError(f"must be one of {', '.join(sorted(allowed))}")
    return str(raw)


def _multichoice(asked: Field, raw: Any) -> tuple[str, ...]:
    values = raw if isinstance(raw, list | tuple) else [raw]
    return tuple(_choice(asked, value) for value in values)


def _integer(asked: Field, raw: Any) -> int:
    number = _decimal(asked, raw)
    if number != number.to_integral_value():
        tail = f" in {asked.unit}" if asked.unit else ""
        raise ValueError(f"must be a whole number{tail}")
    return int(number)


def _decimal(asked: Field, raw: Any) -> Decimal:
    return numbers.read(raw, asked.unit, asked.others)


_YES, _NO = {"true", "on", "yes", "1"}, {"false", "off", "no", "0"}


def _truth(raw: Any) -> bool | None:
    word = str(raw).lower()
    return True if word in _YES else False if word in _NO else None


def _boolean(asked: Field, raw: Any) -> bool:
    answer = _truth(raw)
    if answer is None:
        raise ValueError("must be yes or no")
    return answer


def _numbers(asked: Field, raw: Any) -> tuple[Decimal, ...]:
    return numbers.read_list(raw, asked.unit)


def _object(asked: Field, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError("must be an object")  # noqa: TRY004
    return dict(raw)


_READERS = {
    "text": _text,
    "choice": _choice,
    "multichoice": _multichoice,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "list": _numbers,
    "object": _object,
}


def _moment(kind: str, raw: Any, zone: tzinfo | None) -> datetime | date:
    found = _read_moment(kind, raw, zone)
    if not in_reach(found):
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def _read_moment(kind: str, raw: Any, zone: tzinfo | None) -> datetime | date:
    if kind == "date":
        return _day(raw)
    try:
        moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    except ValueError:
        raise ValueError("must be a date and time (ISO 8601)") from None
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise ValueError("must carry a time zone offset")
    return moment.replace(tzinfo=zone)


def _day(raw: Any) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise ValueError("must be a date (YYYY-MM-DD)") from None
