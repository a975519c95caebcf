"""Every address of the house, read from the address book itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.people.policies import PolicyEntry
from portal.people.urls import THIRD_PARTY_ROUTES


@dataclass(frozen=True)
class Route:
    """One address: its name, what stands in its path, and the policy of its view."""

    name: str
    parameters: tuple[str, ...]
    policy: PolicyEntry | None

    @property
    def is_ours(self) -> bool:
        """Return whether the view is the house's own."""
        return self.name not in THIRD_PARTY_ROUTES

    def path(self, **kwargs: object) -> str:
        """Return the address; what is not given is filled with a stranger's value."""
        values = {name: kwargs.get(name, STRANGE[name]()) for name in self.parameters}
        return reverse(self.name, kwargs=values)


STRANGE = {
    "appointment_id": uuid4, "range_id": uuid4, "exception_id": uuid4, "contact_id": uuid4,
    "notification_id": uuid4, "user_id": uuid4, "grant_id": uuid4, "holiday_id": uuid4,
    "service_id": uuid4, "counsellor_id": uuid4, "group_id": uuid4, "meeting_id": uuid4,
    "place_id": uuid4, "enrolment_id": uuid4, "facilitator_id": uuid4, "assignment_id": uuid4,
    "change_id": uuid4, "concern_id": uuid4, "resource_id": uuid4,
    "request_id": uuid4, "consideration_id": uuid4, "delegation_id": uuid4, "plan_id": uuid4,
    "evidence_id": uuid4, "decision_id": uuid4, "decree_id": uuid4, "pattern_id": uuid4,
    "employee_id": uuid4, "leave_type_id": uuid4, "number": lambda: 1, "quarter": lambda: 1,
    "token": lambda: "a" * 32, "kind": lambda: "nowhere", "family": lambda: "nowhere",
    "page": lambda: 2, "day": lambda: date(2026, 11, 24), "year": lambda: 2026,
    "before": lambda: 1, "provider_id": lambda: "nowhere", "pk": lambda: 999_999_999,
}  # fmt: skip
"""For every kind of thing in a path, one that belongs to nobody."""


def walk(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Route]:
    """Yield every route of the address book, with its namespace."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inside = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from walk(entry, inside)
        elif isinstance(entry, URLPattern):
            yield Route(
                name=f"{prefix}{entry.name}",
                parameters=tuple(entry.pattern.converters),
                policy=getattr(entry.callback, "policy", None),
            )


def all_routes() -> list[Route]:
    """Return every route once, by name."""
    return sorted({route.name: route for route in walk()}.values(), key=lambda one: one.name)


def ids_in(route: Route) -> list[str]:
    """Return the parameters of a route that name a row."""
    return [name for name in route.parameters if isinstance(STRANGE[name](), UUID)]
