"""The system check behind "default deny": no address without a declared action."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from clinics.domain import policy

# Views we did not write, which therefore carry no declaration, and why each is safe.
ALLOWED: dict[str, str] = {
    "allauth.account.": "sign-in, sign-out and one's own password",
    "clinics.web.sign_in.password_reset.": "asks for a mail; the same answer for all",
    "allauth.mfa.": "one's own second factor; each view asks for a fresh sign-in",
    "drf_spectacular.views.": "the API's description; holds no data of the clinic",
    "django.contrib.staticfiles.": "static files",
    "django.views.static.": "static files",
    "django.views.generic.base.RedirectView": "sends the browser on; shows nothing",
}

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern: its full route, name, view and declared actions by method."""

    route: str
    name: str
    view: Any

    @property
    def path(self) -> str:
        view = _unwrapped(self.view)
        return f"{view.__module__}.{getattr(view, '__qualname__', view)}"

    @property
    def is_public(self) -> bool:
        return bool(getattr(self.view, "public", False))

    @property
    def action(self) -> str | None:
        return getattr(self.view, "action", None)

    @property
    def resource(self) -> Any:
        """The REST resource behind the pattern, if it is one."""
        view_class = getattr(self.view, "view_class", None) or getattr(
            self.view, "cls", None
        )
        return view_class if hasattr(view_class, "actions") else None


def addresses(
    patterns: Iterable[Any] | None = None, prefix: str = "", space: str = ""
) -> Iterator[Address]:
    """Yield each URL pattern below `patterns`, by default of the whole site."""
    if patterns is None:
        patterns = get_resolver().url_patterns
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield Address(route, space + (pattern.name or ""), pattern.callback)


def faults(found: Iterable[Address]) -> Iterator[str]:
    """Yield what is wrong with each address, in words."""
    for address in found:
        if any(address.path.startswith(allowed) for allowed in ALLOWED):
            continue
        for fault in _faults(address):
            yield f"/{address.route} ({address.path}): {fault}"


def _faults(address: Address) -> Iterator[str]:
    if address.resource is not None:
        yield from _resource_faults(address.resource)
    elif address.action is not None:
        if address.action not in policy.ACTIONS:
            yield f"its action {address.action!r} is not in the policy table"
    elif not address.is_public:
        yield "declares no action and is not marked public"


def _resource_faults(resource: Any) -> Iterator[str]:
    handled = {name.upper() for name in METHODS if hasattr(resource, name)}
    for method in sorted(handled - set(resource.actions)):
        yield f"{method} has no declared action"
    for method, action in sorted(resource.actions.items()):
        if method not in handled:
            yield f"declares an action for {method}, which it does not answer"
        if not matching(action):
            yield f"its action {action!r} is not in the policy table"


def matching(action: str) -> list[str]:
    """The rows of the policy table an action names; `{act}` stands for any act."""
    if "{" not in action:
        return [action] if action in policy.ACTIONS else []
    head = action.partition("{")[0]
    return [name for name in policy.ACTIONS if name.startswith(head)]


def _unwrapped(view: Any) -> Any:
    view = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return getattr(view, "__wrapped__", view) if callable(view) else view


@register()
def check_every_address_declares_an_action(**_: Any) -> list[CheckMessage]:
    return [Error(fault, id="clinics.E001") for fault in faults(addresses())]
