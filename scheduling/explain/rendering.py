"""Rejected days and relaxations as the REST answer shows them."""

from datetime import datetime
from typing import Any

from scheduling.explain.explanations import Explained
from scheduling.explain.relaxations import Relaxation, relaxation_text, relaxations
from scheduling.explain.sentences import Rejection, block_text, name_of, reason
from scheduling.explain.vocabulary import Says, plain
from scheduling.openings.candidates import ResourceRef
from scheduling.openings.rendering import opening_json


def explained_json(explained: Explained) -> dict[str, Any]:
    says = plain(explained.zone)
    return {
        "openings": [opening_json(one, explained.zone) for one in explained.openings],
        "rejected": [_rejected_json(one, says) for one in explained.rejected],
        "relaxations": [_relaxation_json(way, says) for way in relaxations(explained)],
    }


def _rejected_json(rejected: Rejection, says: Says) -> dict[str, Any]:
    return {
        "date": rejected.day.isoformat(),
        "code": rejected.code,
        "reason": reason(rejected, says),
        "need": rejected.need,
        "resource": _resource_json(rejected.resource),
        "start": _start(rejected, says),
        "blocks": blocks_json(rejected, says),
    }


def blocks_json(rejected: Rejection, says: Says) -> list[dict[str, Any]]:
    """Return the blocks in the way, each by itself; none for a lack."""
    finding = rejected.finding
    return [
        {
            "code": block.cause.value,
            "text": block_text(rejected, block, says),
            "resource": _resource_json(name_of(finding, block)),
            "start": _iso(block.start, says),
            "end": _iso(block.end, says),
        }
        for block in (finding.blocks if finding else ())
        if finding
    ]


def _relaxation_json(way: Relaxation, says: Says) -> dict[str, Any]:
    return {
        "code": way.code,
        "text": relaxation_text(way, says),
        "change": dict(way.change),
        "first": opening_json(way.first, says.zone),
    }


def _resource_json(ref: ResourceRef | None) -> dict[str, Any] | None:
    return {"id": ref.id, "kind": ref.kind, "name": ref.name} if ref else None


def _start(rejected: Rejection, says: Says) -> str | None:
    """The start there would be without the blocks."""
    finding = rejected.finding
    if finding is None:
        return None
    return _iso(finding.scene.grid.instant(finding.cell), says)


def _iso(at: datetime | None, says: Says) -> str | None:
    return at.astimezone(says.zone).isoformat() if at else None
