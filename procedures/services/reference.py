"""Generated reference pages: the path of an episode, and what its acts ask for."""

from collections.abc import Iterator

from procedures.domain.act_schemas import SCHEMAS
from procedures.domain.limits import Limits
from procedures.domain.pathway import (
    STAGES,
    STAYS,
    STEPS,
    TERMINAL,
    TRANSITIONS,
    Act,
    Stage,
)
from procedures.domain.schema import Field


def pathway_markdown() -> str:
    """docs/reference/pathway.md: diagram, stages, and acts that stay."""
    return "\n".join([*_intro(), *_diagram(), "", *_table(), "", *_staying(), ""])


def _intro() -> Iterator[str]:
    yield "# The path of an episode"
    yield ""
    yield "Generated from `procedures/domain/pathway.py`; do not edit."
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
            f"| `{name}` | {_kind(asked)} | {'yes' if asked.required else 'no'} "
            f"| {_limits(asked.hard, asked.unit)} | {_limits(asked.warn, asked.unit)} "
            f"| {' '.join(filter(None, (asked.label + '.', asked.hint)))} |"
        )
        yield from _fields(asked.fields, f"{name}[].")


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
