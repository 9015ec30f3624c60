"""The reading of an answer, said before anybody signs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from procedures.acts.registry import SCHEMAS
from procedures.fields import numbers
from procedures.fields.ranges import RANGES
from procedures.fields.schema import Field, FieldError, InvalidData, in_its_case
from procedures.products import kit_codes, kits
from procedures.products.kits import Kit
from procedures.rules import body, icd10

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Understood:
    """`text` for people, which says what is wrong where `is_understood` is not;
    `kit` if it was a kit's code."""

    text: str
    kit: Kit | None = None
    is_understood: bool = True


def of(act: str, field: str, answers: Answers, today: date) -> Understood:
    """Read the answer to one field of an act.

    `field` is named as in the act's body ("kit_udi", or "icd10" within a row);
    height and weight are told together. Nothing is kept. Raises InvalidData for an
    act or field that does not exist.
    """
    asked = in_its_case(_asked(act, field), answers)
    raw = answers.get(field, "")
    try:
        return _understood(asked, raw, answers, today)
    except (kit_codes.Unreadable, icd10.BadCode, numbers.BadNumber) as wrong:
        return Understood(str(wrong), is_understood=False)


def _asked(act: str, field: str) -> Field:
    schema = SCHEMAS.get(act)
    if schema is None:
        raise InvalidData([FieldError("/act", "is no act")])
    rows = [one for group in schema.fields for one in group.fields]
    for one in (*schema.fields, *rows):
        if one.name == field:
            return one
    raise InvalidData([FieldError("/field", "is no field of this act")])


def _understood(asked: Field, raw: Any, answers: Answers, today: date) -> Understood:
    if asked.name == "kit_udi":
        kit = kit_codes.read(str(raw), today)
        return Understood(f"{kits.in_words(kit)}{_expired(kit, today)}", kit)
    if asked.name == "icd10":
        codes = [icd10.read(text) for text in icd10.split(str(raw))]
        return Understood("; ".join(map(_code, codes)))
    if asked.kind == "list":
        found = numbers.read_list(raw, asked.unit)
        return Understood(_list(found, asked.unit))
    if asked.kind in ("integer", "decimal"):
        number = numbers.read(raw, asked.unit, asked.others)
        return Understood(_number(asked, number, answers))
    return Understood(str(raw))


def _expired(kit: Kit, today: date) -> str:
    return ": it has expired" if kits.is_expired(kit.expires_on, today) else ""


def _code(code: icd10.Code) -> str:
    joints = " or ".join(sorted(code.joints))
    said = ", ".join(part for part in (code.side, joints) if part)
    return f"{code.text}: {said or 'no side, no joint'}"


def _list(found: tuple[Decimal, ...], unit: str) -> str:
    listed = " + ".join(f"{one:f}" for one in found)
    return f"{listed} = {sum(found, Decimal(0)):f} {unit}".strip()


def _number(asked: Field, number: Decimal, answers: Answers) -> str:
    if asked.name not in ("height_cm", "weight_kg"):
        return f"{number:f} {asked.unit}".strip()
    both = {
        name: numbers.read(
            answers.get(name) or "0", RANGES[name].unit, RANGES[name].others
        )
        for name in ("height_cm", "weight_kg")
    }
    if all(both.values()):
        return body.in_words(**both)
    if asked.name == "weight_kg":
        return f"{number:f} kg is {body.pounds(number)} lb"
    return f"{number:f} cm"
