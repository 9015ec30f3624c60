"""The nav: the places a role may open, as a row, in groups, and in a phone's menu."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.urls import NoReverseMatch, reverse

from clinics.domain.policy import may

# A phone's bar is too narrow for a sixth icon with its word.
MOST_IN_BAR = 5


@dataclass(frozen=True, slots=True)
class NavPlace:
    """One entry of the nav; `later` ones hide in the menu on a phone.

    At a desk those of one `group` open from one entry, or the row is wider than the
    page.
    """

    name: str
    label: str
    icon: str
    later: bool = False
    group: str = ""
    action: str = ""


@cache
def _registered() -> tuple[tuple[NavPlace, str], ...]:
    """Each place with the action that shows it: its own, else that of its view."""
    # Not imported above: the addresses import the views, and those this module.
    urls = import_module("pages.staff.urls")
    asked = {f"staff:{one.name}": one.callback.action for one in urls.urlpatterns}
    return tuple((place, place.action or asked[place.name]) for place in urls.PLACES)


def entries(
    role: str, path: str, counts: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """The entries this role may open; the longest matching address is current.

    On a phone the bar holds five; what does not fit, and every group, is in the menu.
    A group of one is none. `counts` stand as numbers beside the places they name.
    """
    allowed = [place for place, action in _registered() if may(role, action).allowed]
    shown = [(place, address) for place in allowed if (address := _address(place))]
    here = max((a for _, a in shown if path.startswith(a)), key=len, default="")
    spare = max(0, MOST_IN_BAR - sum(not p.later for p, _ in shown))
    sizes = Counter(place.group for place, _ in shown)
    found = []
    for place, address in shown:
        group = place.group if sizes[place.group] > 1 else ""
        later = place.later and (spare <= 0 or bool(group))
        spare -= place.later and not group
        found.append(
            {
                "label": place.label,
                "icon": place.icon,
                "address": address,
                "current": address == here,
                "later": later,
                "group": group,
                "count": (counts or {}).get(place.name, 0),
            }
        )
    return found


def in_groups(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nav of a desk: entries in their order, a group where its first one stands."""
    shown: dict[str, dict[str, Any]] = {}
    for entry in found:
        if not entry["group"]:
            shown[entry["address"]] = entry
            continue
        group = shown.setdefault(
            entry["group"], {"label": entry["group"], "places": [], "current": False}
        )
        group["places"].append(entry)
        group["current"] = group["current"] or entry["current"]
    return list(shown.values())


def _address(place: NavPlace) -> str:
    """The path of a place; empty on a site without pages of the staff."""
    try:
        return reverse(place.name)
    except NoReverseMatch:
        return ""
