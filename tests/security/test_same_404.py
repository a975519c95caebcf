"""What is somebody else's and what is nowhere look, weigh and cost the same."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from groups.policies import facilitated_groups
from groups.selectors.every import every_group, look_again
from portal.people.choices import Role
from portal.people.models import RoleGrant
from tests.factories import account, grant, make_agency, make_employee, make_practice
from tests.security.matrix import MATRIX
from tests.support.browsers import browser
from tests.support.groups import make_circle, meetings_of, plan_series
from tests.support.routes import Route, all_routes, ids_in
from tests.support.world import World, frozen_world, undone
from tests.support.writes import kept_writes, watched

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
_SESSION = re.compile("people_browsersession|^(RELEASE )?SAVEPOINT")
"""A session is written once a minute, whatever is asked for."""
COLLEAGUES = {
    "appointment_id": (
        "other",
        "manager",
        "hr",
        "official",
        "head",
        "admin",
        "counsellor",
        "former",
    ),
    "range_id": ("counsellor",),
    "exception_id": ("counsellor",),
    "notification_id": ("other", "assigned", "admin"),
    "group_id": ("counsellor", "facilitator", "stand_in", "manager"),
    "meeting_id": (
        "other",
        "gone",
        "facilitator",
        "manager",
        "hr",
        "official",
        "admin",
        "duty",
    ),
    "place_id": ("other", "owner", "gone", "leader"),
    "enrolment_id": ("facilitator", "stand_in", "owner"),
    "resource_id": ("facilitator", "owner"),
    "change_id": ("facilitator", "stand_in", "owner"),
    "concern_id": ("leader", "facilitator", "owner", "head"),
    "assignment_id": ("leader", "facilitator"),
    "facilitator_id": ("leader", "stand_in"),
    "request_id": ("peer", "manager", "chief", "second", "stranger", "hr", "reviewer"),
    "consideration_id": ("peer", "chief", "owner", "official"),
    "delegation_id": ("deputy", "stranger"),
    "plan_id": ("chief", "owner", "hr", "deputy"),
    # The second reviewer was told of the piece and has a key: that it is there is no news.
    "evidence_id": ("owner", "hr", "peer", "stranger"),
    "decision_id": ("hr", "undecreed", "stranger"),
    "decree_id": ("stranger",),
    "pattern_id": ("stranger",),
    "employee_id": ("stranger", "manager"),
    "leave_type_id": ("stranger",),
}
"""Who might try a row that is not theirs, by the kind of row."""
OPEN_TO_COLLEAGUES = {
    "groups:circle", "groups:circle-address", "groups:circle-block", "groups:circle-join",
    "groups:circle-rename",
}  # fmt: skip
"""A circle's own page is read first, which everybody of its agency may; others find none."""
OPEN_TO_CREW = {"groups:duty-take"}
"""A duty that is free may be taken by every facilitator of the agency."""


@dataclass(frozen=True)
class Answer:
    """What a person can observe of an answer."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    queries: int
    wrote: tuple[str, ...]


def observe(world: World, person: str, method: str, path: str) -> Answer:
    """Ask and return everything observable, with ids and tokens taken out."""
    client = world.browsers[person]
    # What a process asks once in ten seconds, whoever comes, is no part of an answer.
    look_again()
    every_group()
    with undone(), watched() as queries:
        response = getattr(client, method)(path)
    body = _TOKEN.sub("", _ID.sub("id", response.content.decode("utf-8")))
    headers = tuple(
        sorted((name, _ID.sub("id", value)) for name, value in response.headers.items())
    )
    return Answer(
        status=response.status_code,
        body=body,
        headers=headers,
        queries=len([one for one in queries if not _SESSION.search(one["sql"])]),
        wrote=tuple(kept_writes(queries)),
    )


def trials() -> list[tuple[Route, str, str]]:
    """Return every route with a row in it, with who may try it and how."""
    return [
        (route, person, method)
        for route in all_routes()
        for parameter in ids_in(route)
        for person in COLLEAGUES.get(parameter, ())
        if not _is_theirs(route, person)
        for method, cells in zip(("get", "post"), MATRIX[route.name], strict=True)
        if not route.name.startswith("leave:") or cells[person] in {404, 405}
    ]


def _is_theirs(route: Route, person: str) -> bool:
    """Say whether a page is open to this person after all."""
    return (route.name in OPEN_TO_COLLEAGUES and person != "counsellor") or (
        route.name in OPEN_TO_CREW and person == "facilitator"
    )


def differences(world: World) -> list[str]:
    """Return every trial in which somebody else's row differs from a row that is nowhere."""
    found = []
    for route, person, method in trials():
        own_path = route.path(**world.arguments(route.name))
        foreign = observe(world, person, method, own_path)
        nowhere = observe(world, person, method, route.path())
        if foreign != nowhere or foreign.wrote:
            found.append(f"{person} {method} {route.name}: {tell(foreign, nowhere)}")
    return found


def tell(one: Answer, other: Answer) -> str:
    """Name what differs."""
    parts = [
        name
        for name in ("status", "body", "headers", "queries")
        if getattr(one, name) != getattr(other, name)
    ]
    return f"{one.status}/{other.status} {parts} {one.queries}/{other.queries} {one.wrote}"


@pytest.mark.django_db
def test_foreign_and_nowhere_are_the_same() -> None:
    with frozen_world() as world:
        assert not differences(world)


def test_every_row_of_a_person_is_tried() -> None:
    tried = {route.name for route, _, _ in trials()}
    rows = {route.name for route in all_routes() if ids_in(route)}
    # The rows of these pages belong to the house and to all who hold the one role.
    shared = ("people:", "wellbeing:", "counselling:service-", "counselling:counsellor-")
    assert all(name.startswith(shared) for name in rows - tried)
    assert {name for name in MATRIX if name.startswith("counselling:appointment")} <= tried
    assert {name for name in rows if name.startswith(("groups:", "leave:"))} <= tried


@pytest.mark.django_db
def test_rows_of_another_agency_are_nowhere() -> None:
    """Administrator and head of service of one agency find nothing of another."""
    with frozen_world() as world:
        elsewhere, practice = make_agency("Badan Lain"), make_practice()
        circle = make_circle(agency=elsewhere)
        tomorrow = localdate() + timedelta(days=1)
        plan_series(circle, starts_on=tomorrow, at=time(9), meetings=1, now=timezone.now())
        employee = make_employee("jauh", agency=elsewhere)
        foreign = {
            "user_id": employee.user_id,
            "grant_id": grant(employee.user, elsewhere, Role.HR).pk,
            "service_id": practice.service_id,
            "counsellor_id": practice.counsellor.pk,
            "group_id": circle.group.pk,
            "meeting_id": meetings_of(circle)[0].pk,
            "facilitator_id": circle.facilitator(circle.lead).pk,
            "assignment_id": circle.group.assignments.first().pk,
        }
        found = []
        for route in all_routes():
            if not set(ids_in(route)) & set(foreign):
                continue
            person = "admin" if route.name.startswith("people:") else "head"
            for method in ("get", "post"):
                one = observe(world, person, method, route.path(**foreign))
                other = observe(world, person, method, route.path())
                same = (one.status, one.body, one.headers) == (
                    other.status, other.body, other.headers,
                )  # fmt: skip
                if not same or one.wrote:
                    found.append(f"{method} {route.name}: {tell(one, other)}")
        assert not found
        assert RoleGrant.objects.filter(pk=foreign["grant_id"], ends_on=None).exists()


@pytest.mark.django_db
def test_a_difference_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more question for rows that exist, and the test above turns red."""
    from counselling import policies
    from counselling.models import Appointment

    ask = policies._one

    def curious(found, appointment_id, now):
        if Appointment.objects.filter(pk=appointment_id).exists():
            Appointment.objects.filter(pk=appointment_id).count()
        return ask(found, appointment_id, now)

    monkeypatch.setattr(policies, "_one", curious)
    with frozen_world() as world:
        ticket = next(
            route for route in all_routes() if route.name == "counselling:appointment"
        )
        foreign = observe(world, "other", "get", ticket.path(**world.arguments(ticket.name)))
        nowhere = observe(world, "other", "get", ticket.path())
    assert foreign.queries == nowhere.queries + 1


@pytest.mark.django_db
def test_a_row_of_another_circle_is_nowhere_under_ones_own() -> None:
    """A facilitator names her own circle and a member, or a text, of somebody else's."""
    with frozen_world() as world:
        own = facilitated_groups(account(world.users["facilitator"]), now=timezone.now())
        mixed = {"group_id": own.get().pk}
        for route in all_routes():
            others = set(ids_in(route)) & {"enrolment_id", "resource_id"}
            if not others:
                continue
            rows = {name: world.arguments(route.name)[name] for name in others}
            one = observe(world, "facilitator", "post", route.path(**mixed, **rows))
            other = observe(world, "facilitator", "post", route.path(**mixed))
            assert one == other, f"{route.name}: {tell(one, other)}"
            assert (one.status, one.wrote) == (404, ())


@pytest.mark.django_db
def test_another_practice_is_nowhere_as_well() -> None:
    with frozen_world() as world:
        second = make_practice()
        stranger = browser(second.counsellor.user, mfa=True)
        path = f"/k/temu/{world.rows['appointment_id']}/"
        assert stranger.get(path).status_code == 404
