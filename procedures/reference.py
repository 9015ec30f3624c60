"""Generated reference pages: the path of an episode, and what its acts ask for."""

from collections.abc import Iterator

from clinics.domain import policy
from clinics.domain.roles import ROLES
from procedures.acts.registry import SCHEMAS
from procedures.corrections.table import BACK, KINDS, Kind, Moment, moment, needed
from procedures.fields.limits import Limits
from procedures.fields.schema import Field
from procedures.pathway import STAGES, STAYS, STEPS, TERMINAL, TRANSITIONS, Act, Stage


def pathway_markdown() -> str:
    """docs/reference/pathway.md: diagram, stages, and acts that stay."""
    return "\n".join([*_intro(), *_diagram(), "", *_table(), "", *_staying(), ""])


def _intro() -> Iterator[str]:
    yield "# The path of an episode"
    yield ""
    yield "Generated from `procedures/pathway.py`; do not edit."
    yield "An arrow is an act, or a step that follows from an act or a booking."
    yield ""


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {Stage.ENQUIRY}"
    for (stage, step), goal in TRANSITIONS.items():
        yield f"    {stage} --> {goal}: {_words(step)}"
    for stage in STAGES:
        if stage in TERMINAL:
            yield f"    {stage} --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| stage | act or step | leads to |"
    yield "|---|---|---|"
    for (stage, step), goal in TRANSITIONS.items():
        why = f" ({STEPS[step]})" if step in STEPS else ""
        yield f"| {_words(stage)} | {_words(step)}{why} | {_words(goal)} |"


def _staying() -> Iterator[str]:
    yield "Acts that leave the stage as it is:"
    yield ""
    yield "| act | signed | second person | possible while |"
    yield "|---|---|---|---|"
    for act in Act:
        stays = STAYS.get(act, frozenset())
        stages = [_words(stage) for stage in STAGES if stage in stays]
        if stages:
            where = "any stage" if len(stages) == len(STAGES) else ", ".join(stages)
            yield f"| {_words(act)} | {_signed(act)} | {_second(act)} | {where} |"


def _signed(act: Act) -> str:
    return "yes" if act in SCHEMAS and SCHEMAS[act].signature else "no"


def _second(act: Act) -> str:
    return "yes" if act in SCHEMAS and SCHEMAS[act].second_person else "no"


def _words(name: str) -> str:
    return str(name).replace("_", " ")


def acts_markdown() -> str:
    """docs/reference/acts.md: what every act asks for, from its schema."""
    parts = [ACTS_INTRO]
    for act, schema in SCHEMAS.items():
        parts += [f"## {schema.label} (`{act.replace('_', '-')}`)", ""]
        if schema.signature:
            parts += [f"Signed: “{schema.signature}”", ""]
        if schema.second_person:
            parts += ["Needs a second person.", ""]
        parts += [*FIELD_HEAD, *_fields(schema.fields), ""]
    return "\n".join(parts)


ACTS_INTRO = """# What each act asks for

Generated from the acts' schemas; do not edit.
"""
FIELD_HEAD = (
    "| field | kind | needed | limits | usual | what |",
    "|---|---|---|---|---|---|",
)


def _fields(fields: tuple[Field, ...], within: str = "") -> Iterator[str]:
    for asked in fields:
        name = f"{within}{asked.name}"
        yield (
            f"| `{name}` | {_kind(asked)} | {_needed(asked)} "
            f"| {_limits(asked.hard, asked.unit)} | {_limits(asked.warn, asked.unit)} "
            f"| {' '.join(filter(None, (asked.label + '.', asked.hint)))} |"
        )
        yield from _fields(asked.fields, f"{name}[].")


def _needed(asked: Field) -> str:
    if asked.required:
        return "yes"
    return f"if {asked.needed_if}" if asked.needed_if else "no"


def _kind(asked: Field) -> str:
    if asked.choices:
        return f"{asked.kind}: {', '.join(value for value, _ in asked.choices)}"
    return str(asked.kind)


def _limits(limits: Limits | None, unit: str) -> str:
    if limits is None:
        return ""
    low, high = ("" if limit is None else f"{limit:g}" for limit in limits)
    bounds = f"{low} to {high}" if low and high else f"from {low}" if low else ""
    return f"{bounds or f'up to {high}'} {unit}".strip()


CORRECTIONS_INTRO = """# Who may put a record right

Generated from `procedures/corrections/table.py`; do not edit.

A correction is a new row in place of the old one. What should never have been there is
entered in error: it stays, struck through, with who, why and the second person, and
nothing takes its place. What still stands on a record has to be taken back first. No
correction lifts a hold, and one that bears on what was decided opens a task.

| when | the maker corrects | somebody else of the makers' role | entered in error |
|---|---|---|---|
"""
RECORDS_HEAD = """
| record | kind | whose to put right | other values | goes back by | with it |
|---|---|---|---|---|---|
"""


def corrections_markdown() -> str:
    """docs/reference/corrections.md: who, at which stage, with whom."""
    stages = {when: _stages_of(when) for when in Moment}
    rows = [
        f"| {when.value} ({', '.join(map(_words, of))}) | {_company(of[0], True)} "
        f"| {_company(of[0], False)} | {_company(of[0], False, in_error=True)} |"
        for when, of in stages.items()
    ]
    records = [_record_line(kind) for kind in KINDS.values()]
    lines = [CORRECTIONS_INTRO.rstrip("\n"), *rows, RECORDS_HEAD.rstrip("\n"), *records]
    return "\n".join([*lines, ""])


def _stages_of(when: Moment) -> list[Stage]:
    return [stage for stage in STAGES if moment(stage) is when]


def _company(stage: str, is_maker: bool, *, in_error: bool = False) -> str:
    asked = needed(stage, is_maker=is_maker, in_error=in_error)
    people = "with a second person" if asked.second_person else "alone"
    return f"{people}, a physician among them" if asked.physician else people


def _record_line(kind: Kind) -> str:
    roles = ", ".join(
        role.replace("_", " ")
        for role in ROLES
        if policy.may(role, f"episode.{kind.made_by}").allowed
        and policy.may(role, "episode.enter_in_error").allowed
    )
    back = BACK.get(kind.code, "")
    along = ", ".join(KINDS[code].label.lower() for code in kind.with_it)
    values = "yes" if kind.values else ""
    return (
        f"| {kind.label} | `{kind.code}` | {roles} | {values} | {_words(back)} "
        f"| {along} |"
    )
