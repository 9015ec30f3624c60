"""Resources the clinic does not own, so that no date can help."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scheduling.explain.day import Member
from scheduling.explain.vocabulary import needed, several
from scheduling.visit_types.plan import Group, Plan


@dataclass(frozen=True, slots=True)
class Lack:
    """The part of the visit that nothing here can serve, and a sentence about it."""

    need: str
    text: str


def lack(
    plan: Plan, members: Collection[Member], retired: Sequence[tuple[str, str]] = ()
) -> Lack:
    """Return the part of the visit that no date could serve, and why.

    `retired` are (kind, name) no longer in use.
    """
    for group in plan.groups:
        have = sum(member.can_serve(group) for member in members)
        if have < group.count:
            return Lack(group.needs[0].phase.name, _text(group, have, retired))
    text = "The clinic has too few of what the parts of this visit need at one time."
    return Lack(plan.phases[0].name, text)


def _text(group: Group, have: int, retired: Sequence[tuple[str, str]]) -> str:
    noun = needed(group)
    if have:
        counted = noun if have == 1 else several(noun)
        return f"The clinic has {have} {counted}; this visit needs {group.count}."
    names = [name for kind, name in retired if kind in group.kinds]
    if names:
        return f"The clinic has no {noun} in use: {names[0]} is retired."
    return f"The clinic has no {noun}."
