"""A move before it is made, as the REST answer shows it."""

from typing import Any
from zoneinfo import ZoneInfo

from scheduling.booking.preview import Preview
from scheduling.booking.rendering import changed_phases_json, changes_json
from scheduling.explain.rendering import blocks_json
from scheduling.explain.sentences import parts
from scheduling.explain.vocabulary import plain
from scheduling.openings.rendering import opening_json


def preview_json(preview: Preview) -> dict[str, Any]:
    """Return the preview as REST shows it; times are in the visit's zone."""
    zone = ZoneInfo(preview.appointment.time_zone)
    says = plain(zone)
    changed, why = preview.changed, preview.why
    return {
        "possible": changed is not None,
        "start": preview.start.astimezone(zone).isoformat(),
        "end": changed.end.astimezone(zone).isoformat() if changed else None,
        "version": preview.appointment.version,
        "changes": changes_json(changed, zone),
        "phases": changed_phases_json(changed),
        "reasons": [
            {"code": reason.code, "text": reason.text, "lifts": reason.lifts}
            for reason in preview.reasons
        ],
        "in_the_way": parts(why, says) if why else [],
        "blocks": blocks_json(why, says) if why else [],
        "reason_needed": preview.says_why,
        "alternatives": [opening_json(one, zone) for one in preview.alternatives],
    }
