"""The form of an act, drawn from its schema: groups as rows, errors on their fields.

Names are flat ("findings-0-icd10"). Rows may be left empty; those nobody changed are
not answers. Only the schema and the services judge: what they find wrong comes back
through `take_faults`, by JSON pointer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from pages.kit.forms import Form
from pages.staff.acts.controls import Choices, control, given, text_of
from pages.staff.acts.proofs import LATE, SECOND, SIGNATURE, proof_fields
from procedures.acts.registry import SCHEMAS
from procedures.fields import forms as flat
from procedures.fields.schema import ActSchema, Field, FieldError

SPARE_ROWS = 2
GROUP = "group"
# What names a row; nobody types it.
GIVEN = frozenset({"target", "drug", "drug_class"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A schema as it is asked here and now.

    `offers` are choices by field name where something is chosen instead of typed,
    `starts` answers that are there at first (for a group: its first rows),
    `titles` the names of those rows, `spare` how many empty rows follow, `left_out`
    questions that do not arise, `rows_without` those of single rows. Rows that start
    filled in are answers only when somebody changed them, unless `keeps_rows`.
    """

    schema: ActSchema
    zone: tzinfo
    offers: Mapping[str, Choices] = field(default_factory=dict)
    starts: Mapping[str, Any] = field(default_factory=dict)
    titles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    spare: Mapping[str, int] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    rows_without: Mapping[str, Sequence[frozenset[str]]] = field(default_factory=dict)
    keeps_rows: bool = False
    sections: Sequence[tuple[str, Sequence[str]]] = ()

    @property
    def asked(self) -> list[Field]:
        return [f for f in self.schema.fields if f.name not in self.left_out]

    def start_rows(self, group: Field) -> list[dict[str, str]]:
        """Text of the first rows of a group."""
        known = {one.name: one for one in group.fields}
        return [
            {name: text_of(known[name], v, self.zone) for name, v in row.items()}
            for row in self.starts.get(group.name, ())
        ]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a group: a fieldset of its own."""

    title: str
    fields: list[BoundField]


@dataclass(frozen=True, slots=True)
class FormPart:
    """A single question (`bound`), or a group with its rows; `more` are empty ones
    that few will need."""

    bound: BoundField | None = None
    label: str = ""
    hint: str = ""
    rows: tuple[Row, ...] = ()
    more: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    parts: list[FormPart]


@dataclass(slots=True)
class Answers:
    """The posted answers: `raw` for the schema, and which row of the form each is."""

    raw: dict[str, Any]
    rows: dict[str, list[int]]

    def name_of(self, pointer: str) -> str:
        """The form's field a JSON pointer names."""
        head, _, rest = pointer.strip("/").partition("/")
        number, _, name = rest.partition("/")
        if head in self.rows and number.isdecimal():
            kept = self.rows[head]
            place = int(number)
            number = str(kept[place]) if place < len(kept) else number
        return "-".join(part for part in (head, number, name) if part)


def answers(sheet: Sheet, posted: QueryDict) -> Answers:
    """The answers in a posted form; rows nobody changed are left out."""
    lists = dict(posted.lists())
    found = Answers(_only(sheet.asked, lists), {})
    for group in (f for f in sheet.asked if f.kind == GROUP):
        rows = _rows(sheet, group, lists)
        found.rows[group.name] = list(rows)
        found.raw.pop(group.name, None)
        if rows:
            found.raw[group.name] = list(rows.values())
    return found


def _rows(
    sheet: Sheet, group: Field, posted: Mapping[str, Sequence[Any]]
) -> dict[int, dict[str, Any]]:
    starts, kept = dict(enumerate(sheet.start_rows(group))), {}
    for number in flat.row_numbers(group.name, posted):
        head = f"{group.name}-{number}-"
        within = {
            name.removeprefix(head): [str(v) for v in values]
            for name, values in posted.items()
            if name.startswith(head)
        }
        row = _only(group.fields, within)
        if row and (sheet.keeps_rows or row != starts.get(number)):
            kept[number] = row
    return kept


def _only(
    fields: Iterable[Field], posted: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    part = ActSchema(act="", label="", fields=tuple(fields))
    texts = {name: [str(v) for v in values] for name, values in posted.items()}
    return flat.answers(part, texts)


class ActForm(Form):
    """The questions of one act; `posted` fills them with what was sent."""

    def __init__(self, sheet: Sheet, posted: QueryDict | None = None) -> None:
        super().__init__(posted)
        self.sheet, self._posted = sheet, posted
        self._sections = [
            Section(title, parts) for title, parts in self._arranged(posted) if parts
        ]
        self.fields.update(proof_fields(sheet.schema))

    @property
    def sections(self) -> list[Section]:
        return self._sections

    @property
    def signature(self) -> list[BoundField]:
        return self._present(SIGNATURE)

    @property
    def second(self) -> list[BoundField]:
        return self._present(SECOND)

    @property
    def late(self) -> list[BoundField]:
        return self._present(LATE)

    def _present(self, names: Iterable[str]) -> list[BoundField]:
        return [self[name] for name in names if name in self.fields]

    def _clean_fields(self) -> None:
        """The schema judges, not the form."""

    def _post_clean(self) -> None:
        pass

    def take_faults(
        self, errors: Iterable[FieldError], found: Answers | None = None
    ) -> None:
        """Put a schema's or a service's errors on the fields they point at."""
        self.full_clean()
        for error in errors:
            pointer = error.pointer
            name = found.name_of(pointer) if found else pointer.strip("/")
            self.add_error(self._nearest(name), in_words(error.text))

    def _nearest(self, name: str) -> str | None:
        if name in self.fields:
            return name
        within = (one for one in self.fields if one.startswith(f"{name}-"))
        shown = (one for one in within if not self[one].is_hidden)
        return next(shown, None)

    def _arranged(
        self, posted: QueryDict | None
    ) -> Iterable[tuple[str, list[FormPart]]]:
        asked = {one.name: one for one in self.sheet.asked}
        for title, names in self.sheet.sections:
            here = [asked.pop(name) for name in names if name in asked]
            yield title, [self._part(one, posted) for one in here]
        rest = [self._part(one, posted) for one in asked.values()]
        yield "More" if self.sheet.sections else "", rest

    def _part(self, asked: Field, posted: QueryDict | None) -> FormPart:
        if asked.kind == GROUP:
            numbers = self._numbers(asked, posted)
            rows = tuple(self._row(asked, n) for n in numbers)
            least = self._least(asked)
            return FormPart(None, asked.label, asked.hint, rows[:least], rows[least:])
        value = self.sheet.starts.get(asked.name, asked.default)
        bound = self._add(asked.name, asked, self._control(asked), value)
        return FormPart(bound=bound)

    def _least(self, group: Field) -> int:
        """Count the rows in sight: all that hold something, and one empty one."""
        known = len(self.sheet.starts.get(group.name, ()))
        raw = answers(self.sheet, self._posted).rows if self._posted else {}
        filled = max(raw.get(group.name, ()), default=-1) + 1
        return max(known or 1, group.min_items, filled)

    def _numbers(self, group: Field, posted: QueryDict | None) -> list[int]:
        known = len(self.sheet.starts.get(group.name, ()))
        usual = 0 if known else max(group.min_items, SPARE_ROWS)
        shown = range(known + self.sheet.spare.get(group.name, usual))
        return sorted({*shown, *flat.row_numbers(group.name, posted or ())})

    def _row(self, group: Field, number: int) -> Row:
        starts = self.sheet.start_rows(group)
        start = starts[number] if number < len(starts) else {}
        titles = self.sheet.titles.get(group.name, ())
        known = number < len(titles)
        bound = []
        for one in self._asked_in(group, number):
            name, value = f"{group.name}-{number}-{one.name}", start.get(one.name)
            is_given = known and one.name in GIVEN and value is not None
            made = given(one) if is_given else self._control(one, in_row=True)
            bound.append(self._add(name, one, made, value))
        title = titles[number] if known else f"{group.label} {number + 1}"
        return Row(title, bound)

    def _asked_in(self, group: Field, number: int) -> list[Field]:
        without = self.sheet.rows_without.get(group.name, ())
        left_out = without[number] if number < len(without) else frozenset()
        return [one for one in group.fields if one.name not in left_out]

    def _control(self, asked: Field, *, in_row: bool = False) -> forms.Field:
        act = _act_of(asked, self.sheet.schema.act)
        return control(asked, self.sheet.offers.get(asked.name), in_row=in_row, act=act)

    def _add(
        self, name: str, asked: Field, made: forms.Field, value: Any
    ) -> BoundField:
        self.fields[name] = made
        if isinstance(made.widget, forms.CheckboxInput):
            self.initial[name] = value is True
        elif value is not None:
            self.initial[name] = text_of(asked, value, self.sheet.zone)
        return self[name]


def _act_of(asked: Field, act: str) -> str:
    """A correction asks the questions of the act it corrects."""
    if act != "correct":
        return act
    makers = (
        name
        for name, schema in SCHEMAS.items()
        if any(asked == one or asked in one.fields for one in schema.fields)
    )
    return next(makers, act)


_WORDS = {
    "is required": "This needs an answer.",
    "must be yes or no": "Choose yes or no.",
    "must be a number": "Write a number, such as 12 or 12.5.",
    "must be a whole number": "Write a whole number.",
    "must be a list of numbers": "Write numbers with a space between.",
    "must be a date (YYYY-MM-DD)": "Give a date.",
    "must be a date and time (ISO 8601)": "Give a date and a time.",
}


def in_words(text: str) -> str:
    """A schema's remark as a sentence for the person at the form."""
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("must be a number in "):
        unit = text.removeprefix("must be a number in ")
        return f"Write a number in {unit}, such as 12 or 12.5."
    if text.startswith("must be a whole number in "):
        unit = text.removeprefix("must be a whole number in ")
        return f"Write a whole number in {unit}."
    if text.startswith("must be one of"):
        return "Choose one of the list."
    sentence = text[:1].upper() + text[1:]
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
